//! What `config` promises: layer over layer, all faults at once, and no secret shown.

mod environment;
mod file;
mod layers;
mod outside;
mod secrets;

use std::path::PathBuf;

use tempfile::TempDir;

use crate::{Gateway, environment::Environment, gateway::Builder, output::Output};

/// A builder that sees these variables only, and no output of the process.
fn builder<const N: usize>(variables: [(&str, &str); N]) -> Builder {
    Gateway::builder()
        .environment(Environment::from_pairs(variables))
        .output(Output::captured())
}

/// A configuration file of these bytes; it is there as long as the folder is held.
fn file(content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zerobill.toml");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// What is wrong with what `builder` was given.
fn faults(builder: Builder) -> Vec<String> {
    let (_, faults) = builder.build_anyway();
    faults.iter().map(ToString::to_string).collect()
}

/// What a file of these bytes is told to be wrong in, its path shortened to `FILE`.
fn faults_of_file(content: impl AsRef<[u8]>) -> Vec<String> {
    let (_folder, path) = file(content);
    let shown = path.display().to_string();
    let faults = faults(builder([]).config_file(&path));
    faults.into_iter().map(|fault| fault.replace(&shown, "FILE")).collect()
}
