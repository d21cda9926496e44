//! A function that runs and never asks for an event.

fn main() {
    loop {
        std::thread::park();
    }
}
