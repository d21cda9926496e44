//! Each interface has a page of documentation: what it is for, all its settings, and an example that runs.

use zerobill::CATALOGUE;

use super::tidy::source;

/// The text of the `//!` lines at the top of this source.
fn page(source: &str) -> Vec<&str> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect()
}

/// What a page lacks.
fn complaints(interface: &str, page: &[&str], settings: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    if !(15..=60).contains(&page.len()) {
        complaints.push(format!(
            "the page of `{interface}` has {} lines, not 15 to 60",
            page.len()
        ));
    }
    // What rustdoc runs: a fence without a word after it.
    let (mut inside, mut runs) = (None, Vec::new());
    for line in page {
        match (line.strip_prefix("```"), inside) {
            (Some(words), None) => inside = Some(words.is_empty()),
            (Some(_), Some(_)) => inside = None,
            (None, Some(true)) => runs.push(*line),
            _ => {}
        }
    }
    let uses = |what: &str| runs.iter().any(|line| !line.starts_with("# ") && line.contains(what));
    if !(uses("assert") && uses("Gateway") && uses(&format!(".{interface}()"))) {
        complaints.push(format!(
            "the page of `{interface}` has no example that runs, uses it and asserts"
        ));
    }
    let unnamed = settings
        .iter()
        .filter(|key| !page.iter().any(|line| line.contains(&format!("`{key}`"))));
    complaints.extend(unnamed.map(|key| format!("the page of `{interface}` does not name its setting `{key}`")));
    complaints
}

#[test]
fn each_interface_has_a_page_with_an_example_that_runs_and_all_its_settings() {
    let all: Vec<_> = CATALOGUE
        .iter()
        .flat_map(|row| {
            let source = source(&format!("interfaces/{}/mod.rs", row.name));
            let settings: Vec<_> = row.settings.iter().map(|setting| setting.key).collect();
            complaints(row.name, &page(&source), &settings)
        })
        .collect();
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn a_page_without_an_example_that_runs_or_without_a_setting_is_found() {
    let page_of = |fence: &str| {
        let text = "//! `shop`: sells.\n//!\n//! The setting `shop.region` says where.\n//!\n".to_owned();
        let example = "//! let gateway = Gateway::builder().build()?;\n//! assert!(gateway.shop().is_open());\n";
        text + &format!("//! {fence}\n{example}") + &"//! // more\n".repeat(10) + "//! ```\n\nmod service;\n//! ```\n"
    };
    let settings = ["shop.region", "shop.pieces"];
    let unnamed = "the page of `shop` does not name its setting `shop.pieces`";
    assert_eq!(complaints("shop", &page(&page_of("```")), &settings), [unnamed]);
    for fence in ["```no_run", "```ignore", "```text"] {
        let lacks = "the page of `shop` has no example that runs, uses it and asserts";
        assert_eq!(complaints("shop", &page(&page_of(fence)), &settings), [lacks, unnamed]);
    }
    assert_eq!(
        complaints("shop", &page("//! `shop`: sells.\n"), &[]),
        [
            "the page of `shop` has 1 lines, not 15 to 60",
            "the page of `shop` has no example that runs, uses it and asserts"
        ]
    );
}
