//! Audits of templates in the shapes that people write.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod cases;
mod page;
mod random_input;
mod resource_classes;

/// Whether expectations are to be written anew.
#[expect(clippy::disallowed_methods, reason = "the one variable that these tests read")]
fn is_writing() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}
