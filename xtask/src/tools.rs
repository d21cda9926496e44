//! Tools the checks need, each made once per machine at a pinned version, whole or not at all.

pub(crate) mod chromium;
pub(crate) mod home_assistant;

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;
use crate::{environment, process};

const CARGO_DENY: &str = "0.20.2";
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Python packages the real clients need, and the interpreter they were made for.
const REQUIREMENTS: &str = "real-clients/requirements.txt";

/// The `cargo-deny` executable.
pub(crate) fn cargo_deny(workspace: &Workspace, log: &Path) -> Result<PathBuf> {
    cargo_tool(workspace, log, "cargo-deny", CARGO_DENY)
}

/// The executable of a cargo subcommand, built from its source.
fn cargo_tool(workspace: &Workspace, log: &Path, name: &str, version: &str) -> Result<PathBuf> {
    let folder = make(&format!("{name}-{version}"), |folder| {
        let build = folder.join("build");
        let mut command = workspace.cargo(&["install", "--locked", "--version", version, name]);
        command.args(["--no-default-features", "--root"]).arg(folder);
        // Built to run a few times: compile time counts, speed does not.
        command
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        command
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        succeed(&mut command, log)?;
        fs::remove_dir_all(build)?;
        Ok(())
    })?;
    Ok(folder.join("bin").join(name))
}

/// A Python environment with the packages of `real-clients/requirements.txt`.
pub(crate) fn python(workspace: &Workspace, log: &Path) -> Result<PathBuf> {
    let requirements = workspace.root.join(REQUIREMENTS);
    let pins = fs::read_to_string(&requirements).with_context(|| format!("cannot read `{REQUIREMENTS}`"))?;
    let version = process::run(Command::new("python3").arg("--version"), log, LIMIT)?.output;
    let folder = make(&format!("python-{:016x}", hash(&(version, pins))), |folder| {
        // Without pip inside: some systems ship `venv` but not `ensurepip`, and the system's pip can install into it.
        succeed(
            Command::new("python3")
                .args(["-m", "venv", "--without-pip"])
                .arg(folder),
            log,
        )?;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "--python"]).arg(folder.join("bin/python"));
        pip.args(["install", "--quiet", "--no-deps", "--requirement"])
            .arg(&requirements);
        succeed(&mut pip, log)
    })?;
    Ok(folder)
}

/// What tells one set of contents from another in the name of a folder.
fn hash(contents: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    hasher.finish()
}

/// The file in a tool's folder that says it is complete.
const FINISHED: &str = ".finished";

/// The folder of a tool, filled by `fill` if it is not complete yet. Two runs at once wait for each other.
///
/// It is filled under its final name: the scripts of a Python environment name the folder in which it was made.
fn make(name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let tools = environment::tools_folder().context("neither `XDG_CACHE_HOME` nor `HOME` says where to keep tools")?;
    make_in(&tools, name, fill)
}

fn make_in(tools: &Path, name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    fs::create_dir_all(tools).with_context(|| format!("cannot make `{}`", tools.display()))?;
    let lock = File::create(tools.join(format!("{name}.lock")))?;
    lock.lock().with_context(|| format!("cannot lock `{name}`"))?;
    let folder = tools.join(name);
    let finished = folder.join(FINISHED);
    if finished.exists() {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir(&folder)?;
    fill(&folder).with_context(|| format!("cannot install `{name}`"))?;
    File::create(finished)?;
    Ok(folder)
}

fn succeed(command: &mut Command, log: &Path) -> Result<()> {
    let finished = process::run(command, log, LIMIT)?;
    ensure!(
        finished.status.success(),
        "`{}` failed: {}",
        command.get_program().display(),
        finished.output.trim()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_tool_is_made_once() {
        let tools = tempfile::tempdir().unwrap();
        let fill = |folder: &Path| Ok(fs::write(folder.join("tool"), "1")?);
        let folder = make_in(tools.path(), "tool-1", fill).unwrap();
        assert_eq!(fs::read_to_string(folder.join("tool")).unwrap(), "1");
        let again = make_in(tools.path(), "tool-1", |_| bail!("made twice")).unwrap();
        assert_eq!(again, folder);
    }

    #[test]
    fn a_failed_installation_is_tried_again_from_nothing() {
        let tools = tempfile::tempdir().unwrap();
        let error = make_in(tools.path(), "tool-1", |folder| {
            fs::write(folder.join("half"), "1")?;
            bail!("no network")
        });
        assert_eq!(
            format!("{:#}", error.unwrap_err()),
            "cannot install `tool-1`: no network"
        );
        make_in(tools.path(), "tool-1", |folder| {
            assert_eq!(fs::read_dir(folder)?.count(), 0);
            Ok(())
        })
        .unwrap();
        make_in(tools.path(), "tool-1", |_| bail!("made twice")).unwrap();
    }

    #[test]
    fn a_tool_stays_where_it_was_made() {
        let tools = tempfile::tempdir().unwrap();
        let fill = |folder: &Path| Ok(fs::write(folder.join("script"), folder.display().to_string())?);
        let folder = make_in(tools.path(), "tool-1", fill).unwrap();
        let named = fs::read_to_string(folder.join("script")).unwrap();
        assert_eq!(Path::new(&named), folder);
    }

    #[test]
    fn two_runs_at_once_make_one_tool() {
        let tools = tempfile::tempdir().unwrap();
        let made = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    make_in(tools.path(), "tool-1", |_| {
                        made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        Ok(())
                    })
                    .unwrap();
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }
}
