//! `cargo xtask package`: the function, or the extension as a layer, as the zip files that AWS Lambda takes, one for each
//! architecture.

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
/// The C library of `provided.al2023`.
const LAMBDA_GLIBC: (u32, u32) = (2, 34);

/// What is packaged.
#[derive(Debug)]
struct Product {
    /// What its zip files are called.
    name: &'static str,
    package: &'static str,
    features: &'static str,
    program: &'static str,
    /// Where the program is in the zip file.
    entry: &'static str,
    /// The profile it ships with.
    profile: &'static str,
    /// The most bytes that its program may have as it ships.
    limit: Option<u64>,
}

const FUNCTION: Product = Product {
    name: "zerobill-function",
    package: "zerobill-function",
    features: "",
    program: "bootstrap",
    entry: "bootstrap",
    profile: "release",
    limit: None,
};

/// The same function with the guard in it. What only watches other functions is no burden to those.
const GUARD: Product = Product {
    name: "zerobill-guard",
    features: "guard",
    ..FUNCTION
};

/// A layer: Lambda unpacks it to `/opt`, and starts what is in `/opt/extensions`.
const EXTENSION: Product = Product {
    name: "zerobill-extension",
    package: "zerobill-extension",
    features: "",
    program: "zerobill-extension",
    entry: "extensions/zerobill-extension",
    profile: "small",
    limit: Some(2_000_000),
};

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
    /// Packages the extension, as a layer, instead of the function.
    #[arg(long)]
    extension: bool,
    /// Packages the function with the guard in it.
    #[arg(long, conflicts_with = "extension")]
    guard: bool,
    /// The profile to build with instead of the one that ships.
    #[arg(long)]
    profile: Option<String>,
    /// The folder to write to.
    #[arg(long, default_value = "dist")]
    output: PathBuf,
}

/// Builds and checks a zip file for each architecture that can be built here; says which were left out and why.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.root.join(&options.output);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let product = match options {
        Options { extension: true, .. } => &EXTENSION,
        Options { guard: true, .. } => &GUARD,
        _ => &FUNCTION,
    };
    let profile = options.profile.as_deref().unwrap_or(product.profile);
    let host = host(workspace)?;
    let mut made = 0;
    for architecture in ARCHITECTURES {
        if let Some(reason) = missing(workspace, architecture, &host)? {
            say(&format!("{}: left out: {reason}", architecture.name));
            continue;
        }
        let program = build(workspace, product, architecture, &host, profile)?;
        let bytes = fs::metadata(&program)?.len();
        if let Some(limit) = product.limit.filter(|_| profile == product.profile) {
            ensure!(
                bytes < limit,
                "`{}` has {}, and is to have less than {}",
                program.display(),
                megabytes(bytes),
                megabytes(limit)
            );
        }
        let file = folder.join(file_name(product, architecture));
        archive::write(&file, product.entry, &fs::read(&program)?)?;
        archive::check(&file, product.entry, architecture.machine, LAMBDA_GLIBC)?;
        say(&format!(
            "{}: {} is {}",
            architecture.name,
            product.program,
            megabytes(bytes)
        ));
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

fn file_name(product: &Product, architecture: &Architecture) -> String {
    format!(
        "{}-{}-{}.zip",
        product.name,
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

fn build(
    workspace: &Workspace,
    product: &Product,
    architecture: &Architecture,
    host: &str,
    profile: &str,
) -> Result<PathBuf> {
    let (package, program) = (product.package, product.program);
    let mut command = workspace.cargo(&["build", "--locked", "--package", package, "--bin", program]);
    command.args(["--profile", profile, "--features", product.features]);
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
        .join(program);
    ensure!(program.is_file(), "cargo left no `{}`", program.display());
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_are_plain() {
        let names: Vec<String> = ARCHITECTURES.iter().map(|one| file_name(&FUNCTION, one)).collect();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            names,
            [
                format!("zerobill-function-{version}-x86_64.zip"),
                format!("zerobill-function-{version}-arm64.zip")
            ]
        );
        let layer = file_name(&EXTENSION, &ARCHITECTURES[0]);
        assert_eq!(layer, format!("zerobill-extension-{version}-x86_64.zip"));
        let guard = file_name(&GUARD, &ARCHITECTURES[0]);
        assert_eq!(guard, format!("zerobill-guard-{version}-x86_64.zip"));
        assert_eq!(megabytes(2_345_678), "2.35 MB");
    }
}
