//! A month in the life of a guard, played.

mod lab;
mod months;
mod notices;
mod stops;
