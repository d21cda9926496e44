//! Where the system lets this process make control groups that share a CPU.

use std::path::{Path, PathBuf};

use super::Version;

/// Folders in which a group may be made, the likeliest first: beside this process's own group, and above it. In the second
/// version a group with processes has none below it, and which of those above is given to this user the system decides.
pub(super) fn places(mounts: &str, own: &str) -> Vec<(PathBuf, Version)> {
    let controllers = mounts.lines().filter_map(mount).filter(|(_, kind, options)| {
        *kind == "cgroup2" || *kind == "cgroup" && options.split(',').any(|option| option == "cpu")
    });
    let mut places: Vec<_> = controllers
        .flat_map(|(folder, kind, _)| {
            let version = if kind == "cgroup2" { Version::Two } else { Version::One };
            let own = own.lines().find_map(|line| own_path(line, version)).unwrap_or("/");
            let below = Path::new(own).ancestors().map(move |path| {
                let path = path.strip_prefix("/").unwrap_or(path);
                (Path::new(folder).join(path), version)
            });
            below.collect::<Vec<_>>()
        })
        .collect();
    // Where both are there, the first version has the controllers.
    places.sort_by_key(|(_, version)| *version);
    places
}

/// The folder, the kind and the options of a line of `mountinfo`.
fn mount(line: &str) -> Option<(&str, &str, &str)> {
    let (place, rest) = line.split_once(" - ")?;
    let mut rest = rest.split(' ');
    Some((place.split(' ').nth(4)?, rest.next()?, rest.nth(1)?))
}

/// The path in a line of `/proc/self/cgroup`: `4:cpu,cpuacct:/path`, or `0::/path` in the second version.
fn own_path(line: &str, version: Version) -> Option<&str> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, path) = (parts.next()?, parts.next()?);
    let is_it = match version {
        Version::One => controllers.split(',').any(|one| one == "cpu"),
        Version::Two => controllers.is_empty(),
    };
    is_it.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mounts: &str, own: &str) -> Vec<String> {
        let places = places(mounts, own).into_iter();
        places
            .map(|(folder, version)| format!("{version:?} {}", folder.display()))
            .collect()
    }

    #[test]
    fn of_a_session_of_systemd_the_groups_above_it_are_looked_at() {
        let mounts = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n\
                      30 23 0:27 / /sys/fs/pstore rw - pstore pstore rw\n";
        assert_eq!(
            shown(mounts, "0::/user.slice/app.slice/shell.scope\n"),
            [
                "Two /sys/fs/cgroup/user.slice/app.slice/shell.scope",
                "Two /sys/fs/cgroup/user.slice/app.slice",
                "Two /sys/fs/cgroup/user.slice",
                "Two /sys/fs/cgroup/",
            ]
        );
    }

    #[test]
    fn where_both_versions_are_there_the_first_has_the_controllers() {
        let mounts = "31 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
                      32 25 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n\
                      33 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
        assert_eq!(
            shown(mounts, "5:cpuset:/a\n3:cpu,cpuacct:/docker/b\n0::/\n"),
            [
                "One /sys/fs/cgroup/cpu,cpuacct/docker/b",
                "One /sys/fs/cgroup/cpu,cpuacct/docker",
                "One /sys/fs/cgroup/cpu,cpuacct/",
                "Two /sys/fs/cgroup/unified/",
            ]
        );
    }

    #[test]
    fn a_system_without_groups_has_no_place() {
        assert!(places("", "").is_empty());
        assert!(places("30 23 0:27 / /proc rw - proc proc rw\n", "0::/\n").is_empty());
    }
}
