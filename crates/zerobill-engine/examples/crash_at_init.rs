//! A program that ends before it asks for an event.

fn main() -> std::process::ExitCode {
    say("no settings");
    std::process::ExitCode::from(1)
}

#[expect(clippy::print_stderr, reason = "what a function prints is what is tested")]
fn say(text: &str) {
    eprintln!("{text}");
}
