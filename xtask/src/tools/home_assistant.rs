//! A real Home Assistant, installed from the packages that its release was tested with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::environment;
use crate::workspace::Workspace;

/// The packages, each with its version, Home Assistant among them.
const REQUIREMENTS: &str = "real-clients/home-assistant/requirements.txt";
const PACKAGE: &str = "homeassistant==";
/// The Python that this release of Home Assistant runs on.
const PYTHON: &str = "3.13";

/// The interpreter of an environment in which `-m homeassistant` runs.
pub(crate) fn python(workspace: &Workspace, log: &Path) -> Result<PathBuf> {
    let requirements = workspace.root.join(REQUIREMENTS);
    let pins = fs::read_to_string(&requirements).with_context(|| format!("cannot read `{REQUIREMENTS}`"))?;
    let version = version(&pins)?;
    let folder = super::make(
        &format!("home-assistant-{version}-{:016x}", super::hash(&pins)),
        |folder| {
            let python = find_python()?;
            super::succeed(Command::new(python).args(["-m", "venv"]).arg(folder), log)?;
            let mut pip = Command::new(folder.join("bin/python"));
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--no-deps",
                "--requirement",
            ])
            .arg(&requirements);
            super::succeed(&mut pip, log)
        },
    )?;
    Ok(folder.join("bin/python"))
}

/// The release that the requirements name.
fn version(pins: &str) -> Result<&str> {
    let pin = pins.lines().find_map(|line| line.strip_prefix(PACKAGE));
    pin.map(str::trim)
        .with_context(|| format!("`{REQUIREMENTS}` does not name `{PACKAGE}`"))
}

/// A Python of the right version with all that Home Assistant needs of it: on the path, or among those of pyenv.
fn find_python() -> Result<PathBuf> {
    let mut candidates = vec![PathBuf::from(format!("python{PYTHON}"))];
    let pyenv = environment::variable("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| environment::variable("HOME").map(|home| PathBuf::from(home).join(".pyenv")));
    if let Some(versions) = pyenv.and_then(|folder| fs::read_dir(folder.join("versions")).ok()) {
        let mut folders: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        candidates.extend(folders.into_iter().map(|folder| folder.join("bin/python3")));
    }
    let found = candidates.into_iter().find(|python| is_suitable(python));
    found.with_context(|| {
        format!("no Python {PYTHON} found on the path or in pyenv: install one, or leave this out with `--skip home-assistant`")
    })
}

fn is_suitable(python: &Path) -> bool {
    let script =
        format!("import sys, ssl, sqlite3, ctypes, zlib, venv; sys.exit('%d.%d' % sys.version_info[:2] != '{PYTHON}')");
    let status = Command::new(python)
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read_from_the_requirements() {
        assert_eq!(version("hassil==2.2.3\nhomeassistant==2025.4.4\n").unwrap(), "2025.4.4");
        let error = version("hassil==2.2.3\n").unwrap_err().to_string();
        assert!(error.ends_with("does not name `homeassistant==`"), "{error}");
    }

    #[test]
    fn another_program_is_no_suitable_python() {
        assert!(!is_suitable(Path::new("false")));
        assert!(!is_suitable(Path::new("no-such-program")));
    }
}
