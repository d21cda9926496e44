//! `cargo xtask package`: the function as the zip files that AWS Lambda takes, one for each architecture.

mod archive;
pub(crate) mod wheel;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::process;
use crate::report::say;
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_secs(60 * 60);
const PROGRAM: &str = "bootstrap";
/// The C library of `provided.al2023`.
const LAMBDA_GLIBC: (u32, u32) = (2, 34);

/// What Lambda calls an architecture, and what Rust and the system call it.
#[derive(Debug)]
struct Architecture {
    name: &'static str,
    target: &'static str,
    /// `e_machine` of its programs.
    machine: u16,
    /// What links its programs on another machine.
    linker: &'static str,
}

const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "x86_64",
        target: "x86_64-unknown-linux-gnu",
        machine: 62,
        linker: "x86_64-linux-gnu-gcc",
    },
    Architecture {
        name: "arm64",
        target: "aarch64-unknown-linux-gnu",
        machine: 183,
        linker: "aarch64-linux-gnu-gcc",
    },
];

/// What to package.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The profile to build with.
    #[arg(long, default_value = "release")]
    profile: String,
    /// The folder to write to.
    #[arg(long, default_value = "dist")]
    output: PathBuf,
}

/// Builds and checks a zip file for each architecture that can be built here; says which were left out and why.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.root.join(&options.output);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let host = host(workspace)?;
    let mut made = 0;
    for architecture in ARCHITECTURES {
        if let Some(reason) = missing(workspace, architecture, &host)? {
            say(&format!("{}: left out: {reason}", architecture.name));
            continue;
        }
        let program = build(workspace, architecture, &host, &options.profile)?;
        let file = folder.join(file_name(architecture));
        archive::write(&file, PROGRAM, &fs::read(&program)?)?;
        archive::check(&file, PROGRAM, architecture.machine, LAMBDA_GLIBC)?;
        let bytes = fs::metadata(&file)?.len();
        say(&format!(
            "{}: {} ({})",
            architecture.name,
            file.display(),
            megabytes(bytes)
        ));
        made += 1;
    }
    ensure!(made > 0, "no architecture of Lambda can be built here");
    Ok(())
}

fn file_name(architecture: &Architecture) -> String {
    format!(
        "zerobill-function-{}-{}.zip",
        env!("CARGO_PKG_VERSION"),
        architecture.name
    )
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

/// The target that `rustc` builds for when it is not told.
fn host(workspace: &Workspace) -> Result<String> {
    let output = workspace
        .command("rustc")
        .arg("-vV")
        .output()
        .context("cannot run `rustc`")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` names no host")
}

/// Why an architecture cannot be built here.
fn missing(workspace: &Workspace, architecture: &Architecture, host: &str) -> Result<Option<String>> {
    if architecture.target == host {
        return Ok(None);
    }
    let target = architecture.target;
    let output = workspace
        .command("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .output()?;
    let library = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() || !Path::new(&library).is_dir() {
        return Ok(Some(format!("`rustup target add {target}` installs what it needs")));
    }
    let linker = Command::new(architecture.linker).arg("--version").output();
    Ok(linker
        .is_err()
        .then(|| format!("its linker `{}` is not installed", architecture.linker)))
}

fn build(workspace: &Workspace, architecture: &Architecture, host: &str, profile: &str) -> Result<PathBuf> {
    let mut command = workspace.cargo(&["build", "--locked", "--package", "zerobill-function", "--bin", PROGRAM]);
    command.args(["--profile", profile]);
    let mut folder = workspace.target.clone();
    if architecture.target != host {
        command.args(["--target", architecture.target]);
        let name = architecture.target.to_uppercase().replace('-', "_");
        command.env(format!("CARGO_TARGET_{name}_LINKER"), architecture.linker);
        folder.push(architecture.target);
    }
    say(&format!("{}: building", architecture.name));
    let finished = process::run(&mut command, &workspace.log("package"), LIMIT)?;
    ensure!(finished.status.success(), "it does not build: {}", finished.output);
    // Cargo keeps the profile `dev` in a folder of another name.
    let program = folder
        .join(if profile == "dev" { "debug" } else { profile })
        .join(PROGRAM);
    ensure!(program.is_file(), "cargo left no `{}`", program.display());
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_are_plain() {
        let names: Vec<String> = ARCHITECTURES.iter().map(file_name).collect();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            names,
            [
                format!("zerobill-function-{version}-x86_64.zip"),
                format!("zerobill-function-{version}-arm64.zip")
            ]
        );
        assert_eq!(megabytes(2_345_678), "2.35 MB");
    }
}
