//! What the functions share with which local Lambdas are compared.

pub mod runtime;

/// A variable that Lambda sets; empty if it is not set.
#[expect(clippy::disallowed_methods, reason = "the functions have no library around them")]
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
