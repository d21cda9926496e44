//! The wire of AWS Lambda as both of its sides see it: names of variables, headers and paths, limits, error documents, and the
//! events and replies of Function URLs. It does no input or output.

mod error_document;
pub mod function_url;
pub mod names;

pub use self::error_document::ErrorDocument;
