//! The share of a CPU that goes with the memory. Where no control group can be made, these tests say so and do nothing.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::lab::{Lab, eventually};

/// An engine with a function of this memory that uses CPU time; none where there are no shares.
#[expect(
    clippy::print_stdout,
    reason = "who reads the test's output is to know that it did nothing"
)]
fn lab(memory_mb: u32) -> Option<Lab> {
    let lab = Lab::with("spins", |settings| {
        settings.memory_mb = memory_mb;
        settings.cpu_share = true;
    });
    let problem = lab.engine().cpu_share_problem();
    if let Some(problem) = problem {
        println!("skipped: {problem}");
        return None;
    }
    Some(lab)
}

/// What the function says after so much CPU time, and how many milliseconds that took.
fn spin(lab: &Lab, cpu_ms: u64) -> (Value, u64) {
    let reply = lab.invoke(&json!({ "cpu_ms": cpu_ms }));
    let took_ms = reply.report.duration_us / 1_000;
    let payload = lab.wait(reply.payload.collect()).unwrap();
    (serde_json::from_slice(&payload).unwrap(), took_ms)
}

/// Takes 0.3 s: 20 ms of CPU time at 7.2 %.
#[test]
fn init_has_the_whole_cpu_and_an_invocation_the_share_of_its_memory() {
    let Some(mut lab) = lab(128) else { return };
    let (said, took_ms) = spin(&lab, 20);
    // 13.8 periods of 20 ms. The first may begin with a whole quota and the last end at once.
    assert!(took_ms >= 240, "20 ms of CPU time took {took_ms} ms: {said}");
    assert_eq!(said["throttled_in_init"], 0, "{said}");
    assert!(said["throttled"].as_u64() >= Some(10), "{said}");

    let group = PathBuf::from(said["group"].as_str().unwrap());
    let name = group.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with(&format!("zerobill-{}-", std::process::id())), "{name}");
    assert!(group.exists());
    lab.shutdown();
    eventually("the group is removed", || (!group.exists()).then_some(()));
}

#[test]
fn with_more_memory_than_one_thread_can_use_nothing_is_throttled() {
    let Some(mut lab) = lab(10_240) else { return };
    let (said, _) = spin(&lab, 40);
    assert_eq!((&said["throttled_in_init"], &said["throttled"]), (&json!(0), &json!(0)));
    lab.shutdown();
}

#[test]
fn each_environment_has_a_share_of_its_own() {
    let Some(mut lab) = lab(1_769) else { return };
    let first = spin(&lab, 0).0["group"].clone();
    lab.wait(lab.engine().build("restart").succeeded());
    let second = spin(&lab, 0).0["group"].clone();
    assert_ne!(first, second);
    let first = PathBuf::from(first.as_str().unwrap());
    eventually("the group of the first one is removed", || {
        (!first.exists()).then_some(())
    });
    lab.shutdown();
}
