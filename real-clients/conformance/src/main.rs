//! A function that does what its event asks for, byte by byte. What is compared are the local Lambdas around it.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::PathBuf,
    thread,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use conformance::{
    runtime::{Answer, Runtime},
    variable,
};
use serde_json::{Map, Value, json};

const INTEGRATION: &str = "application/vnd.awslambda.http-integration-response";

fn main() -> io::Result<()> {
    let mut function = Function {
        runtime: Runtime::connect(&variable("AWS_LAMBDA_RUNTIME_API"))?,
        statuses: Value::Null,
    };
    loop {
        let invocation = function.runtime.next_invocation()?;
        let event: Value = serde_json::from_slice(&invocation.body)?;
        let request_id = invocation.header("lambda-runtime-aws-request-id").to_owned();
        if event["rawPath"].is_string() {
            function.http(&request_id, &event)?;
        } else {
            function.direct(&request_id, &invocation, &event)?;
        }
    }
}

struct Function {
    runtime: Runtime,
    /// With what status wrong answers were refused.
    statuses: Value,
}

impl Function {
    /// What a Function URL sends.
    fn http(&mut self, request_id: &str, event: &Value) -> io::Result<()> {
        let path = event["rawPath"].as_str().unwrap_or_default();
        if path.ends_with("/reply") {
            let body = event["body"].as_str().unwrap_or_default();
            let body = if event["isBase64Encoded"] == true {
                STANDARD.decode(body).map_err(io::Error::other)?
            } else {
                body.as_bytes().to_vec()
            };
            self.runtime.respond(request_id, "", &body)?;
        } else if path.ends_with("/fail") {
            self.fail(request_id)?;
        } else if path.ends_with("/stream") {
            self.stream(request_id, event["rawQueryString"].as_str().unwrap_or_default())?;
        } else {
            // With every member, so that nothing but what a row is about can be missed.
            let reply = json!({
                "statusCode": 200,
                "headers": { "content-type": "application/json" },
                "multiValueHeaders": {},
                "cookies": [],
                "body": event.to_string(),
                "isBase64Encoded": false,
            });
            self.runtime.respond(request_id, "", reply.to_string().as_bytes())?;
        }
        Ok(())
    }

    fn direct(&mut self, request_id: &str, invocation: &Answer, event: &Value) -> io::Result<()> {
        let number = |name: &str| event[name].as_u64().unwrap_or_default();
        if let Some(file) = event["count"].as_str() {
            count(file)?;
        }
        match event["do"].as_str() {
            Some("fail") => return self.fail(request_id),
            Some("sleep") => thread::sleep(Duration::from_millis(number("ms"))),
            Some("wrong answers") => return self.answer_wrongly(request_id, invocation),
            Some("large reply") => {
                let length = usize::try_from(number("bytes")).unwrap_or_default();
                let reply = format!("\"{}\"", "x".repeat(length.saturating_sub(2)));
                self.runtime.respond(request_id, "", reply.as_bytes())?;
                return Ok(());
            }
            Some("print") => {
                let mut output = io::stdout();
                writeln!(output, "{}", event["text"].as_str().unwrap_or_default())?;
                output.flush()?;
            }
            _ => {}
        }
        let reply = json!({
            "event": event,
            "process": std::process::id(),
            "headers": invocation.headers().map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>(),
            "variables": variables(),
            "statuses": self.statuses,
        });
        self.runtime.respond(request_id, "", reply.to_string().as_bytes())?;
        Ok(())
    }

    fn fail(&mut self, request_id: &str) -> io::Result<()> {
        let head = "Lambda-Runtime-Function-Error-Type: Asked\r\n";
        let document = br#"{"errorType":"Asked","errorMessage":"asked to fail","stackTrace":["a"]}"#;
        self.runtime.fail(request_id, head, document)?;
        Ok(())
    }

    /// Answers another request, another delivery of this one, this one, and this one again.
    fn answer_wrongly(&mut self, request_id: &str, invocation: &Answer) -> io::Result<()> {
        let other = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
        let other = self.runtime.respond(other, "", b"\"of another\"")?.status;
        let echo = |id: &str| format!("Lambda-Runtime-Invocation-Id: {id}\r\n");
        let sent = invocation.header("lambda-runtime-invocation-id");
        let late = self
            .runtime
            .respond(request_id, &echo("of-another-delivery"), b"\"late\"")?
            .status;
        let right = self.runtime.respond(request_id, &echo(sent), b"\"right\"")?.status;
        let twice = self.runtime.respond(request_id, &echo(sent), b"\"twice\"")?.status;
        self.statuses = json!({ "other": other, "late": late, "right": right, "twice": twice });
        Ok(())
    }

    /// A prelude that is cut in its separator, and a second part once the file is there.
    fn stream(&mut self, request_id: &str, file: &str) -> io::Result<()> {
        self.runtime.begin_stream(request_id, INTEGRATION)?;
        self.runtime
            .part(br#"{"statusCode":201,"headers":{"x-own":"yes"},"cookies":["a=1"]}"#)?;
        self.runtime.part(b"\0\0\0")?;
        thread::sleep(Duration::from_millis(50));
        self.runtime.part(b"\0\0\0\0\0first\0\0\0\0\0\0\0\0")?;
        // The caller makes the file when it has the first part; whoever gives it nothing until the end makes it wait.
        for _ in 0..400 {
            if PathBuf::from(file).exists() {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        std::fs::write(format!("{file}.done"), "")?;
        self.runtime.part(b"second")?;
        self.runtime.part(b"")?;
        self.runtime.read()?;
        Ok(())
    }
}

/// Adds a line to a file, to be counted.
fn count(file: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(file, "once")
}

#[expect(clippy::disallowed_methods, reason = "the variables themselves are what is compared")]
fn variables() -> Map<String, Value> {
    std::env::vars().map(|(name, value)| (name, value.into())).collect()
}
