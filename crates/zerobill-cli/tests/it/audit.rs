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
