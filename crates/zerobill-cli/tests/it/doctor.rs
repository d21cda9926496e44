//! `zerobill doctor`: what it says of settings, and with which exit code.

use std::net::TcpListener;

use crate::zerobill::run;

/// The lines of a report but for those on this machine's own limits.
fn report(arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    let run = run(&[&["doctor", "home-assistant"], arguments].concat());
    let own = |line: &&str| !line.starts_with("ok: timeout: ") && !line.contains(": region: ");
    (run.exit, run.stdout.lines().filter(own).map(str::to_owned).collect())
}

#[test]
fn without_settings_it_says_what_to_set() {
    let (exit, lines) = report(&[]);
    assert_eq!(exit, Some(1));
    assert_eq!(
        lines,
        [
            "WRONG: address: it is not set where Home Assistant is. To change: set `ZEROBILL_HOME_ASSISTANT_URL` (or \
             `BASE_URL`) to its address, such as `https://home.example.org`.",
            "One thing is to be changed: see what is WRONG.",
        ]
    );
}

#[test]
fn a_server_that_is_not_there_is_found_and_not_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("function.env");
    std::fs::write(
        &file,
        format!("BASE_URL='http://127.0.0.1:{port}/api/'\nLONG_LIVED_ACCESS_TOKEN=zbsecret-doctor\n"),
    )
    .unwrap();
    let (exit, lines) = report(&["--env-file", file.to_str().unwrap()]);
    assert_eq!(exit, Some(1));
    assert_eq!(
        lines[0],
        format!("ok: address: Home Assistant is at `http://(your host):{port}`.")
    );
    let wrong = lines.iter().find(|line| line.starts_with("WRONG: ")).unwrap();
    assert!(
        wrong.starts_with("WRONG: connection: no connection to Home Assistant: "),
        "{wrong}"
    );
    let all = lines.concat();
    assert!(!all.contains("127.0.0.1") && !all.contains("zbsecret-"), "{all}");
}

#[test]
fn the_report_is_json_if_asked() {
    let run = run(&[
        "doctor",
        "home-assistant",
        "--format",
        "json",
        "--env",
        "AWS_REGION=eu-central-1",
    ]);
    assert_eq!(run.exit, Some(1));
    let reply: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(reply["ok"], false);
    assert_eq!(reply["verdict"], "2 things are to be changed: see what is WRONG.");
    assert_eq!(
        reply["report"][1],
        "WRONG: region: Alexa reaches no functions in `eu-central-1`. To change: make the function in `us-east-1`, \
         `eu-west-1` or `us-west-2`, whichever serves the skill's language."
    );
}

#[test]
fn a_file_that_cannot_be_read_is_a_matter_of_the_arguments() {
    let run = run(&["doctor", "home-assistant", "--env-file", "/no/such/file"]);
    assert_eq!(run.exit, Some(64));
    assert!(
        run.stderr.contains("error: cannot read `/no/such/file`: "),
        "{}",
        run.stderr
    );
}
