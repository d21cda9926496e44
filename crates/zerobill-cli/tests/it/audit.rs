//! `zerobill audit` as someone runs it.

use std::{fs, path::Path, process::Stdio};

use tempfile::TempDir;

use crate::zerobill::{Run, command, finish};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Runs the command inside the folder.
fn audit(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = command(&[&["audit"], arguments].concat());
    finish(
        command
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
    )
}

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

/// What stands between the first fence of this kind and its end.
fn fenced(text: &str, kind: &str) -> String {
    let (_, rest) = text.split_once(&format!("```{kind}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_readme_shows_a_template_of_twenty_lines_and_what_it_costs() {
    let mut readme = fs::read_to_string(README).unwrap();
    let (template, shown) = (fenced(&readme, "yaml"), fenced(&readme, "console"));
    assert_eq!(template.lines().count(), 20);
    let folder = folder(&[("shop.yaml", &template)]);
    let run = audit(folder.path(), &["shop.yaml"]);
    assert_eq!((run.exit, run.stderr.as_str()), (Some(1), ""));
    let printed = format!("$ zerobill audit shop.yaml\n{}", run.stdout);
    if zerobill::environment::Environment::process()
        .get("UPDATE_EXPECT")
        .is_some()
    {
        readme = readme.replacen(&shown, &printed, 1);
        fs::write(README, &readme).unwrap();
    }
    assert!(
        readme.contains(&printed),
        "README.md is not current; run this test with UPDATE_EXPECT=1:\n{printed}"
    );

    let json = audit(folder.path(), &["shop.yaml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let found = json["findings"].as_array().unwrap().iter();
    let found: Vec<_> = found
        .map(|finding| {
            (
                finding["id"].as_str().unwrap(),
                finding["monthly_usd"].as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("nat-gateway", 32.85),
            ("rest-api", 3.5),
            ("dynamodb-on-demand", 0.75),
            ("secret", 0.4),
            ("custom-metrics", 0.3)
        ]
    );
    assert_eq!(
        (json["unknown"].as_array().unwrap().len(), &json["files"]),
        (0, &1.into())
    );
}

const LIMIT: &str = "Resources: {Q: {Type: AWS::SQS::Queue}}\n";
const TRAP: &str = "Resources: {L: {Type: AWS::Logs::LogGroup}}\n";
const PAID: &str = "Resources: {S: {Type: AWS::SecretsManager::Secret}}\n";

#[test]
fn the_exit_code_is_what_fail_on_asks_for() {
    let folder = folder(&[
        ("limit.yaml", LIMIT),
        ("trap.yaml", TRAP),
        ("paid.yaml", PAID),
        ("broken.yaml", "Resources: ["),
    ]);
    for (file, exits) in [
        ("limit.yaml", [0, 0, 1, 0]),
        ("trap.yaml", [0, 1, 1, 0]),
        ("paid.yaml", [1, 1, 1, 0]),
        ("broken.yaml", [1, 1, 1, 1]),
    ] {
        for (fail_on, exit) in ["paid", "trap", "limit", "none"].into_iter().zip(exits) {
            let run = audit(folder.path(), &[file, "--fail-on", fail_on]);
            assert_eq!(run.exit, Some(exit), "{file} {fail_on}: {run}");
        }
    }
    assert_eq!(audit(folder.path(), &["paid.yaml"]).exit, Some(1));
    assert_eq!(audit(folder.path(), &["trap.yaml"]).exit, Some(0));
}

#[test]
fn what_is_wrong_with_the_paths_is_said() {
    let folder = folder(&[
        ("empty/readme.txt", "nothing"),
        ("broken.yaml", "Resources:\n  A: [\n"),
        ("k.yaml", "a: 1\n"),
    ]);
    for (arguments, exit, talk) in [
        (
            &["gone.yaml"][..],
            1,
            "error: cannot read `gone.yaml`: No such file or directory (os error 2)\n",
        ),
        (
            &["empty"],
            1,
            "nothing to audit: no template and no list of dependencies was found\n",
        ),
        (&["broken.yaml"], 1, "cannot read `broken.yaml:3`: not YAML: "),
        (
            &["k.yaml"],
            1,
            "cannot read `k.yaml`: not a template of CloudFormation, SAM, Serverless or Terraform, nor a list of dependencies\n",
        ),
        (
            &["empty", "--baseline", "gone.json"],
            64,
            "error: cannot read the baseline `gone.json`: ",
        ),
        (
            &["empty", "--baseline", "broken.yaml"],
            64,
            "error: cannot read the baseline `broken.yaml`: ",
        ),
        (&["empty", "--base", "gone"], 1, "error: cannot read `gone`: "),
        (
            &["empty", "--fail-on", "info"],
            64,
            "error: invalid value 'info' for '--fail-on <SEVERITY>'",
        ),
        (
            &[],
            64,
            "error: the following required arguments were not provided:\n  <PATH>...",
        ),
    ] {
        let run = audit(folder.path(), arguments);
        assert_eq!(run.exit, Some(exit), "{arguments:?}: {run}");
        assert!(run.stderr.starts_with(talk), "{arguments:?}: {run}");
    }
}

#[test]
fn json_has_findings_what_is_unknown_and_the_number_of_files() {
    let folder = folder(&[(
        "a.yaml",
        "Resources:\n  S: {Type: AWS::SecretsManager::Secret}\n  V: {Type: AWS::CloudWatch::View}\n  M: {Type: AWS::AmazonMQ::Broker}\n",
    )]);
    let run = audit(folder.path(), &["a.yaml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "findings": [
                {
                    "id": "secret", "severity": "paid", "logical_id": "S", "resource_type": "AWS::SecretsManager::Secret",
                    "file": "a.yaml", "line": 2, "reason": "a secret is $0.40 a month, and $0.05 for 10,000 reads",
                    "fix": "use a SecureString of Parameter Store, whose standard tier is free", "monthly_usd": 0.4,
                },
                {
                    "id": "paid-service", "severity": "paid", "logical_id": "M", "resource_type": "AWS::AmazonMQ::Broker",
                    "file": "a.yaml", "line": 4, "reason": "paid from the first unit: no allowance is known, only trials and credits",
                    "fix": "look for a service with an allowance that does not end, or leave it out", "monthly_usd": null,
                },
            ],
            "unknown": [
                {
                    "logical_id": "V", "resource_type": "AWS::CloudWatch::View", "file": "a.yaml", "line": 3,
                    "reason": "what the type costs is not known (2026 type; pricing not found)", "unread": false,
                },
            ],
            "files": 1,
        })
    );
}

#[test]
fn sarif_points_at_the_line_and_holds_the_section_of_the_page_of_findings() {
    let folder = folder(&[("a b/t.yaml", PAID), ("broken.yaml", "Resources:\n  Type: [\n")]);
    let run = audit(folder.path(), &[".", "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let result = &run["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&"secret".into(), &"error".into())
    );
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "a%20b/t.yaml");
    assert_eq!(location["region"]["startLine"], 1);
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    let rule = &run["tool"]["driver"]["rules"][index];
    assert_eq!(rule["id"], "secret");
    // An address must be absolute, and there is none.
    assert_eq!(rule["helpUri"], serde_json::Value::Null);
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/findings.md")).unwrap();
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        let (id, help) = (rule["id"].as_str().unwrap(), rule["help"]["markdown"].as_str().unwrap());
        assert!(page.contains(&format!("\n## {id}\n\n{help}\n")), "{id}: {help}");
        assert_eq!(rule["help"]["text"], help, "{id}");
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(
        notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "broken.yaml"
    );
}

#[test]
fn a_baseline_keeps_what_is_known_out_of_the_way() {
    let folder = folder(&[("a.yaml", PAID)]);
    let written = audit(folder.path(), &["a.yaml", "--write-baseline", "known.json"]);
    assert_eq!(
        (written.exit, written.stderr.as_str()),
        (Some(1), "1 findings written to `known.json`\n")
    );
    let same = audit(folder.path(), &["a.yaml", "--baseline", "known.json"]);
    assert_eq!(same.exit, Some(0), "{same}");
    assert!(
        same.stdout
            .ends_with("0 paid, 0 trap, 0 limit, 0 info, 0 unknown in 1 file; 1 in the baseline\n"),
        "{same}"
    );
    // Lines may move; what is new is found.
    let more = format!("# moved\n{}", PAID.replace("{S:", "{T: {Type: AWS::KMS::Key}, S:"));
    fs::write(folder.path().join("a.yaml"), more).unwrap();
    let new = audit(folder.path(), &["a.yaml", "--baseline", "known.json"]);
    assert_eq!(new.exit, Some(1));
    assert!(
        new.stdout.contains("kms-key") && !new.stdout.contains("secret"),
        "{new}"
    );
}

#[test]
fn a_base_shows_what_changed_in_dollars() {
    let both = "Resources: {S: {Type: AWS::SecretsManager::Secret}, K: {Type: AWS::KMS::Key}}\n";
    let folder = folder(&[("old/t.yaml", PAID), ("new/t.yaml", both)]);
    let grown = audit(folder.path(), &["new", "--base", "old"]);
    assert_eq!(grown.exit, Some(1));
    assert!(
        grown
            .stdout
            .starts_with("    +$1.00  paid   kms-key  new/t.yaml:1  K\n"),
        "{grown}"
    );
    assert!(
        grown.stdout.contains("\n+$1.00 a month: $0.40 before, $1.40 now\n"),
        "{grown}"
    );
    let shrunk = audit(folder.path(), &["old", "--base", "new"]);
    assert_eq!(shrunk.exit, Some(0), "{shrunk}");
    assert!(
        shrunk.stdout.contains("\n-$1.00 a month: $1.40 before, $0.40 now\n"),
        "{shrunk}"
    );
    let json = audit(folder.path(), &["new", "--base", "old", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let difference = &json["difference"];
    assert_eq!(
        (&difference["monthly_usd_before"], &difference["monthly_usd_after"]),
        (&0.4.into(), &1.4.into())
    );
    assert_eq!(difference["new"][0]["id"], "kms-key");
    assert_eq!(difference["gone"], serde_json::json!([]));
}

#[test]
fn explain_says_what_is_assumed_and_how_sure_it_is() {
    let folder = folder(&[("a.yaml", PAID)]);
    let run = audit(folder.path(), &["a.yaml", "--explain"]);
    assert!(
        run.stdout.contains("            assumes: one month, no reads\n"),
        "{run}"
    );
    assert!(
        run.stdout
            .contains("            fact: secrets.secret (high confidence: "),
        "{run}"
    );
    assert!(
        run.stdout
            .contains("            conflicts with Checkov: CKV_AWS_149 (secret has a KMS key of its own)\n"),
        "{run}"
    );
}

#[test]
fn requests_change_the_estimates() {
    let folder = folder(&[("a.yaml", "Resources: {A: {Type: AWS::ApiGateway::RestApi}}\n")]);
    let run = audit(folder.path(), &["a.yaml", "--requests", "10000"]);
    assert!(
        run.stdout.starts_with("     $0.04  paid   rest-api  a.yaml:1  A\n"),
        "{run}"
    );
}

#[test]
fn a_folder_of_anything_is_looked_through_and_links_are_not_followed() {
    let folder = folder(&[
        ("app/template.yaml", PAID),
        ("app/node_modules/a/template.yaml", PAID),
        ("app/.git/template.yaml", PAID),
        ("app/.aws-sam/build/template.yaml", PAID),
        ("app/target/template.yaml", PAID),
        ("app/picture.json", "\u{0}\u{1}"),
        ("app/other.yaml", "a: [\n"),
        ("app/chart.yaml", "x: {{ .Values.x }}\n"),
    ]);
    std::os::unix::fs::symlink("..", folder.path().join("app/up")).unwrap();
    fs::write(folder.path().join("app/latin.yaml"), b"name: \xe9\n").unwrap();
    let run = audit(folder.path(), &["app", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&json["files"], json["findings"].as_array().unwrap().len()),
        (&1.into(), 1),
        "{run}"
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn here_is_a_folder_too() {
    let folder = folder(&[
        (
            "main.tf",
            "module \"inner\" {\n  source = \"./inner\"\n  count_of = 0\n}\n",
        ),
        (
            "inner/main.tf",
            "variable \"count_of\" {}\nresource \"aws_eip\" \"a\" {\n  count = 2\n}\n",
        ),
        (
            "app/root.yaml",
            "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../net.yaml}}}\n",
        ),
        ("net.yaml", PAID),
    ]);
    for path in [".", "./"] {
        let run = audit(folder.path(), &[path, "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(
            (&json["files"], &json["unknown"]),
            (&4.into(), &serde_json::json!([])),
            "{run}"
        );
        assert_eq!(
            (&json["findings"][0]["file"], &json["findings"][1]["file"]),
            (&"inner/main.tf".into(), &"net.yaml".into())
        );
    }
}
