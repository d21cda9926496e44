//! The page of variables is that of the ready function: the library's settings, and those of its handlers.
//! `UPDATE_EXPECT=1` writes it anew.

use std::{fmt::Write as _, path::Path};

use zerobill::{
    CATALOGUE,
    environment::{Environment, VARIABLES},
};
use zerobill_function::HANDLERS;

fn environment_page() -> String {
    let mut page = "# Environment variables and settings\n\nGenerated from the tables in the code; a test keeps it current.\n\n\
        Where a variable has several names, the first that is set wins. A setting can also stand in `zerobill.toml` under \
        `[settings]`, and in code; code wins over variables, variables over Parameter \
        Store where it is asked, and that over the file.\n\n\
        | variable | setting | values | default | meaning |\n|---|---|---|---|---|\n"
        .to_owned();
    let handlers: Vec<_> = HANDLERS.iter().map(|make| make()).collect();
    // What only a feature brings stands there without its key, so that the page is that of each build.
    let always = handlers.iter().filter(|handler| handler.name() != "guard");
    let of_handlers = always.flat_map(|handler| handler.settings());
    let settings: Vec<_> = CATALOGUE
        .iter()
        .flat_map(|row| row.settings)
        .chain(of_handlers)
        .collect();
    for variable in VARIABLES {
        let setting = settings.iter().find(|setting| setting.variable.names == variable.names);
        let names: Vec<_> = variable.names.iter().map(|name| format!("`{name}`")).collect();
        let (key, values, default) = setting.map_or_else(Default::default, |setting| {
            let default = if setting.default.is_empty() {
                String::new()
            } else {
                format!("`{}`", setting.default)
            };
            (format!("`{}`", setting.key), setting.kind.expected(), default)
        });
        let cells = [names.join(", "), key, values, default, variable.doc.to_owned()];
        writeln!(page, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")).unwrap();
    }
    page
}

#[test]
fn the_page_of_variables_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/environment.md");
    let page = environment_page();
    if Environment::process().get("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let old = std::fs::read_to_string(&path).unwrap();
    assert!(
        old == page,
        "docs/environment.md is not current; run this test with UPDATE_EXPECT=1 and commit the page"
    );
    let url = page.lines().find(|line| line.contains("`BASE_URL`")).unwrap();
    assert!(
        url.contains("| `home_assistant.url` | text |"),
        "settings of handlers are in it: {url}"
    );
}
