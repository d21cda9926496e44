//! `cargo xtask wheel`: the command `zerobill` as a Python wheel, which installs without Rust.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{ARCHITECTURES, LIMIT, archive, megabytes};
use crate::process;
use crate::report::say;
use crate::workspace::Workspace;

const NAME: &str = "zerobill";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What to make a wheel of.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The profile to build the command with.
    #[arg(long, default_value = "release", conflicts_with = "program")]
    profile: String,
    /// A command that is built already.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// The folder to write to.
    #[arg(long, default_value = "dist")]
    output: PathBuf,
}

/// Builds the command for this machine and writes its wheel.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let program = match &options.program {
        Some(program) => program.clone(),
        None => build(workspace, &options.profile)?,
    };
    let bytes = fs::read(&program).with_context(|| format!("cannot read `{}`", program.display()))?;
    let folder = workspace.root.join(&options.output);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let readme = fs::read_to_string(workspace.root.join("README.md"))?;
    let license = fs::read(workspace.root.join("LICENSE"))?;
    let tag = tag(&bytes).with_context(|| format!("cannot make a wheel of `{}`", program.display()))?;
    let file = folder.join(format!("{NAME}-{VERSION}-{tag}.whl"));
    write(&file, &contents(&tag, &readme, license, bytes))?;
    say(&format!(
        "{} ({})",
        file.display(),
        megabytes(fs::metadata(&file)?.len())
    ));
    Ok(())
}

fn build(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    let mut command = workspace.cargo(&["build", "--locked", "--package", "zerobill-cli", "--bin", NAME]);
    command.args(["--profile", profile]);
    let finished = process::run(&mut command, &workspace.log("wheel"), LIMIT)?;
    ensure!(
        finished.status.success(),
        "`{NAME}` does not build: {}",
        finished.output
    );
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(workspace.target.join(folder).join(NAME))
}

/// Where the wheel can be installed: any Python 3 on Linux of the program's machine with a C library as new as it needs.
fn tag(program: &[u8]) -> Result<String> {
    let machine = archive::elf_machine(program).context("it is no program of 64-bit Linux")?;
    let known = ARCHITECTURES.iter().find(|known| known.machine == machine);
    let known = known.with_context(|| format!("no architecture of Lambda is the machine {machine}"))?;
    let (major, minor) = archive::newest_glibc(program).context("it asks for no version of glibc")?;
    // Python names the machine as Rust does.
    let name = known.target.split('-').next().unwrap_or(known.target);
    Ok(format!("py3-none-manylinux_{major}_{minor}_{name}"))
}

/// A file of the wheel: its path, its mode and its bytes.
type Entry = (String, u32, Vec<u8>);

/// The program where pip makes a command of it, and what describes it.
fn contents(tag: &str, readme: &str, license: Vec<u8>, program: Vec<u8>) -> Vec<Entry> {
    let about = |file: &str| format!("{NAME}-{VERSION}.dist-info/{file}");
    let metadata = format!(
        "Metadata-Version: 2.4\nName: {NAME}\nVersion: {VERSION}\n\
        Summary: Keep AWS Lambda at $0.00: see what will cost, run it locally, cap it\n\
        License-Expression: Apache-2.0\nLicense-File: LICENSE\nRequires-Python: >=3.8\n\
        Description-Content-Type: text/markdown\n\n{readme}"
    );
    let wheel = format!("Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: false\nTag: {tag}\n");
    let mut entries = vec![
        (format!("{NAME}-{VERSION}.data/scripts/{NAME}"), 0o755, program),
        (about("METADATA"), 0o644, metadata.into_bytes()),
        (about("WHEEL"), 0o644, wheel.into_bytes()),
        (about("licenses/LICENSE"), 0o644, license),
    ];
    let mut record: String = entries.iter().map(recorded).collect();
    // The record cannot hold its own digest.
    let place = about("RECORD");
    record.push_str(&place);
    record.push_str(",,\n");
    entries.push((place, 0o644, record.into_bytes()));
    entries
}

/// A line of `RECORD`: path, digest, size.
fn recorded((path, _, bytes): &Entry) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    format!("{path},sha256={},{}\n", URL_SAFE_NO_PAD.encode(digest), bytes.len())
}

/// Writes the wheel; nothing in it depends on when or where it is made.
fn write(file: &Path, entries: &[Entry]) -> Result<()> {
    let created = File::create(file).with_context(|| format!("cannot write `{}`", file.display()))?;
    let mut zip = ZipWriter::new(created);
    for (path, mode, bytes) in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(*mode);
        zip.start_file(path.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    zip.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(machine: u16, tail: &[u8]) -> Vec<u8> {
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(18, 0);
        program.extend(machine.to_le_bytes());
        program.extend(tail);
        program
    }

    #[test]
    fn the_tag_names_machine_and_c_library() {
        let tag = |machine, tail: &[u8]| tag(&program(machine, tail)).map_err(|error| error.to_string());
        assert_eq!(
            tag(62, b"\0GLIBC_2.2.5\0GLIBC_2.34\0"),
            Ok("py3-none-manylinux_2_34_x86_64".to_owned())
        );
        assert_eq!(
            tag(183, b"\0GLIBC_2.17\0"),
            Ok("py3-none-manylinux_2_17_aarch64".to_owned())
        );
        assert_eq!(tag(62, b""), Err("it asks for no version of glibc".to_owned()));
        assert_eq!(
            tag(40, b"\0GLIBC_2.17\0"),
            Err("no architecture of Lambda is the machine 40".to_owned())
        );
    }

    #[test]
    fn each_file_is_recorded_with_its_digest() {
        let entries = contents("py3-none-any", "# zerobill\n", b"abc".to_vec(), b"program".to_vec());
        let (path, mode, record) = entries.last().unwrap();
        assert_eq!(
            (path.as_str(), *mode),
            (format!("zerobill-{VERSION}.dist-info/RECORD").as_str(), 0o644)
        );
        let record = String::from_utf8(record.clone()).unwrap();
        assert_eq!(record.lines().count(), entries.len());
        // SHA-256 of `abc`, from its standard.
        let license = format!(
            "zerobill-{VERSION}.dist-info/licenses/LICENSE,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\n"
        );
        assert!(record.contains(&license), "{record}");
        assert!(record.ends_with(&format!("{path},,\n")), "{record}");
        assert_eq!(
            (entries[0].0.as_str(), entries[0].1),
            (format!("zerobill-{VERSION}.data/scripts/zerobill").as_str(), 0o755)
        );
    }

    #[test]
    fn a_wheel_is_written_the_same_twice() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.whl"), folder.path().join("other.whl"));
        let entries = contents("py3-none-any", "", Vec::new(), b"program".to_vec());
        write(&one, &entries).unwrap();
        write(&other, &entries).unwrap();
        assert_eq!(fs::read(one).unwrap(), fs::read(other).unwrap());
    }
}
