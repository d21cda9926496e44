//! The library from outside: its tables, its layout, its gateway, and events.

mod event;
mod fast_path;
mod free_functions;
mod gateway;
mod interface_pages;
mod original_faults;
mod pages;
mod rows;
mod table;
mod tidy;
