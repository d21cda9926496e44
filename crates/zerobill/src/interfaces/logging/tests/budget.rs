//! What is held back until an error, what is sampled, and what one invocation may write.

use super::{builder, gateway, invoke, messages, parsed};
use crate::Random;

#[test]
fn held_back_lines_come_before_the_error_and_never_without_one() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_BUFFER", "1")]);
    invoke(&gateway, "one", || {
        gateway.logging().trace("step 1", ());
        gateway.logging().debug("step 2", ());
        gateway.logging().info("at once", ());
        gateway.logging().error("failed", ());
        gateway.logging().debug("step 3", ());
    });
    assert_eq!(messages(&output), ["at once", "step 1", "step 2", "failed"]);
    invoke(&gateway, "two", || {
        gateway.logging().error("nothing of one is left", ());
    });
    assert_eq!(messages(&output).len(), 5);
    gateway.logging().debug("outside an invocation nothing is held", ());
    gateway.logging().error("so nothing comes", ());
    assert_eq!(messages(&output).len(), 6);
}

#[test]
fn flush_writes_what_is_held_and_says_how_many() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_BUFFER", "1")]);
    assert_eq!(gateway.logging().flush(), 0);
    invoke(&gateway, "one", || {
        gateway.logging().debug("step 1", ());
        gateway.logging().debug("step 2", ());
        assert_eq!((gateway.logging().flush(), gateway.logging().flush()), (2, 0));
    });
    assert_eq!(messages(&output), ["step 1", "step 2"]);
}

#[test]
fn the_oldest_are_dropped_with_one_warning() {
    let (builder, output) = builder([("ZEROBILL_LOG_BUFFER", "1"), ("ZEROBILL_LOG_BUFFER_BYTES", "1000")]);
    let gateway = builder.build().unwrap();
    invoke(&gateway, "one", || {
        for step in 0..20 {
            gateway.logging().debug(&format!("step {step:02}"), ());
        }
        gateway.logging().error("failed", ());
    });
    // One such line is 153 bytes long, so six of them fit.
    assert_eq!(
        messages(&output),
        [
            "step 14",
            "step 15",
            "step 16",
            "step 17",
            "step 18",
            "step 19",
            "14 older lines were dropped: what is held back is limited",
            "failed"
        ]
    );
    assert_eq!(output.lines()[0].len() + 1, 153);
}

#[test]
fn a_line_longer_than_all_that_is_held_is_written_at_once_with_a_warning() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_BUFFER", "1"), ("ZEROBILL_LOG_BUFFER_BYTES", "500")]);
    invoke(&gateway, "one", || {
        gateway.logging().debug("short", ());
        gateway.logging().debug(&"x".repeat(500), ());
    });
    let lines = parsed(&output);
    assert_eq!((lines.len(), &lines[0]["level"]), (2, &"DEBUG".into()));
    let bytes = output.lines()[0].len() + 1;
    assert_eq!(
        lines[1]["message"],
        format!("a line of {bytes} bytes does not fit the 500 bytes held back")
    );
}

#[test]
fn lines_too_long_to_hold_do_not_escape_the_byte_budget() {
    let (gateway, output) = gateway([
        ("ZEROBILL_LOG_BUFFER", "1"),
        ("ZEROBILL_LOG_BUFFER_BYTES", "500"),
        ("ZEROBILL_LOG_MAX_BYTES", "1500"),
    ]);
    invoke(&gateway, "one", || {
        for _ in 0..50 {
            gateway.logging().debug(&"x".repeat(600), ());
        }
    });
    let messages = messages(&output);
    assert_eq!(
        messages.len(),
        3,
        "one long line, its warning, and the count: {messages:?}"
    );
    assert!(
        messages[2].starts_with("49 lines at INFO and below were left out"),
        "{messages:?}"
    );
}

#[test]
fn over_its_budget_an_invocation_writes_warnings_only_and_says_how_many_are_missing() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_LEVEL", "DEBUG"), ("ZEROBILL_LOG_MAX_BYTES", "459")]);
    for id in ["one", "two"] {
        invoke(&gateway, id, || {
            for step in 0..5 {
                gateway.logging().info(&format!("step {step:03}"), ());
            }
            gateway.logging().debug("left out", ());
            gateway.logging().warning("passes", ());
        });
    }
    // The two invocations differ in `cold_start`: `false` makes each line a byte longer, so one less fits.
    let end = |lines: u8| {
        format!(
            "{lines} lines at INFO and below were left out: the invocation's 459 bytes are used up; \
             `ZEROBILL_LOG_MAX_BYTES` sets the limit"
        )
    };
    let (three, four) = (end(3), end(4));
    assert_eq!(output.lines()[0].len() + 1, 153);
    assert_eq!(
        messages(&output),
        [
            "step 000", "step 001", "step 002", "passes", &three, "step 000", "step 001", "passes", &four
        ]
    );
    for _ in 0..20 {
        gateway.logging().info("outside an invocation there is no budget", ());
    }
    assert_eq!(output.lines().len(), 29);
}

#[test]
fn a_budget_of_zero_is_none() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_MAX_BYTES", "0")]);
    invoke(&gateway, "one", || {
        for _ in 0..1_000 {
            gateway.logging().info("step", ());
        }
    });
    assert_eq!(output.lines().len(), 1_000);
}

#[test]
fn a_share_of_the_invocations_logs_at_debug_and_each_decides_once() {
    let (builder, output) = builder([("POWERTOOLS_LOGGER_SAMPLE_RATE", "0.5")]);
    let gateway = builder.random(Random::seeded(0)).build().unwrap();
    // The seed gives 0.883, 0.432, 0.026, 0.971.
    for id in ["a", "b", "c", "d"] {
        invoke(&gateway, id, || {
            gateway.logging().debug("one", ());
            gateway.logging().trace("never", ());
            gateway.logging().debug("two", ());
        });
    }
    let sampled: Vec<_> = parsed(&output)
        .into_iter()
        .map(|line| {
            (
                line["function_request_id"].as_str().unwrap().to_owned(),
                line["sampling_rate"].as_f64(),
            )
        })
        .collect();
    let expected = ["b", "b", "c", "c"].map(|id| (id.to_owned(), Some(0.5)));
    assert_eq!(sampled, expected);
    gateway.logging().debug("outside an invocation nothing is sampled", ());
    assert_eq!(output.lines().len(), 4);
}

#[test]
fn a_sampled_invocation_holds_back_only_what_is_not_sampled() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_SAMPLE_RATE", "1"), ("ZEROBILL_LOG_BUFFER", "1")]);
    invoke(&gateway, "one", || {
        gateway.logging().trace("held", ());
        gateway.logging().debug("at once", ());
        gateway.logging().error("failed", ());
    });
    assert_eq!(messages(&output), ["at once", "held", "failed"]);
}

#[test]
fn flush_counts_what_the_budget_let_through() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_BUFFER", "1"), ("ZEROBILL_LOG_MAX_BYTES", "459")]);
    invoke(&gateway, "one", || {
        for step in 10..20 {
            gateway.logging().debug(&format!("step {step}"), ());
        }
        assert_eq!(gateway.logging().flush(), 3);
    });
    assert!(
        messages(&output)[3].starts_with("7 lines at INFO and below were left out"),
        "{:?}",
        messages(&output)
    );
}
