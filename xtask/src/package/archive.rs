//! The zip file: written the same for the same program, and judged by what comes out of it.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// What Lambda needs to start the program: readable and executable by everyone.
const MODE: u32 = 0o755;

/// Writes a zip file that holds one program. Nothing in it depends on when or where it is made.
pub(super) fn write(file: &Path, name: &str, program: &[u8]) -> Result<()> {
    write_with(file, name, program, MODE)
}

fn write_with(file: &Path, name: &str, program: &[u8], mode: u32) -> Result<()> {
    let created = File::create(file).with_context(|| format!("cannot write `{}`", file.display()))?;
    let mut zip = ZipWriter::new(created);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(mode);
    zip.start_file(name, options)?;
    zip.write_all(program)?;
    zip.finish()?;
    Ok(())
}

/// Unpacks the file and refuses what Lambda could not start: a wrong mode, another machine's program, one that needs a
/// newer C library than `glibc`.
pub(super) fn check(file: &Path, name: &str, machine: u16, glibc: (u32, u32)) -> Result<()> {
    let place = file.display();
    let mut zip = ZipArchive::new(File::open(file)?).with_context(|| format!("`{place}` is no zip file"))?;
    let names: Vec<String> = zip
        .file_names()
        .map(|name| Ok(name?.into_owned()))
        .collect::<Result<_>>()?;
    ensure!(names == [name], "`{place}` holds {names:?} instead of `{name}` alone");
    let mut entry = zip.by_name(name)?;
    let mode = entry.unix_mode().map(|mode| mode & 0o7777);
    ensure!(
        mode == Some(MODE),
        "`{name}` in `{place}` has the mode {:o} instead of {MODE:o}",
        mode.unwrap_or(0)
    );
    let mut program = Vec::new();
    entry.read_to_end(&mut program)?;
    let found =
        elf_machine(&program).with_context(|| format!("`{name}` in `{place}` is no program of 64-bit Linux"))?;
    ensure!(
        found == machine,
        "`{name}` in `{place}` is for the machine {found} instead of {machine}"
    );
    match newest_glibc(&program) {
        Some(needed) if needed > glibc => bail!(
            "`{name}` needs glibc {}.{}, Lambda has {}.{}: build it on a system that is no newer",
            needed.0,
            needed.1,
            glibc.0,
            glibc.1
        ),
        _ => Ok(()),
    }
}

/// `e_machine` of a little-endian 64-bit ELF program.
pub(super) fn elf_machine(program: &[u8]) -> Option<u16> {
    let header = program.get(..20)?;
    (header[..6] == *b"\x7fELF\x02\x01").then(|| u16::from_le_bytes([header[18], header[19]]))
}

/// The newest version of glibc of which the program asks for a symbol.
pub(super) fn newest_glibc(program: &[u8]) -> Option<(u32, u32)> {
    const PREFIX: &[u8] = b"GLIBC_";
    let places = program.windows(PREFIX.len()).enumerate();
    places
        .filter(|(_, window)| *window == PREFIX)
        .filter_map(|(place, _)| version(&program[place + PREFIX.len()..]))
        .max()
}

/// The two numbers at the beginning of `2.34`.
fn version(text: &[u8]) -> Option<(u32, u32)> {
    let end = text.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b'.'))?;
    let (major, rest) = std::str::from_utf8(&text[..end]).ok()?.split_once('.')?;
    Some((major.parse().ok()?, rest.split('.').next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const NAME: &str = "bootstrap";
    const GLIBC: (u32, u32) = (2, 34);

    fn program(machine: u16, tail: &[u8]) -> Vec<u8> {
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(18, 0);
        program.extend(machine.to_le_bytes());
        program.extend(tail);
        program
    }

    fn refusal(program: &[u8], mode: u32, name: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f.zip");
        write_with(&file, name, program, mode).unwrap();
        let error = check(&file, NAME, 62, GLIBC).unwrap_err();
        error.to_string().replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn a_right_program_passes_and_is_written_the_same_twice() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.zip"), folder.path().join("other.zip"));
        let program = program(62, b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_PRIVATE\0");
        write(&one, NAME, &program).unwrap();
        write(&other, NAME, &program).unwrap();
        check(&one, NAME, 62, GLIBC).unwrap();
        assert_eq!(fs::read(one).unwrap(), fs::read(other).unwrap());
    }

    #[test]
    fn what_lambda_could_not_start_is_refused() {
        let right = program(62, b"\0");
        assert_eq!(
            refusal(&right, 0o644, NAME),
            "`bootstrap` in `f.zip` has the mode 644 instead of 755"
        );
        assert_eq!(
            refusal(&right, MODE, "zerobill"),
            "`f.zip` holds [\"zerobill\"] instead of `bootstrap` alone"
        );
        assert_eq!(
            refusal(&program(183, b"\0"), MODE, NAME),
            "`bootstrap` in `f.zip` is for the machine 183 instead of 62"
        );
        assert_eq!(
            refusal(b"#!/bin/sh\necho a script\n", MODE, NAME),
            "`bootstrap` in `f.zip` is no program of 64-bit Linux"
        );
        assert_eq!(
            refusal(&program(62, b"\0GLIBC_2.4\0GLIBC_2.38\0"), MODE, NAME),
            "`bootstrap` needs glibc 2.38, Lambda has 2.34: build it on a system that is no newer"
        );
    }

    #[test]
    fn a_file_that_is_no_zip_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f.zip");
        fs::write(&file, "no zip").unwrap();
        let error = check(&file, NAME, 62, GLIBC).unwrap_err().to_string();
        assert!(error.ends_with("is no zip file"), "{error}");
    }
}
