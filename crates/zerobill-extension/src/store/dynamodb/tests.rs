//! What the table is asked, and what its answers come to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    thread::{self, JoinHandle},
    time::Duration,
};

use super::*;
use crate::{environment::Environment, ledger::Amounts, settings::Settings};

fn soon() -> End {
    End::after(Duration::from_secs(10))
}

/// A table that gives these answers, one for each request; none closes the connection. It hands over what it was asked.
fn table(answers: Vec<Option<(u16, &'static str)>>) -> (DynamoDbStore, JoinHandle<Vec<(String, Value)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let asked = answers.into_iter().map(|answer| {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(&stream);
            let (mut length, mut target) = (0, String::new());
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                match line.trim_end().split_once(": ") {
                    Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                        length = value.parse().unwrap();
                    }
                    Some((name, value)) if name.eq_ignore_ascii_case("x-amz-target") => value.clone_into(&mut target),
                    None if line.trim_end().is_empty() => break,
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            if let Some((status, text)) = answer {
                let head = format!(
                    "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    text.len()
                );
                (&stream).write_all(format!("{head}{text}").as_bytes()).unwrap();
            }
            (target, serde_json::from_slice(&body).unwrap())
        });
        asked.collect()
    });
    let environment = Environment::from_pairs(&[
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "zbsecret-access-key"),
    ]);
    let (settings, _) = Settings::read(&environment);
    (
        DynamoDbStore::new(Rc::new(Aws::new(settings.aws)), "meter".to_owned()),
        asked,
    )
}

const ADDED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#;
const ITEM: &str = r#"{"Item":{"requests":{"N":"7"},"mb_ms":{"N":"896"},"w3":{"N":"12884901889"}}}"#;

#[test]
fn a_batch_whose_answer_was_lost_is_sent_again_and_not_added_again() {
    let (mut store, asked) = table(vec![None, Some((400, ADDED)), Some((200, ITEM))]);
    let batch = Batch {
        id: (3 << 32) + 1,
        month: Month::new(2026, 11).unwrap(),
        amounts: Amounts {
            requests: 2,
            mb_ms: 256,
        },
    };
    assert!(store.add("shop", &batch, soon()).is_err(), "the answer is lost");
    let account = store.add("shop", &batch, soon()).unwrap();
    assert_eq!(
        account.totals,
        Totals {
            requests: 7,
            mb_ms: 896
        }
    );
    let asked = asked.join().unwrap();
    let targets: Vec<_> = asked
        .iter()
        .map(|(target, _)| target.rsplit('.').next().unwrap())
        .collect();
    assert_eq!(targets, ["UpdateItem", "UpdateItem", "GetItem"]);
    for (_, request) in &asked[..2] {
        assert_eq!(request["ExpressionAttributeNames"]["#place"], "w3");
        assert_eq!(request["ExpressionAttributeValues"][":own"]["N"], "12884901889");
        assert_eq!(
            request["ConditionExpression"],
            "attribute_not_exists(#place) OR #place <> :own"
        );
    }
    assert_eq!(asked[2].1["Key"]["id"]["S"], "meter#shop#2026-11");
}
