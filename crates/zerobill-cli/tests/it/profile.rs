//! The keys and the region that the AWS CLI's files have.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::{fs, process::Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    account::Amazon,
    zerobill::{Run, command, finish},
};

const CONFIG: &str = r#"
[default]
region = eu-north-1
[profile printed]
region = eu-west-3
credential_process = printf '{"Version":1,"AccessKeyId":"AKIAPRINTED","SecretAccessKey":"zbsecret-printed","SessionToken":"zbsecret-token"}'
[profile failing]
credential_process = echo zbsecret-half-a-key; exit 3
[profile silent]
credential_process = echo zbsecret-half-a-key
[profile login]
sso_session = company
[profile assumes]
role_arn = arn:aws:iam::210987654321:role/ops
source_profile = assumes
[profile empty]
output = json
"#;

const CREDENTIALS: &str = "
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = zbsecret-default
[assumes]
aws_access_key_id = AKIABASE
aws_secret_access_key = zbsecret-base
[work]
aws_access_key_id = AKIAWORK
aws_secret_access_key = zbsecret-work
";

/// Somebody with these files.
struct Person {
    folder: TempDir,
    amazon: Amazon,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config"), CONFIG).unwrap();
        fs::write(folder.path().join("credentials"), CREDENTIALS).unwrap();
        Self {
            folder,
            amazon: Amazon::answering(vec![(200, json!({}))]),
        }
    }

    /// `zerobill guard status` with these variables, at a table that is empty.
    fn status(&self, variables: &[(&str, &str)]) -> Run {
        self.run(&["guard", "status", "--table", "guard"], variables)
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = command(arguments);
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
        ] {
            command.env_remove(name);
        }
        command
            .env("AWS_CONFIG_FILE", self.folder.path().join("config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.folder.path().join("credentials"))
            .env("AWS_ENDPOINT_URL", &self.amazon.url)
            .envs(variables.iter().copied());
        finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
    }

    /// The key and the region that signed, and the session's token.
    fn signed(&self, variables: &[(&str, &str)]) -> (String, String, String) {
        let run = self.status(variables);
        assert_eq!(run.stdout, "no function is stopped\n", "{run}");
        let asked = self.amazon.asked().pop().unwrap();
        let scope = asked.header("authorization").split("Credential=").nth(1).unwrap();
        let parts: Vec<_> = scope.split('/').collect();
        (
            parts[0].to_owned(),
            parts[2].to_owned(),
            asked.header("x-amz-security-token").to_owned(),
        )
    }
}

fn strings(key: &str, region: &str, token: &str) -> (String, String, String) {
    (key.to_owned(), region.to_owned(), token.to_owned())
}

#[test]
fn keys_and_region_are_those_of_the_profile() {
    let person = Person::new();
    assert_eq!(person.signed(&[]), strings("AKIADEFAULT", "eu-north-1", ""));
    let work = [("AWS_PROFILE", "work"), ("AWS_DEFAULT_REGION", "sa-east-1")];
    assert_eq!(person.signed(&work), strings("AKIAWORK", "sa-east-1", ""));
    let printed = [("AWS_PROFILE", "printed"), ("AWS_SESSION_TOKEN", "zbsecret-stale")];
    assert_eq!(
        person.signed(&printed),
        strings("AKIAPRINTED", "eu-west-3", "zbsecret-token")
    );
}

#[test]
fn the_account_is_asked_with_the_profile_what_it_may_run_at_once() {
    let mut person = Person::new();
    person.amazon = Amazon::answering(vec![(200, json!({ "AccountLimit": { "ConcurrentExecutions": 77 } }))]);
    let run = person.run(
        &["guard", "install", "--aws"],
        &[("AWS_PROFILE", "work"), ("AWS_REGION", "sa-east-1")],
    );
    assert!(run.exit == Some(0) && run.stderr.contains("with 77 at once"), "{run}");
    let asked = person.amazon.asked().pop().unwrap();
    assert!(asked.header("authorization").contains("Credential=AKIAWORK/"), "{run}");
}

#[test]
fn variables_win_over_the_profile() {
    let person = Person::new();
    let own = [
        ("AWS_ACCESS_KEY_ID", "AKIAOWN"),
        ("AWS_SECRET_ACCESS_KEY", "zbsecret-own"),
        ("AWS_SESSION_TOKEN", "zbsecret-own-token"),
        ("AWS_PROFILE", "printed"),
    ];
    assert_eq!(
        person.signed(&own),
        strings("AKIAOWN", "eu-west-3", "zbsecret-own-token")
    );
    let region = [("AWS_REGION", "us-west-2")];
    assert_eq!(person.signed(&region), strings("AKIADEFAULT", "us-west-2", ""));
    // Half a pair of keys is none.
    let half = [("AWS_ACCESS_KEY_ID", "AKIAOWN")];
    assert_eq!(person.signed(&half), strings("AKIADEFAULT", "eu-north-1", ""));
}

#[test]
fn a_profile_without_keys_says_what_to_do_and_shows_no_secret() {
    let person = Person::new();
    let export =
        "hint: `eval \"$(aws configure export-credentials --format env)\"` exports those of a profile or a login\n";
    for (name, exit, expected) in [
        (
            "login",
            64,
            format!(
                "error: the AWS profile `login` gets its keys by `sso_session`, which only the AWS CLI does\n{export}"
            ),
        ),
        (
            "assumes",
            64,
            format!(
                "error: the AWS profile `assumes` gets its keys by `role_arn`, which only the AWS CLI does\n{export}"
            ),
        ),
        (
            "failing",
            1,
            "error: the `credential_process` of the AWS profile `failing` failed (exit status: 3)\n".to_owned(),
        ),
        (
            "silent",
            1,
            "error: the `credential_process` of the AWS profile `silent` did not print keys as JSON\n".to_owned(),
        ),
    ] {
        let run = person.status(&[("AWS_PROFILE", name)]);
        assert_eq!((run.exit, run.stderr), (Some(exit), expected));
    }
    let run = person.status(&[("AWS_PROFILE", "nobody")]);
    let said = run.stderr.split_once("hint: there are ").unwrap();
    assert_eq!(
        (run.exit, said.0),
        (
            Some(64),
            "error: there is no AWS profile `nobody`, which `AWS_PROFILE` names\n"
        )
    );
    assert!(said.1.contains("`printed`") && said.1.contains("`work`"), "{}", said.1);
    assert!(person.amazon.asked().is_empty(), "nothing was asked");
}
