//! Replies that come in parts.

use std::thread;

use tempfile::tempdir;

use crate::{
    client::Connection,
    lab::{Lab, NAME},
};

const MODE: &str = "Lambda-Runtime-Function-Response-Mode: streaming\r\n\
                    Content-Type: application/vnd.awslambda.http-integration-response\r\n";

/// Lets the puppet stream `pieces`, each as a chunk of its own, and gives what the caller of the Function URL gets.
fn streamed(pieces: &[&[u8]], trailers: &str) -> crate::client::Response {
    let lab = Lab::new("puppet");
    thread::scope(|scope| {
        let caller = scope.spawn(|| lab.url("GET", "/", "", b""));
        let line = lab.log.wait_for("runtime api at ", 1);
        let mut connection = Connection::open(line.trim_start_matches("runtime api at ").parse().unwrap());
        let next = connection.exchange("GET", "/2018-06-01/runtime/invocation/next", "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        let head = format!(
            "POST /2018-06-01/runtime/invocation/{request_id}/response HTTP/1.1\r\nHost: x\r\n{MODE}\
             Trailer: Lambda-Runtime-Function-Error-Type\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        connection.write(head.as_bytes());
        for piece in pieces {
            let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
            connection.write(&chunk);
        }
        connection.write(format!("0\r\n{trailers}\r\n").as_bytes());
        assert_eq!(connection.read().status, 202);
        connection.send("GET", "/2018-06-01/runtime/invocation/next", "", b"");
        lab.log.wait_for("REPORT ", 1);
        caller.join().unwrap()
    })
}

#[test]
fn l22_parts_reach_the_caller_as_they_come() {
    let lab = Lab::new("streaming");
    let folder = tempdir().unwrap();
    let file = folder.path().join("go");
    let mut connection = Connection::open(lab.address);
    connection.send("GET", &format!("/?{}", file.display()), "", b"");
    let (status, headers) = connection.read_head();
    assert_eq!(status, 418);
    let values = |name: &str| -> Vec<&str> {
        let found = headers.iter().filter(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(
        (values("x-own"), values("set-cookie")),
        (vec!["yes"], vec!["a=1", "b=2"])
    );
    assert_eq!(values("transfer-encoding"), ["chunked"]);
    assert_eq!(connection.read_chunk().unwrap(), b"first");
    assert_eq!(lab.log.starting("REPORT "), [""; 0], "the invocation goes on");
    std::fs::write(&file, "").unwrap();
    assert_eq!(connection.read_chunk().unwrap(), b"second");
    assert_eq!(connection.read_chunk(), None);
    lab.log.wait_for("REPORT ", 1);
    assert_eq!(lab.state().errors, 0);
}

#[test]
fn l22_the_prelude_ends_at_the_separator_wherever_it_is_cut() {
    for pieces in [
        &[&b"{\"statusCode\":201,\"cookies\":[\"a=1\"]}\0\0\0\0\0\0\0\0one\0\0\0\0\0\0\0\0two"[..]][..],
        &[
            b"{\"statusCode\":201,",
            b"\"cookies\":[\"a=1\"]}",
            b"\0\0\0",
            b"\0\0\0\0",
            b"\0one",
            b"\0\0\0\0\0\0\0\0two",
        ],
        &[
            b"{\"statusCode\":201,\"cookies\":[\"a=1\"]}\0\0\0\0\0\0\0\0",
            b"one\0\0\0\0\0\0\0\0two",
        ],
    ] {
        let response = streamed(pieces, "");
        assert_eq!((response.status, response.header("set-cookie")), (201, Some("a=1")));
        assert_eq!(response.body, b"one\0\0\0\0\0\0\0\0two");
    }
}

#[test]
fn l22_header_lists_of_a_prelude_are_headers() {
    let prelude = &b"{\"statusCode\":200,\"headers\":{\"x-list\":[\"a\",\"b\"]}}\0\0\0\0\0\0\0\0"[..];
    let response = streamed(&[prelude, b"x"], "");
    assert_eq!(
        (response.status, response.all("x-list"), response.text()),
        (200, vec!["a", "b"], "x")
    );
}

#[test]
fn l22_without_a_prelude_it_is_a_502() {
    assert_eq!(streamed(&[b"no prelude"], "").status, 502);
}

#[test]
fn l22_the_invoke_api_gives_a_streamed_reply_whole() {
    let lab = Lab::new("streaming");
    let folder = tempdir().unwrap();
    let file = folder.path().join("go");
    std::fs::write(&file, "").unwrap();
    let event = serde_json::json!({ "rawQueryString": file });
    let path = format!("/2015-03-31/functions/{NAME}/invocations");
    let response = crate::client::request(lab.address, "POST", &path, "", event.to_string().as_bytes());
    assert_eq!((response.status, response.header("x-amz-function-error")), (200, None));
    let separator = response.body.windows(8).position(|window| window == [0; 8]).unwrap();
    assert_eq!(&response.body[separator + 8..], b"firstsecond");
}
