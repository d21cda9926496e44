//! Functions that are invoked by themselves.

use std::time::Duration;

use serde_json::Value;
use zerobill_engine::Schedule;

use crate::lab::{Lab, eventually};

#[test]
fn a_schedule_invokes_the_function_again_and_again() {
    // Takes 0.3 s.
    let mut lab = Lab::with("worker", |settings| {
        settings.schedules = vec![Schedule::every(Duration::from_millis(100))];
    });
    let line = lab.log.wait_for("event ", 3);
    let event: Value = serde_json::from_str(line.trim_start_matches("event ")).unwrap();
    assert_eq!(event["detail-type"], "Scheduled Event");
    assert_eq!(event["source"], "aws.events");
    assert_eq!(
        event["resources"][0],
        "arn:aws:events:us-east-1:123456789012:rule/hello"
    );
    lab.shutdown();
    let invocations = lab.log.starting("START ").len();
    eventually("nothing is left running", || {
        (lab.log.starting("REPORT ").len() == invocations).then_some(())
    });
}
