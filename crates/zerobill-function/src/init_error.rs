//! Tells Lambda why the function cannot start, so that whoever invokes it reads the reason.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use serde_json::json;

/// How long Lambda may take to listen.
const LIMIT: Duration = Duration::from_secs(2);

/// Reports `message` to the Runtime API at `host:port`. A report that does not get through changes nothing: the process
/// ends anyway, and its log has the message.
pub(crate) fn report(runtime_api: &str, code: &str, message: &str) {
    // The process is about to end and has no other request to make: one write on a socket will do.
    _ = post(
        runtime_api,
        code,
        &json!({ "errorType": code, "errorMessage": message, "stackTrace": [] }).to_string(),
    );
}

fn post(runtime_api: &str, code: &str, body: &str) -> std::io::Result<()> {
    let address = runtime_api
        .to_socket_addrs()?
        .next()
        .ok_or(std::io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let length = body.len();
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {runtime_api}\r\nContent-Type: application/json\r\n\
         Lambda-Runtime-Function-Error-Type: {code}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}
