//! Many invocations in one environment.

use crate::lab::Lab;

/// The resident memory of the one process whose function is named `name`, in KB.
fn resident_kb(name: &str) -> u64 {
    let marker = format!("AWS_LAMBDA_FUNCTION_NAME={name}");
    let ours = |folder: &std::path::Path| {
        let variables = std::fs::read(folder.join("environ")).ok()?;
        variables
            .split(|byte| *byte == 0)
            .any(|variable| variable == marker.as_bytes())
            .then_some(())?;
        std::fs::read_to_string(folder.join("status")).ok()
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let found: Vec<String> = processes.filter_map(|process| ours(&process.path())).collect();
    assert_eq!(found.len(), 1, "one environment");
    let line = found[0].lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

/// Takes about 3 s.
#[test]
fn a_thousand_invocations_keep_one_environment_and_its_memory() {
    let name = format!("endurance-{}", std::process::id());
    let lab = Lab::with(|settings| settings.name.clone_from(&name));
    let mut after_200 = 0;
    for number in 0..1_000 {
        if number == 200 {
            after_200 = resident_kb(&name);
        }
        // Every kind of answer: a reply, an HTTP response, an error with its line.
        match number % 4 {
            0 => drop(lab.answer(r#"{"requestType":"stats"}"#)),
            1 => drop(lab.answer(r#"{"requestContext":{"http":{"method":"GET"}},"rawPath":"/health"}"#)),
            2 => drop(lab.error(format!(r#"{{"requestType":"type-{number}"}}"#))),
            _ => drop(lab.answer(r#"{"requestType":"health_check"}"#)),
        }
    }
    let grown = resident_kb(&name).saturating_sub(after_200);
    assert!(grown < 1_024, "{grown} KB more than after 200 invocations");
    let state = lab.state();
    assert_eq!((state.invocations, state.cold_starts, state.errors), (1_000, 1, 250));
    let stats = lab.answer(r#"{"requestType":"stats"}"#);
    assert_eq!(
        (&stats["usage"]["invocations"], &stats["usage"]["errors"]),
        (&1_001.into(), &250.into())
    );
    assert_eq!(lab.logged().len(), 250);
}
