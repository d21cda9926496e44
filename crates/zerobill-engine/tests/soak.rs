//! The engine over many invocations, some of which end their process: its memory, its files and its processes do not grow.
//! `ZEROBILL_SOAK` in the environment takes ten times as many.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tokio::runtime::Builder;
use zerobill_engine::{Engine, FunctionSettings, InvokeRequest};

/// So many invocations in CI.
const INVOCATIONS: u64 = 10_000;

/// One invocation in so many ends its process, and another one fails.
const ONE_IN: u64 = 500;

/// After so many the engine remembers as many invocations and lines as it ever does.
const FULL: u64 = 8_000;

/// By how much the memory of the process may differ afterwards, in KB: what an allocator keeps varies.
const SLACK_KB: u64 = 6_000;

/// What the process of the engine holds.
#[derive(Debug)]
struct Held {
    memory_kb: u64,
    files: usize,
    threads: usize,
    children: usize,
}

impl Held {
    fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let threads: Vec<_> = fs::read_dir("/proc/self/task").unwrap().flatten().collect();
        // A thread that has just ended has no list.
        let children = |thread: &fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let children = threads.iter().map(|thread| children(thread).split_whitespace().count());
        Self {
            memory_kb: line.trim().trim_end_matches(" kB").parse().unwrap(),
            files: fs::read_dir("/proc/self/fd").unwrap().count(),
            threads: threads.len(),
            children: children.sum(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the variable says how long the test takes")]
fn invocations() -> u64 {
    let in_full = std::env::var_os("ZEROBILL_SOAK").is_some();
    if in_full { 10 * INVOCATIONS } else { INVOCATIONS }
}

/// The example function, built as this test is.
fn function() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/debug/deps/soak-0123
    let built = test.ancestors().nth(2).unwrap();
    let profile = match built.file_name().and_then(|name| name.to_str()).unwrap() {
        "debug" => "dev",
        other => other,
    };
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "zerobill-engine",
            "--example",
            "misbehaves",
        ])
        .args(["--profile", profile, "--target-dir"])
        .arg(built.parent().map_or(built, Path::new))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(status.success(), "the example does not build");
    built.join("examples/misbehaves")
}

#[test]
fn memory_files_and_processes_stay_as_they_are_over_many_invocations() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let engine = Engine::builder().function(FunctionSettings::new("shop", function()));
        let engine = engine.start().await.unwrap();
        let many = async |count: u64| {
            for n in 1..=count {
                let event = match n % ONE_IN {
                    0 => r#"{"do":"exit"}"#,
                    1 => r#"{"do":"fail"}"#,
                    _ => "{}",
                };
                let reply = engine.invoke("shop", InvokeRequest::new(event)).await.unwrap();
                assert_eq!(reply.function_error, event != "{}", "{event}");
            }
            // One that leaves its process behind it.
            engine.invoke("shop", InvokeRequest::new("{}")).await.unwrap();
            count + 1
        };
        let mut all = many(FULL).await;
        let (before, count) = (Held::now(), invocations());
        all += many(count).await;
        let after = Held::now();
        println!("soak: {count} invocations, before {before:?}, after {after:?}");
        assert!(after.memory_kb < before.memory_kb + SLACK_KB, "{before:?} {after:?}");
        assert!(after.files <= before.files + 2, "{before:?} {after:?}");
        assert!(after.threads <= before.threads + 2, "{before:?} {after:?}");
        assert_eq!((before.children, after.children), (1, 1));
        let state = engine.shutdown().await;
        assert_eq!(state.functions[0].invocations, all);
        assert_eq!(state.functions[0].cold_starts, 1 + (FULL + count) / ONE_IN);
        assert_eq!(Held::now().children, 0);
    });
}
