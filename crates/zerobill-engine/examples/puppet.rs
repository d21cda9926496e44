//! A program that prints where its Runtime API is and leaves it to the test to speak with it, byte by byte.

fn main() {
    announce();
    loop {
        std::thread::park();
    }
}

#[expect(clippy::print_stdout, reason = "the test reads it from the log")]
#[expect(clippy::disallowed_methods, reason = "the variable itself is what the test needs")]
fn announce() {
    println!(
        "runtime api at {}",
        std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap_or_default()
    );
}
