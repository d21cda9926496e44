//! `docs/findings.md` is made of the table of rules and current; `UPDATE_EXPECT=1` writes it anew.

use std::{collections::HashSet, fs, path::Path};

use zerobill_audit::{page, rules};
use zerobill_free_tier::offers;

use crate::is_writing;

#[test]
fn the_page_of_findings_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    let page = page::findings();
    if is_writing() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "`docs/findings.md` is not current; run this test with UPDATE_EXPECT=1 and commit the page"
    );
}

#[test]
fn each_rule_can_be_named_and_explained() {
    let mut ids = HashSet::new();
    for rule in rules::all() {
        assert!(ids.insert(rule.id), "`{}` stands twice", rule.id);
        assert!(
            rule.id
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'),
            "`{}` is no id",
            rule.id
        );
        assert!(
            rule.title.ends_with('.') && !rule.title.contains(". "),
            "{}: not one sentence",
            rule.id
        );
        assert!(
            !rule.fix.is_empty() && !rule.fix.ends_with('.'),
            "{}: {}",
            rule.id,
            rule.fix
        );
        for offer in rule.offers {
            assert!(
                offers::find(offer).is_some(),
                "{}: no fact is called `{offer}`",
                rule.id
            );
        }
        assert_eq!(rules::find(rule.id).map(|found| found.id), Some(rule.id));
    }
    assert!(ids.len() > 60, "{}", ids.len());
}
