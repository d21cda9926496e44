//! How much memory an environment's processes use, where the system says so.

use std::fs;

use rustix::process::Pid;

/// The most memory that one process has had at a time, in KB.
pub(super) fn peak_kib(pid: Pid) -> Option<u64> {
    said(pid.as_raw_nonzero().get(), "VmHWM:")
}

/// The memory that a process and all its children have now, in KB.
pub(super) fn of_tree_kib(pid: Pid) -> u64 {
    of_tree(pid.as_raw_nonzero().get())
}

fn of_tree(id: i32) -> u64 {
    let own = said(id, "VmRSS:").unwrap_or_default();
    // Each thread lists the children that it has started.
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let children: u64 = lists
        .flat_map(|list| list.split(' ').filter_map(|id| id.parse().ok()).collect::<Vec<i32>>())
        .map(of_tree)
        .sum();
    own + children
}

/// A figure of `/proc/ID/status`.
fn said(id: i32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_counted_with_its_children() {
        let own = rustix::process::getpid();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let of_child = of_tree_kib(Pid::from_child(&child));
        let (alone, tree) = (said(own.as_raw_nonzero().get(), "VmRSS:").unwrap(), of_tree_kib(own));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(of_child > 0);
        assert!(tree >= alone + of_child / 2, "{tree} {alone} {of_child}");
        assert!(peak_kib(own).unwrap() >= alone);
    }
}
