//! A function that takes 2 s to start, and as long for each event.

use std::{io, thread, time::Duration};

use conformance::{runtime::Runtime, variable};

const PAUSE: Duration = Duration::from_secs(2);

fn main() -> io::Result<()> {
    let mut runtime = Runtime::connect(&variable("AWS_LAMBDA_RUNTIME_API"))?;
    thread::sleep(PAUSE);
    loop {
        let invocation = runtime.next_invocation()?;
        thread::sleep(PAUSE);
        runtime.respond(invocation.header("lambda-runtime-aws-request-id"), "", b"\"slowly\"")?;
    }
}
