//! Several invocations at once in one environment, as Lambda Managed Instances send them.

use std::collections::BTreeMap;

use crate::{
    process::{BOOTSTRAP, Function, lambda, own_handlers},
    runtime_api::RuntimeApi,
};

const FOUR: &[(&str, &str)] = &[("AWS_LAMBDA_MAX_CONCURRENCY", "4")];

#[test]
fn four_at_once_keep_their_log_keys_apart() {
    let api = RuntimeApi::start();
    let function = Function::start(lambda(own_handlers(), &api.address(), FOUR));
    // They wait for each other inside the handler: an answer means that all four were there at once.
    for round in 0..5 {
        let ids: Vec<String> = (0..4).map(|guest| format!("id-{round}-{guest}")).collect();
        for id in &ids {
            api.offer(id, format!(r#"{{"do":"meet","guest":"{id}"}}"#).as_bytes());
        }
        for id in &ids {
            let told = api.told(&format!("/invocation/{id}/"));
            assert_eq!(
                (told.path, told.body),
                (format!("/invocation/{id}/response"), format!("\"{id}\""))
            );
        }
    }
    let mut messages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in function.stop() {
        assert_eq!(line["guest"], line["function_request_id"], "{line}");
        let id = line["guest"].as_str().unwrap();
        assert_eq!(line["xray_trace_id"], format!("1-trace-{id}"));
        let of_guest = messages.entry(id.to_owned()).or_default();
        of_guest.push(line["message"].as_str().unwrap().to_owned());
    }
    assert_eq!(messages.len(), 20);
    for (id, messages) in messages {
        assert_eq!(messages, ["met", "left"], "{id}");
    }
}

#[test]
fn errors_of_many_invocations_name_their_own_ids() {
    let api = RuntimeApi::start();
    let function = Function::start(lambda(BOOTSTRAP, &api.address(), FOUR));
    let ids: Vec<String> = (0..100).map(|number| format!("id-{number}")).collect();
    for id in &ids {
        api.offer(id, format!(r#"{{"requestType":"type-of-{id}"}}"#).as_bytes());
    }
    for id in &ids {
        let told = api.told(&format!("/invocation/{id}/"));
        assert!(
            told.path.ends_with("/error") && told.body.contains(&format!("`type-of-{id}`")),
            "{told:?}"
        );
    }
    let logged = function.stop();
    assert_eq!(logged.len(), 100);
    assert_eq!(logged.iter().filter(|line| line["cold_start"] == true).count(), 1);
    for line in logged {
        let id = line["function_request_id"].as_str().unwrap();
        assert!(
            line["message"].as_str().unwrap().contains(&format!("`type-of-{id}`")),
            "{line}"
        );
    }
}

/// How many threads the process has.
fn threads(process: u32) -> usize {
    std::fs::read_dir(format!("/proc/{process}/task")).unwrap().count()
}

#[test]
fn it_has_one_thread_unless_lambda_sends_several_events_at_once() {
    for (variables, several) in [(&[][..], false), (FOUR, true)] {
        let api = RuntimeApi::start();
        let function = Function::start(lambda(BOOTSTRAP, &api.address(), variables));
        api.invoke("id", br#"{"requestType":"health_check"}"#);
        assert_eq!(threads(function.process.id()) > 1, several, "{variables:?}");
    }
}
