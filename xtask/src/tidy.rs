//! Rules about the repository as a whole. Each has a name, one function, and a fixture that must break it.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 400;

/// Names that say nothing of what is inside.
const VAGUE_NAMES: &[&str] = &[
    "utils", "util", "helpers", "helper", "manager", "common", "types", "core", "misc",
];

/// Words that belong to someone's machine or desk. Cut in two, so that this file does not break its own rule.
const WORKPLACE_WORDS: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("DESIGN", ".md"),
    ("sha", "red/facts"),
];

/// Words of unfinished work.
const UNFINISHED: &[(&str, &str)] = &[("TO", "DO"), ("FIX", "ME"), ("X", "XX")];

/// A text file of the repository.
struct Source {
    /// From the root, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == extension)
    }

    fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// A rule: nothing when the file keeps it, else what is wrong.
type Rule = fn(&Source) -> Option<String>;

const RULES: &[(&str, Rule)] = &[
    ("a Rust file says what it is for", has_header),
    ("no file is too long", is_short),
    ("a file name says what is inside", has_telling_name),
    ("no word of a workplace", has_no_workplace_word),
    ("nothing is left unfinished", is_finished),
    ("every crate takes its lints from the workspace", takes_lints),
];

fn has_header(source: &Source) -> Option<String> {
    (source.is("rs") && !source.text.starts_with("//! ")).then(|| "does not start with `//! `".to_owned())
}

fn is_short(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    let code = source.is("rs") || source.is("py");
    (code && lines > LONGEST_FILE).then(|| format!("has {lines} lines, more than {LONGEST_FILE}: split it"))
}

fn has_telling_name(source: &Source) -> Option<String> {
    let code = source.is("rs") || source.is("py");
    // A folder is a module too.
    let names = source
        .path
        .split('/')
        .map(|part| part.split('.').next().unwrap_or(part));
    let vague = names.into_iter().find(|name| VAGUE_NAMES.contains(name));
    vague
        .filter(|_| code)
        .map(|name| format!("`{name}` says nothing of what is inside"))
}

fn has_no_workplace_word(source: &Source) -> Option<String> {
    let found = WORKPLACE_WORDS
        .iter()
        .find(|(first, second)| source.text.contains(&format!("{first}{second}")));
    found.map(|(first, second)| format!("holds `{first}{second}`"))
}

fn is_finished(source: &Source) -> Option<String> {
    let is_word = |text: &str, start: usize, length: usize| {
        let plain = |character: Option<char>| !character.is_some_and(|c| c.is_alphanumeric() || c == '_');
        plain(text[..start].chars().next_back()) && plain(text[start + length..].chars().next())
    };
    for (first, second) in UNFINISHED {
        let word = format!("{first}{second}");
        if source
            .text
            .match_indices(&word)
            .any(|(start, _)| is_word(&source.text, start, word.len()))
        {
            return Some(format!("holds `{word}`"));
        }
    }
    None
}

fn takes_lints(source: &Source) -> Option<String> {
    if source.file_name() != "Cargo.toml" {
        return None;
    }
    let manifest: toml::Table = match source.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return Some(format!("is not TOML: {error}")),
    };
    let inherits = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(toml::Value::as_bool);
    (manifest.contains_key("package") && inherits != Some(true)).then(|| "lacks `[lints] workspace = true`".to_owned())
}

/// What breaks a rule in any of the files.
fn findings(sources: &[Source], rule: Rule) -> Vec<String> {
    let found = |source: &Source| rule(source).map(|what| format!("{} {what}", source.path));
    sources.iter().filter_map(found).collect()
}

/// All text files of the repository but those that git or cargo own.
fn repository() -> (PathBuf, Vec<Source>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf();
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources);
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    (root, sources)
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "dist", "out", ".git", "node_modules", "__pycache__"].contains(&name.as_str()) {
                collect(root, &path, sources);
            }
        } else if name != "Cargo.lock" && name != ".git" {
            // What is not text (a picture, an archive) has no lines to judge.
            if let Ok(text) = fs::read_to_string(&path) {
                sources.push(Source {
                    path: path.strip_prefix(root).unwrap().display().to_string(),
                    text,
                });
            }
        }
    }
}

#[test]
fn the_repository_keeps_every_rule() {
    let (_, sources) = repository();
    assert!(
        sources.iter().any(|source| source.path == "xtask/src/tidy.rs"),
        "the walk does not see this file"
    );
    let broken: Vec<String> = RULES
        .iter()
        .flat_map(|(name, rule)| {
            findings(&sources, *rule)
                .into_iter()
                .map(move |finding| format!("{name}: {finding}"))
        })
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_changelog_has_a_place_for_what_comes() {
    let (root, _) = repository();
    let changelog = fs::read_to_string(root.join("CHANGELOG.md")).expect("there is a CHANGELOG.md");
    assert!(
        changelog.lines().any(is_unreleased),
        "CHANGELOG.md lacks the head `## Unreleased`"
    );
    assert!(!"# Changes\n\n## 1.0.0\n".lines().any(is_unreleased));
}

fn is_unreleased(line: &str) -> bool {
    ["## Unreleased", "## [Unreleased]"].contains(&line.trim_end())
}

/// For each rule a file that keeps it and one that breaks it: a rule that finds nothing is no rule.
#[test]
fn every_rule_finds_its_fixture() {
    let path = |(first, second): (&str, &str)| format!("//! In {first}{second}file.\n");
    let long = format!("//! Long.\n{}", "\n".repeat(LONGEST_FILE));
    let lintless = "[package]\nname = \"a\"\n".to_owned();
    let fixtures: &[(&str, String, &str)] = &[
        (
            "src/a.rs",
            "fn main() {}\n".to_owned(),
            "src/a.rs does not start with `//! `",
        ),
        ("src/a.rs", long, "src/a.rs has 401 lines, more than 400: split it"),
        (
            "src/utils/a.rs",
            "//! A.\n".to_owned(),
            "src/utils/a.rs `utils` says nothing of what is inside",
        ),
        (
            "src/a.rs",
            path(WORKPLACE_WORDS[0]),
            &format!("src/a.rs holds `{}`", concat!("/wo", "rk/")),
        ),
        (
            "src/a.rs",
            path(UNFINISHED[0]).replace("file", ""),
            &format!("src/a.rs holds `{}`", concat!("TO", "DO")),
        ),
        (
            "a/Cargo.toml",
            lintless,
            "a/Cargo.toml lacks `[lints] workspace = true`",
        ),
    ];
    let good = [
        Source {
            path: "src/cache.rs".to_owned(),
            text: "//! Keeps what was read; MASTODONS welcome.\n".to_owned(),
        },
        Source {
            path: "a/Cargo.toml".to_owned(),
            text: "[package]\n[lints]\nworkspace = true\n".to_owned(),
        },
        Source {
            path: "Cargo.toml".to_owned(),
            text: "[workspace]\n".to_owned(),
        },
    ];
    assert_eq!(fixtures.len(), RULES.len());
    for ((path, text, expected), (name, rule)) in fixtures.iter().zip(RULES) {
        let bad = [Source {
            path: (*path).to_owned(),
            text: text.clone(),
        }];
        assert_eq!(findings(&bad, *rule), [*expected], "{name}");
        assert!(findings(&good, *rule).is_empty(), "{name}");
    }
}
