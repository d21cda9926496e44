//! Whole flushes against a stand-in of AWS: what is called, and how long that may take.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use super::*;
use crate::environment::Environment;

/// 2026-11-15T00:00:00Z and 2026-12-01T00:01:00Z.
const NOVEMBER: u64 = 1_794_700_800_000;
const DECEMBER: u64 = 1_796_083_260_000;

/// A stand-in of the table and of Lambda, and what it was asked: `POST UpdateItem`, `PUT concurrency`.
struct Cloud {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Cloud {
    /// One that has counted so many requests in each month, and answers after `delay`.
    fn new(requests: u64, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let sink = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let sink = Arc::clone(&sink);
                thread::spawn(move || answer(&stream.unwrap(), requests, delay, &sink));
            }
        });
        Self { url, asked }
    }

    fn meter(&self, now_ms: u64) -> Meter {
        let environment = Environment::from_pairs(&[
            ("AWS_ENDPOINT_URL", &self.url),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "zbsecret-access-key"),
            ("AWS_LAMBDA_FUNCTION_NAME", "shop"),
            ("ZEROBILL_AWS_METER_TABLE", "meter"),
            ("ZEROBILL_BUDGET_REQUESTS", "100"),
            ("ZEROBILL_BUDGET_GB_SECONDS", "1"),
            ("ZEROBILL_BUDGET_ON_95", "trip"),
        ]);
        let mut meter = Meter::new(Settings::read(&environment).0, now_ms);
        meter.invoke("id-1", now_ms + 60_000, now_ms);
        meter
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(stream: &TcpStream, requests: u64, delay: Duration, asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    reader.read_line(&mut line).unwrap();
    let mut words = line.split(' ').map(str::to_owned);
    let (method, mut target) = (words.next().unwrap(), words.next().unwrap());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
            Some((name, value)) if name.eq_ignore_ascii_case("x-amz-target") => value.clone_into(&mut target),
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let what = target.rsplit(['.', '/']).next().unwrap();
    asked.lock().unwrap().push(format!("{method} {what}"));
    thread::sleep(delay);
    let body = format!(r#"{{"Attributes":{{"requests":{{"N":"{requests}"}},"mb_ms":{{"N":"1024000"}}}}}}"#);
    let head = format!(
        "HTTP/1.1 200 x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // Whoever asked may not have waited.
    _ = { stream }.write_all(format!("{head}{body}").as_bytes());
}

#[test]
fn a_function_is_not_stopped_for_a_month_that_is_over() {
    let cloud = Cloud::new(95, Duration::ZERO);
    cloud.meter(NOVEMBER).flush(DECEMBER + 60_000, DECEMBER);
    assert_eq!(cloud.asked(), ["POST UpdateItem"]);
}

#[test]
fn a_function_that_reaches_two_limits_at_once_is_stopped_once() {
    let cloud = Cloud::new(95, Duration::ZERO);
    cloud.meter(NOVEMBER).flush(NOVEMBER + 60_000, NOVEMBER);
    assert_eq!(
        cloud.asked(),
        [
            "POST UpdateItem",
            "GET concurrency",
            "POST UpdateItem",
            "POST PutItem",
            "PUT concurrency",
            "POST UpdateItem",
        ]
    );
}

#[test]
fn all_calls_of_a_flush_together_take_no_longer_than_one_may() {
    let cloud = Cloud::new(95, Duration::from_millis(400));
    for (left_ms, calls, most_ms) in [(60_000, 4, 2_200), (1_000, 2, 1_500)] {
        cloud.asked.lock().unwrap().clear();
        let mut meter = cloud.meter(NOVEMBER);
        let began_ms = clock::epoch_ms();
        meter.flush(NOVEMBER + left_ms, NOVEMBER);
        let took_ms = clock::epoch_ms() - began_ms;
        assert!(took_ms < most_ms, "{took_ms} ms");
        assert!(cloud.asked().len() <= calls, "{:?}", cloud.asked());
    }
}
