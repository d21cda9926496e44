//! What a function's reply to a batch says of its messages.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Message;

/// The reply with `ReportBatchItemFailures`.
#[derive(Debug, Default, Deserialize)]
struct Reply {
    #[serde(rename = "batchItemFailures")]
    failures: Option<Vec<Failure>>,
}

#[derive(Debug, Deserialize)]
struct Failure {
    #[serde(rename = "itemIdentifier")]
    id: Option<String>,
}

/// Those of a batch that failed, by the reply; all of them where it names one that is not there or none at all.
pub(super) fn failed(batch: Vec<Message>, reply: &[u8]) -> Vec<Message> {
    // `null`, `{}` and an empty list are a success; so is a reply of another shape, which then names nothing.
    let failures = match serde_json::from_slice::<Option<Reply>>(reply) {
        Ok(reply) => reply.unwrap_or_default().failures.unwrap_or_default(),
        Err(_) if names_failures(reply) => return batch,
        Err(_) => Vec::new(),
    };
    let named: Option<BTreeSet<String>> = failures.into_iter().map(|failure| failure.id).collect();
    let known = |id: &String| batch.iter().any(|message| message.id == *id);
    match named {
        Some(named) if named.iter().all(known) => batch
            .into_iter()
            .filter(|message| named.contains(&message.id))
            .collect(),
        _ => batch,
    }
}

/// Whether a reply has the list, in whatever shape.
fn names_failures(reply: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(reply).is_ok_and(|reply| reply.get("batchItemFailures").is_some())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use super::*;

    #[test]
    fn only_those_come_again_that_the_reply_names() {
        let batch: Vec<Message> = ["a", "b"]
            .map(|body| Message::new(body.to_owned(), BTreeMap::new(), Duration::ZERO))
            .into();
        let (a, b) = (batch[0].id.clone(), batch[1].id.clone());
        let bodies = |reply: String| {
            let failed = failed(batch.clone(), reply.as_bytes()).into_iter();
            failed.map(|message| message.body).collect::<String>()
        };
        for success in [
            "null",
            "{}",
            "\"done\"",
            "[1]",
            r#"{"batchItemFailures":[]}"#,
            r#"{"batchItemFailures":null}"#,
        ] {
            assert_eq!(bodies(success.to_owned()), "", "{success}");
        }
        let names = |ids: &[&str]| {
            let items = ids.iter().map(|id| format!(r#"{{"itemIdentifier":"{id}"}}"#));
            format!(r#"{{"batchItemFailures":[{}]}}"#, items.collect::<Vec<_>>().join(","))
        };
        assert_eq!(bodies(names(&[&b])), "b");
        assert_eq!(bodies(names(&[&b, &a])), "ab");
        assert_eq!(
            bodies(names(&[&a, "nobody"])),
            "ab",
            "an unknown id fails the whole batch"
        );
        assert_eq!(bodies(names(&[""])), "ab");
        for wrong in [
            r#"{"batchItemFailures":[{}]}"#,
            r#"{"batchItemFailures":"a"}"#,
            r#"{"batchItemFailures":[7]}"#,
        ] {
            assert_eq!(bodies(wrong.to_owned()), "ab", "{wrong}");
        }
    }
}
