//! Where what the command says goes: readers that are gone, and terminals.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    os::fd::OwnedFd,
    process::{Command, Stdio},
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::zerobill::{command, finish};

#[test]
fn a_reader_that_is_gone_is_no_error() {
    for arguments in [
        &["ops"][..],
        &["ops", "--format", "json"],
        &["call", "cache.stats"],
        &["invoke", "--sample", "list"],
        &["invoke", "--sample", "health"],
        &["--help"],
        &["--version"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let run = finish(command(arguments).stdout(writer).stderr(Stdio::piped()));
        assert_eq!(run.exit, Some(0), "{arguments:?}: {run}");
        assert!(
            !run.stderr.contains("error") && !run.stderr.contains("panicked"),
            "{run}"
        );
    }
}

#[test]
fn a_reader_that_goes_after_the_first_line_has_that_line() {
    let mut process = command(&["ops"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.starts_with("operation "), "{first}");
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn closed_outputs_are_no_error() {
    let script = r#"exec "$0" "$@" >&- 2>&-"#;
    for arguments in [&["ops"][..], &["invoke", "--sample", "health"]] {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", script, env!("CARGO_BIN_EXE_zerobill")])
            .args(arguments);
        let run = finish(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
        assert_eq!((run.exit, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    }
}

/// What a command with these arguments and variables writes to standard error where that is a terminal.
fn on_a_terminal(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let screen: OwnedFd = File::options().read(true).write(true).open(name).unwrap().into();
    let mut command = command(arguments);
    command.envs(variables.iter().copied()).env("TERM", "xterm");
    let run = finish(command.stdout(Stdio::piped()).stderr(screen));
    assert_eq!(run.exit, Some(64));
    // The command held the last copy of the terminal's other side.
    drop(command);
    let mut text = Vec::new();
    let mut terminal = File::from(terminal);
    let mut part = [0; 4096];
    // Once the other side is closed Linux answers with an error, other systems with nothing.
    while let Ok(bytes @ 1..) = terminal.read(&mut part) {
        text.extend_from_slice(&part[..bytes]);
    }
    String::from_utf8(text).unwrap().replace("\r\n", "\n")
}

#[test]
fn errors_are_red_on_a_terminal_unless_no_color_is_set() {
    let talk = "no event is given\nhint: `--sample health`, `--event FILE` or `-`\n";
    assert_eq!(
        on_a_terminal(&["invoke"], &[]),
        format!("\u{1b}[31merror:\u{1b}[0m {talk}")
    );
    assert_eq!(
        on_a_terminal(&["invoke"], &[("NO_COLOR", "1")]),
        format!("error: {talk}")
    );
    assert!(on_a_terminal(&["frobnicate"], &[]).contains('\u{1b}'));
    assert!(!on_a_terminal(&["frobnicate"], &[("NO_COLOR", "1")]).contains('\u{1b}'));
}
