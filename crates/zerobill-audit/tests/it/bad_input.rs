//! Files that are broken, hostile, or nothing: nothing panics, and nothing is passed in silence.

use std::fmt::Write as _;

use zerobill_audit::{Options, Report, SourceFile, audit_files};

pub(crate) fn audit(path: &str, bytes: impl Into<Vec<u8>>) -> Report {
    let file = SourceFile {
        path: path.into(),
        bytes: bytes.into(),
        named: true,
    };
    audit_files(vec![file], &Options::default(), |_| None)
}

/// What could not be read, as `line: reason`.
fn unread(report: &Report) -> Vec<String> {
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    report
        .unread()
        .map(|unknown| format!("{}: {}", unknown.line, unknown.reason))
        .collect()
}

#[test]
fn a_file_that_cannot_be_read_says_where_and_why() {
    for (path, text, expected) in [
        ("a.yaml", "", "0: the file is empty"),
        ("a.yaml", "\n  \n", "0: the file is empty"),
        ("a.json", "", "0: the file is empty"),
        ("a.yaml", "just a sentence", "1: the file holds no names and values"),
        (
            "a.yaml",
            "name: value",
            "0: not a template of CloudFormation, SAM, Serverless or Terraform, nor a list of dependencies",
        ),
        (
            "a.yaml",
            "Resources:\n  A:\n   Type: 'b\n",
            "3: not YAML: while scanning a quoted scalar, found unexpected end of stream",
        ),
        ("a.json", "{\n \"Resources\": {\n", "2: not JSON: unterminated object"),
        ("a.tf", "resource \"aws_eip\" \"a\" {\n  count = \n}\n", ""),
        ("a.tf.json", "", "0: the file is empty"),
        ("a.tf.json", "{\n \"resource\": {\n", "2: not JSON: unterminated object"),
        ("a.tf.json", "[\n 1]", "2: names and values are expected here"),
        (
            "a.tf.json",
            "{\"resource\":\n {\"aws_eip\":\n \"a\"}}",
            "3: names and values are expected here",
        ),
        (
            "a.tf.json",
            "{\"locals\": {\n\"a\": 1,\n \"a\": 2}}",
            "3: a name stands here twice, which Terraform refuses",
        ),
        (
            "a.tf.json",
            "{\"locals\": {\n\"a b\": 1}}",
            "2: `a b` is no name of Terraform",
        ),
        ("Cargo.lock", "[[package]\n", ""),
        ("package-lock.json", "{", "1: not JSON: unterminated object"),
    ] {
        let found = unread(&audit(path, text));
        assert_eq!(found.len(), 1, "{path} {text:?}: {found:?}");
        if expected.is_empty() {
            let what = if path.ends_with("tf") {
                "2: not HCL: "
            } else {
                "1: not TOML: "
            };
            assert!(found[0].starts_with(what), "{found:?}");
        } else {
            assert_eq!(found[0], expected, "{path} {text:?}");
        }
    }
}

#[test]
fn what_is_not_utf_8_is_said_with_its_line() {
    assert_eq!(
        unread(&audit("a.yaml", *b"Resources:\n  A: \xff\n")),
        ["2: the file is not UTF-8"]
    );
    let utf_16: Vec<u8> = "Resources: {}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        unread(&audit("a.yaml", [vec![0xff, 0xfe], utf_16].concat())),
        ["1: the file is not UTF-8"]
    );
}

#[test]
fn a_byte_order_mark_and_other_line_ends_are_no_trouble() {
    let report = audit(
        "a.yaml",
        "\u{feff}Resources:\r\n  A:\r\n    Type: AWS::SecretsManager::Secret\r\n",
    );
    assert_eq!((report.findings.len(), report.findings[0].line), (1, 2));
}

#[test]
fn deep_nesting_is_refused() {
    for (path, text) in [
        ("a.yaml", format!("Resources: {}", "[".repeat(100_000))),
        (
            "a.yaml",
            format!("Resources:\n  A::B: {}{}", "[".repeat(240), "]".repeat(240)),
        ),
        (
            "a.yaml",
            (0..5_000).fold("Resources: ::\n".to_owned(), |text, depth| {
                text + &" ".repeat(depth) + "a:\n"
            }),
        ),
        ("a.json", format!("{{\"Resources\":{}", "{\"a\":".repeat(100_000))),
        ("a.tf", format!("a = {}", "[".repeat(100_000))),
        ("a.tf", format!("a = {}1", "!".repeat(100_000))),
        ("a.tf", format!("a = {}1{}", "(".repeat(5_000), ")".repeat(5_000))),
        ("a.tf", "a {".repeat(50_000)),
        ("a.tf", format!("a = {}", "\"${".repeat(50_000))),
    ] {
        let found = unread(&audit(path, text));
        assert_eq!(found.len(), 1, "{path}: {found:?}");
    }
}

#[test]
fn what_is_nested_as_deep_as_it_may_be_is_read() {
    let json = |depth| {
        format!(
            "{{\"Resources\":{{\"A\":{{\"Type\":\"AWS::KMS::Key\",\"Properties\":{}1{}}}}}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert_eq!(audit("a.json", json(500)).findings.len(), 1);
    let yaml = |depth| {
        format!(
            "Resources: {{A: {{Type: AWS::KMS::Key, Properties: {}1{}}}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert_eq!(audit("a.yaml", yaml(190)).findings.len(), 1);
}

#[test]
fn chains_without_end_are_not_followed() {
    let mut aliases = "a0: &a0 [x]\n".to_owned();
    let mut locals = "locals {\n  a0 = 1\n".to_owned();
    let mut conditions = "Conditions:\n  C0: !Equals [a, a]\n".to_owned();
    for link in 1..20_000 {
        _ = writeln!(locals, "  a{link} = local.a{}", link - 1);
        _ = writeln!(conditions, "  C{link}: !Condition C{}", link - 1);
        if link < 1_500 {
            _ = writeln!(aliases, "a{link}: &a{link} [*a{}]", link - 1);
        }
    }
    assert_eq!(
        unread(&audit("a.yaml", aliases)),
        ["199: nested deeper than 200 levels"]
    );
    let locals = locals + "}\nresource \"aws_eip\" \"a\" {\n  count = local.a19999\n}\n";
    assert_eq!(audit("a.tf", locals).findings.len(), 1);
    let conditions = conditions + "Resources: {A: {Type: AWS::KMS::Key, Condition: C19999}}\n";
    assert_eq!(audit("a.yaml", conditions).findings.len(), 1);
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        _ = writeln!(text, "a{level}: &a{level} [{items}]");
    }
    let found = unread(&audit("a.yaml", text));
    assert!(
        found[0].ends_with("more than 2000000 values, aliases written out"),
        "{found:?}"
    );
}

#[test]
fn loops_that_multiply_end() {
    let values = (0..300).map(|value| value.to_string()).collect::<Vec<_>>().join(", ");
    let mut text = "Resources:\n".to_owned();
    let mut indent = "  ".to_owned();
    for depth in 0..6 {
        _ = write!(
            text,
            "{indent}Fn::ForEach::L{depth}:\n{indent}- V{depth}\n{indent}- [{values}]\n{indent}- \n"
        );
        indent.push_str("  ");
    }
    let name = (0..6).fold(String::new(), |name, depth| name + &format!("${{V{depth}}}x"));
    _ = writeln!(text, "{indent}S{name}: {{Type: AWS::SecretsManager::Secret}}");
    let report = audit("a.yaml", text);
    assert!(!report.findings.is_empty());
    assert!(
        report
            .unknown
            .iter()
            .any(|unknown| unknown.reason.contains("too large")),
        "{:?}",
        report.unknown
    );
}

#[test]
fn variables_that_multiply_end() {
    let mut text = "service: a\nprovider: {name: aws}\nfunctions: {f: {handler: a.b}}\ncustom:\n".to_owned();
    for step in 0..19 {
        let next = format!("${{self:custom.a{}}}", step + 1).repeat(8);
        _ = writeln!(text, "  a{step}: \"{next}\"");
    }
    text.push_str("  a19: ''\n");
    let report = audit("serverless.yml", text);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.logical_id == "FLambdaFunction")
    );
}

#[test]
fn a_template_of_five_megabytes_is_read() {
    let mut text = "Resources:\n".to_owned();
    while text.len() < 5_000_000 {
        let name = text.len();
        _ = write!(
            text,
            "  Secret{name}:\n    Type: AWS::SecretsManager::Secret\n    Properties:\n      Name: !Sub '${{AWS::StackName}}/{name}'\n"
        );
    }
    let secrets = text.matches("AWS::SecretsManager").count();
    let report = audit("a.yaml", text);
    assert_eq!((report.findings.len(), report.unknown.len()), (secrets, 0));
}

#[test]
fn a_module_whose_locals_multiply_ends() {
    let mut text = "locals {\n  a0 = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("local.a{}", level - 1); 10].join(", ");
        _ = writeln!(text, "  a{level} = [{items}]");
    }
    text.push_str("}\nresource \"aws_eip\" \"a\" {\n  count = length(local.a11)\n}\n");
    assert_eq!(audit("a.tf", text).findings.len(), 1);
}

#[test]
fn variables_that_need_themselves_are_not_known() {
    let ip = "resource \"aws_eip\" \"a\" {\n  count = var.a\n}\n";
    for text in [
        "variable \"a\" {\n  default = var.a\n}\n",
        "variable \"a\" {\n  default = [var.b]\n}\nvariable \"b\" {\n  default = var.a\n}\n",
        "variable \"a\" {\n  default = local.a\n}\nlocals {\n  a = var.a\n}\n",
    ] {
        assert_eq!(audit("a.tf", text.to_owned() + ip).findings.len(), 1, "{text}");
    }
    let file = |path: &str, text: &str| SourceFile {
        path: path.into(),
        bytes: text.into(),
        named: true,
    };
    let code = format!("variable \"a\" {{}}\n{ip}");
    let files = vec![file("main.tf", &code), file("terraform.tfvars", "a = var.a\n")];
    assert_eq!(audit_files(files, &Options::default(), |_| None).findings.len(), 1);
}

#[test]
fn chains_of_variables_without_end_are_not_followed() {
    let mut text = "variable \"a0\" {\n  default = 1\n}\n".to_owned();
    for link in 1..20_000 {
        _ = writeln!(text, "variable \"a{link}\" {{\n  default = var.a{}\n}}", link - 1);
    }
    text.push_str("resource \"aws_eip\" \"a\" {\n  count = var.a19999\n}\n");
    assert_eq!(audit("a.tf", text).findings.len(), 1);
}
