//! Chromium: the one that the machine has, or the distribution's.

use std::env::split_paths;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::environment;

/// What it is called on different systems.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Its executable; where there is none, the package of Debian and Ubuntu is installed, which needs root.
pub(crate) fn find(log: &Path) -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    install(log).context("there is no Chromium here; install one, or leave the step out with `--skip dashboard`")?;
    installed().context("the package `chromium` has no executable of that name")
}

fn installed() -> Option<PathBuf> {
    let path = environment::variable("PATH")?;
    let candidates = split_paths(&path).flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

fn install(log: &Path) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        super::succeed(&mut command, log)
    };
    apt(&["update"])?;
    // Without a font the page has no text.
    apt(&[
        "install",
        "--yes",
        "--no-install-recommends",
        "chromium",
        "fonts-dejavu-core",
    ])
}
