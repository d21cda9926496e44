//! Random bytes, texts that come near to a template, and cases cut and glued: none panics.

use std::{fs, path::Path, sync::LazyLock};

use proptest::prelude::*;

use crate::bad_input::audit;

/// Words that templates are made of, so that random texts come near to one.
fn pieces() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "Resources:",
        "AWSTemplateFormatVersion",
        "\n",
        "\n  ",
        "\n    ",
        "A:",
        "Type:",
        " AWS::Lambda::Function",
        " AWS::S3::Bucket",
        " AWS::CloudWatch::Alarm",
        " AWS::Serverless::Function",
        "Properties:",
        "Fn::ForEach::A",
        "Fn::If",
        "!Sub",
        " !If",
        " !Ref",
        " !FindInMap",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        ",",
        ":",
        " ",
        "&a",
        "*a",
        "<<:",
        "${",
        "}",
        "resource \"aws_eip\" \"a\" {",
        "locals {",
        "variable \"a\" { default = ",
        "variable \"a\" { default = var.a }\n",
        "a = var.a\n",
        "var.a",
        "local.a",
        "=",
        "module \"m\" {",
        "source = \"./m\"",
        "provider: aws",
        "service: a",
        "functions:",
        "events:",
        "http:",
        "${self:a}",
        "Transform:",
        "Globals:",
        "Metadata:",
        "zerobill:allow",
        "secret",
        "#",
        "|",
        ">",
        "Events:",
        "\u{feff}",
        "é",
        "0",
        "-1",
        "1e999",
        "true",
        "null",
        "\t",
        "\r\n",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), name in prop::sample::select(NAMES.to_vec())) {
        let report = audit(name, bytes);
        prop_assert_eq!(report.files, 1);
    }

    #[test]
    fn no_text_that_looks_like_a_template_panics(text in pieces(), name in prop::sample::select(NAMES.to_vec())) {
        let report = audit(name, text);
        prop_assert_eq!(report.files, 1);
        _ = (report.to_json(), report.to_sarif());
    }

    #[test]
    fn no_case_that_was_cut_and_glued_panics(
        place in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(), length in 0..400_usize, glue in any::<prop::sample::Index>(),
    ) {
        let files = case_files();
        let (name, mut bytes) = place.get(files).clone();
        let (_, piece) = other.get(files);
        let start = cut.index(bytes.len() + 1);
        let from = glue.index(piece.len() + 1);
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, piece[from..(from + length).min(piece.len())].iter().copied());
        let report = audit(&name, bytes);
        prop_assert_eq!(report.files, 1);
        _ = (report.to_json(), report.to_sarif());
    }
}

/// The files of all cases.
fn case_files() -> &'static [(String, Vec<u8>)] {
    static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    files.push((name, fs::read(path).unwrap()));
                }
            }
        }
        files.sort();
        files
    });
    &FILES
}

const NAMES: &[&str] = &[
    "a.yaml",
    "a.json",
    "a.tf",
    "a.tf.json",
    "terraform.tfvars",
    "serverless.yml",
    "Cargo.lock",
    "package-lock.json",
    "requirements.txt",
];
