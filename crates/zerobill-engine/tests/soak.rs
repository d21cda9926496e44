//! The engine over many invocations: its memory does not grow. `ZEROBILL_SOAK=100000` says how many; a tenth of that unless told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{path::PathBuf, process::Command};

use tokio::runtime::Builder;
use zerobill_engine::{Engine, FunctionSettings, InvokeRequest};

/// After so many the engine remembers as many invocations and lines as it ever does.
const FULL: u64 = 8_000;

/// By how much the memory of the process may differ afterwards, in KB: what an allocator keeps varies.
const SLACK_KB: u64 = 6_000;

fn memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the variable says how long the test takes")]
fn invocations() -> u64 {
    std::env::var("ZEROBILL_SOAK").map_or(10_000, |count| count.parse().unwrap())
}

/// The example function, built.
fn echo() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(3).unwrap();
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "zerobill-engine",
            "--example",
            "echo",
            "--target-dir",
        ])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success(), "the example does not build");
    target.join("debug/examples/echo")
}

#[test]
fn memory_stays_flat_over_many_invocations() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let engine = Engine::builder().function(FunctionSettings::new("hello", echo()));
        let engine = engine.start().await.unwrap();
        let many = async |count: u64| {
            for _ in 0..count {
                let reply = engine.invoke("hello", InvokeRequest::new("{}")).await.unwrap();
                assert!(!reply.function_error);
            }
        };
        many(FULL).await;
        let (before, count) = (memory_kb(), invocations());
        many(count).await;
        let after = memory_kb();
        assert!(
            after < before + SLACK_KB,
            "{before} KB, and {after} KB after {count} invocations"
        );
        let state = engine.shutdown().await;
        assert_eq!(state.functions[0].invocations, FULL + count);
        assert_eq!(state.functions[0].cold_starts, 1);
    });
}
