//! Where things are: the repository, the target folder, the folder that keeps what processes print.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::environment;

/// Variables that `cargo run` sets for xtask itself. Inherited, they make build scripts that watch them run again.
const SET_BY_CARGO_RUN: &[&str] = &[
    "CARGO",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_HOMEPAGE",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_LICENSE_FILE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_README",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
    "CARGO_PRIMARY_PACKAGE",
    "LD_LIBRARY_PATH",
    "RUST_RECURSION_COUNT",
];

/// The repository and its build folder.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// What the processes of a test run print; searched for secrets at its end.
    pub(crate) output: PathBuf,
    cargo: OsString,
}

impl Workspace {
    /// The workspace that this xtask was built from.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the folder of xtask has no parent")?
            .to_path_buf();
        let target = environment::variable("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(PathBuf::from(folder)));
        let output = target.join("test-output");
        let cargo = environment::variable("CARGO").unwrap_or_else(|| "cargo".into());
        Ok(Self {
            root,
            target,
            output,
            cargo,
        })
    }

    /// A `cargo` command at the root of the workspace.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.cargo);
        command.args(arguments);
        command
    }

    /// The packages that `cargo metadata` lists with these arguments, which are all that the lock file names but for `--no-deps`.
    pub(crate) fn packages(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let mut command = self.cargo(&["metadata", "--format-version", "1", "--locked"]);
        // What it prints is long and holds nothing to search, so it is not kept.
        let output = command.args(arguments).output()?;
        let failure = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`cargo metadata` failed: {failure}");
        let metadata: Value = serde_json::from_slice(&output.stdout).context("`cargo metadata` did not print JSON")?;
        let packages = metadata["packages"].as_array();
        packages.cloned().context("`cargo metadata` lists no packages")
    }

    /// Any command at the root of the workspace.
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        for name in SET_BY_CARGO_RUN {
            command.env_remove(name);
        }
        command
    }

    /// The file that keeps what a step's processes print.
    pub(crate) fn log(&self, step: &str) -> PathBuf {
        self.output.join(format!("{step}.log"))
    }
}
