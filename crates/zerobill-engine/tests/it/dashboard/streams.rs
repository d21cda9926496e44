//! What is sent as it happens, and to whom.

use serde_json::{Value, json};

use super::get;
use crate::{
    client::Connection,
    lab::{Lab, NAME, eventually},
};

/// Waits for the next message of an event stream: its name and its data.
fn message(stream: &mut Connection) -> (String, Value) {
    let chunk = String::from_utf8(stream.read_chunk().unwrap()).unwrap();
    let lines: Vec<&str> = chunk.trim_end().split('\n').collect();
    let [name, data] = lines[..] else { panic!("{chunk:?}") };
    let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
    (name.strip_prefix("event: ").unwrap().to_owned(), data)
}

fn open(lab: &Lab, path: &str, head: &str) -> (Connection, u16) {
    let mut connection = Connection::open(lab.address);
    connection.send("GET", path, head, b"");
    let status = connection.read_head().0;
    (connection, status)
}

#[test]
fn the_stream_tells_what_changed_and_nothing_twice() {
    let lab = Lab::new("echo");
    lab.invoke(&json!({ "requestType": "first" }));
    let (mut stream, status) = open(&lab, "/_zerobill/events", "");
    assert_eq!(status, 200);
    let (name, first) = message(&mut stream);
    assert_eq!(
        (name.as_str(), &first["functions"][0]["invocations"]),
        ("state", &json!(1))
    );
    let (name, listed) = message(&mut stream);
    assert_eq!(
        (name.as_str(), &listed[0]["event"], listed.as_array().map(Vec::len)),
        ("invocations", &json!("first"), Some(1))
    );
    lab.invoke(&json!({ "requestType": "second" }));
    let mut version = first["version"].clone();
    loop {
        let (name, second) = message(&mut stream);
        assert_eq!(
            (name.as_str(), &second["functions"][0]["invocations"]),
            ("state", &json!(2))
        );
        assert!(second["version"].as_u64() > version.as_u64());
        version = second["version"].clone();
        let (_, listed) = message(&mut stream);
        assert_eq!(
            (&listed[0]["event"], listed.as_array().map(Vec::len)),
            (&json!("second"), Some(1))
        );
        // A message may come in the middle of it.
        if listed[0]["outcome"] == "success" {
            return;
        }
    }
}

#[test]
fn streams_end_with_the_engine() {
    let mut lab = Lab::new("echo");
    let (mut events, _) = open(&lab, "/_zerobill/events", "");
    message(&mut events);
    let (mut logs, _) = open(&lab, "/_zerobill/logs?follow=true", "");
    lab.shutdown();
    assert_eq!(events.read_chunk(), None);
    assert_eq!(logs.read_chunk(), None);
}

#[test]
fn only_so_many_may_read_and_a_seat_is_free_again_when_one_leaves() {
    let lab = Lab::new("echo");
    let mut readers: Vec<_> = (0..32).map(|_| open(&lab, "/_zerobill/events", "").0).collect();
    for reader in &mut readers {
        message(reader);
    }
    let refused = get(&lab, "/_zerobill/events");
    assert_eq!(
        (refused.status, refused.text()),
        (503, "32 readers are connected already; close one")
    );
    readers.pop();
    lab.invoke(&json!({}));
    eventually("a seat is free", || {
        (open(&lab, "/_zerobill/events", "").1 == 200).then_some(())
    });
}

#[test]
fn log_lines_are_listed_and_followed() {
    let lab = Lab::new("echo");
    let reply = lab.invoke(&json!({ "print": "one\ntwo" }));
    let listed = get(&lab, "/_zerobill/logs");
    assert_eq!(listed.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = listed
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let texts: Vec<&str> = lines.iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(texts, lab.log.lines());
    let one = lines.iter().find(|line| line["text"] == "one").unwrap();
    assert_eq!(
        (&one["function"], &one["environment"], &one["request_id"]),
        (&json!(NAME), &json!(1), &json!(reply.request_id))
    );

    let (mut stream, _) = open(&lab, "/_zerobill/logs?follow=true", "");
    let past = String::from_utf8(stream.read_chunk().unwrap()).unwrap();
    assert_eq!(past, listed.text());
    lab.invoke(&json!({ "print": "three" }));
    let mut followed = String::new();
    while !followed.contains("\"REPORT ") {
        followed += std::str::from_utf8(&stream.read_chunk().unwrap()).unwrap();
    }
    let lines: Vec<Value> = followed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4, "{followed}");
    assert_eq!(
        (&lines[1]["text"], &lines[1]["number"]),
        (&json!("three"), &json!(texts.len() + 2))
    );
}

#[test]
fn a_reader_that_does_not_read_holds_up_nobody_and_is_told_what_it_missed() {
    let lab = Lab::new("echo");
    lab.invoke(&json!({}));
    let (mut slow, _) = open(&lab, "/_zerobill/logs?follow=true", "");
    slow.read_chunk().unwrap();
    // More than the journal remembers and more than sockets hold.
    let print = "x".repeat(200_000) + "\n";
    for _ in 0..7 {
        lab.invoke(&json!({ "print": print.repeat(20) }));
    }
    lab.invoke(&json!({ "print": "the end" }));
    let mut read = String::new();
    while !read.contains("the end") {
        read = std::str::from_utf8(&slow.read_chunk().unwrap()).unwrap().to_owned();
        if read.contains("{\"missed\":") {
            return;
        }
    }
    panic!("nothing was missed");
}
