//! A function that exits before it asks for an event.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(1)
}
