//! The generated pages are current; `UPDATE_EXPECT=1` writes them anew.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::{fmt::Write as _, path::Path};

use zerobill::{
    CATALOGUE,
    environment::{Environment, VARIABLES, Variable},
    operation::{Description, Kind},
};

use super::rows::typed_only_of;

fn is_current(path: &str, text: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if Environment::process().get("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return Ok(());
    }
    Err(format!(
        "`{}` is not current; run this test with UPDATE_EXPECT=1 and commit the page",
        path.display()
    ))
}

fn operations_page() -> String {
    let mut page = "# Operations\n\nGenerated from the operation tables; a test keeps it current.\n\nCall one with \
        `gateway.execute_operation(interface, operation, parameters)`, or `zerobill call INTERFACE.OPERATION PARAMETERS`. \
        An event can call only what `ZEROBILL_EXPOSE` names; `INTERFACE.*` there stands for the operations marked with a star (★), \
        which only read what is no secret.\n"
        .to_owned();
    for row in CATALOGUE {
        write!(page, "\n## {}\n\n{}\n", row.name, row.doc).unwrap();
        for operation in row.operations {
            write_operation(&mut page, row.name, operation.description());
        }
        let typed_only = typed_only_of(row.name);
        if !typed_only.is_empty() {
            page.push_str("\nMethods without an operation:\n\n");
        }
        for (name, reason) in typed_only {
            writeln!(page, "- `{name}`: {reason}").unwrap();
        }
    }
    page
}

fn write_operation(page: &mut String, interface: &str, operation: &Description) {
    let Description {
        name,
        doc,
        fields,
        example,
        read_only,
        exposed_by_star,
        ..
    } = operation;
    write!(page, "\n### `{interface}.{name}`\n\n{doc}").unwrap();
    page.push_str(match (read_only, exposed_by_star) {
        (_, true) => " *Only reads* ★\n",
        (true, false) => " *Only reads*\n",
        (false, false) => "\n",
    });
    if fields.is_empty() {
        return;
    }
    page.push_str("\n| parameter | type | meaning |\n|---|---|---|\n");
    for field in *fields {
        let kind = if field.kind == Kind::Any {
            "any"
        } else {
            field.kind.as_str()
        };
        let optional = if field.required { "" } else { ", optional" };
        writeln!(page, "| `{}` | {kind}{optional} | {} |", field.name, field.doc).unwrap();
    }
    write!(page, "\n```json\n{example}\n```\n").unwrap();
}

#[test]
fn the_page_of_operations_is_current() {
    assert_eq!(is_current("operations.md", &operations_page()), Ok(()));
}

#[test]
fn a_page_that_is_not_current_is_found() {
    if Environment::process().get("UPDATE_EXPECT").is_none() {
        let error = is_current("Cargo.toml", "something else").unwrap_err();
        assert!(error.contains("UPDATE_EXPECT=1"), "{error}");
    }
    assert_eq!(is_current("Cargo.toml", include_str!("../../Cargo.toml")), Ok(()));
}

#[test]
fn every_variable_is_explained_once_and_every_setting_has_one() {
    let names: Vec<_> = VARIABLES.iter().flat_map(|Variable { names, .. }| *names).collect();
    for (index, name) in names.iter().enumerate() {
        assert!(!names[..index].contains(name), "`{name}` twice");
    }
    assert!(VARIABLES.iter().all(|variable| variable.doc.ends_with('.')));
    for row in CATALOGUE {
        for setting in row.settings {
            let known = VARIABLES
                .iter()
                .any(|variable| variable.names == setting.variable.names);
            assert!(known, "`{}`", setting.key);
            let own = setting.key.split_once('.').map_or("config", |(owner, _)| owner);
            assert_eq!(own, row.name, "`{}` belongs to another interface", setting.key);
        }
    }
}
