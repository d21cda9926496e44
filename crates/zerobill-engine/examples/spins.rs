//! A function that uses CPU time, in INIT and as its event asks for, and says how often its control group was throttled.

use std::{fs, path::Path};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

/// Milliseconds of CPU time that INIT takes.
const INIT_MS: u64 = 40;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    spin(INIT_MS)?;
    let of_init = throttled();
    run(service_fn(move |event: LambdaEvent<Value>| async move {
        spin(event.payload["cpu_ms"].as_u64().unwrap_or_default())?;
        Ok::<_, Error>(json!({ "group": group(), "throttled_in_init": of_init, "throttled": throttled() }))
    }))
    .await
}

/// Uses so much CPU time, however long that takes.
fn spin(cpu_ms: u64) -> Result<(), Error> {
    let until = used_ns()? + cpu_ms * 1_000_000;
    while used_ns()? < until {}
    Ok(())
}

fn used_ns() -> Result<u64, Error> {
    let figures = fs::read_to_string("/proc/self/schedstat")?;
    Ok(figures.split(' ').next().unwrap_or_default().parse()?)
}

/// The folder of the control group that this process shares a CPU in.
fn group() -> Option<String> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        (controllers.split(',').any(|one| one == "cpu") || controllers.is_empty()).then_some(path)
    })?;
    let mounts = ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup"];
    let mut folders = mounts.iter().map(|mount| format!("{mount}{path}"));
    folders.find(|folder| Path::new(folder).is_dir())
}

/// In how many periods the group was stopped until the next.
fn throttled() -> Option<u64> {
    let figures = fs::read_to_string(format!("{}/cpu.stat", group()?)).ok()?;
    let line = figures.lines().find_map(|line| line.strip_prefix("nr_throttled "))?;
    line.parse().ok()
}
