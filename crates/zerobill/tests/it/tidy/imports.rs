//! Imports point one way: base modules use no interface, an interface only those above it, and none a handler.

use std::path::Path;

use syn::{
    Ident, UseTree,
    visit::{Visit, visit_item_mod, visit_path},
};

use super::{registration, root, source};

/// The paths that the code of a file names, tests aside, each from the crate's root on.
struct Paths {
    /// The module of the file, from the crate's root.
    module: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Paths {
    fn of(module: &[&str], source: &str) -> Vec<Vec<String>> {
        let module = module.iter().map(|name| (*name).to_owned()).collect();
        let mut paths = Self {
            module,
            found: Vec::new(),
        };
        paths.visit_file(&syn::parse_file(source).unwrap());
        paths.found
    }

    fn add(&mut self, names: &[String]) {
        let mut base = self.module.clone();
        let mut rest = names;
        match names.first().map(String::as_str) {
            Some("crate") => {
                base.clear();
                rest = &names[1..];
            }
            Some("super" | "self") => {
                while let Some(first) = rest.first().filter(|name| *name == "super" || *name == "self") {
                    if first == "super" {
                        base.pop();
                    }
                    rest = &rest[1..];
                }
            }
            _ => return,
        }
        base.extend(rest.iter().cloned());
        self.found.push(base);
    }

    fn tree(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before);
                before.pop();
            }
            UseTree::Name(name) => self.leaf(&name.ident, before),
            UseTree::Rename(name) => self.leaf(&name.ident, before),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
        }
    }

    fn leaf(&mut self, name: &Ident, before: &[String]) {
        let mut names = before.to_vec();
        names.push(name.to_string());
        self.add(&names);
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<Ident>().is_ok_and(|ident| ident == "test")
    })
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if is_test(&module.attrs) {
            return;
        }
        self.module.push(module.ident.to_string());
        visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&names);
        visit_path(self, path);
    }
}

/// The modules that every interface may use and that use none.
const BASE: &[&[&str]] = &[
    &["error"],
    &["clock"],
    &["random"],
    &["output"],
    &["environment"],
    &["redact"],
    &["lazy"],
    &["locked_file"],
    &["brake"],
    &["meter"],
    &["traces"],
    &["fast_path"],
    &["analytics"],
    &["operation", "parameters"],
];

/// The imports of a file that point the wrong way.
fn wrong_imports(module: &[&str], source: &str, order: &[String]) -> Vec<String> {
    let place = |name: &str| order.iter().position(|other| other == name);
    // An interface is named by its folder, or by its module at the crate's root.
    let interface = |path: &[String]| match path {
        [first, second, ..] if first == "interfaces" => place(second),
        [first, ..] if first != "interfaces" => place(first),
        _ => None,
    };
    let own = match module {
        ["interfaces", name, ..] => place(name),
        _ => None,
    };
    let is_base = BASE.iter().any(|base| module.starts_with(base));
    let mut wrong = Vec::new();
    for path in Paths::of(module, source) {
        let used = interface(&path);
        let why = match (own, used) {
            (Some(own), Some(used)) if used > own => "an interface uses only those above it",
            (None, Some(_)) if is_base => "a base module uses no interface",
            _ if is_base && path.first().is_some_and(|name| name == "interfaces") => "a base module uses no interface",
            _ if own.is_some() && path.first().is_some_and(|name| name == "handler") => "no interface knows a handler",
            _ => continue,
        };
        wrong.push(format!("`{}` imports `{}`: {why}", module.join("::"), path.join("::")));
    }
    wrong
}

/// Every file under `folder` with its module's path, files of tests aside.
fn files(folder: &Path, module: &[String], all: &mut Vec<(Vec<String>, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "tests" {
            continue;
        }
        let mut module = module.to_vec();
        if name != "mod" && name != "lib" {
            module.push(name);
        }
        if path.is_dir() {
            files(&path, &module, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push((module, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn imports_follow_the_layer_order() {
    let registered = registration(&source("interfaces/mod.rs"));
    let order: Vec<_> = registered.iter().map(|row| row.name.clone()).collect();
    for (index, row) in registered.iter().enumerate() {
        assert!(
            row.uses.iter().all(|used| order[..index].contains(used)),
            "`{}` is handed one below it",
            row.name
        );
    }
    let mut all = Vec::new();
    files(&root(), &[], &mut all);
    assert!(all.len() > 30, "{}", all.len());
    for base in BASE {
        assert!(all.iter().any(|(module, _)| module == base), "{base:?} is no file");
    }
    let wrong: Vec<_> = all
        .iter()
        .flat_map(|(module, source)| {
            let module: Vec<_> = module.iter().map(String::as_str).collect();
            wrong_imports(&module, source, &order)
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn imports_against_the_order_are_found() {
    let order = ["config", "logging", "cache"].map(str::to_owned);
    let right = "
        use super::{entry::Entry, error};
        use crate::{config::Setting, interfaces::{Health, logging::Level}, clock::Clock};
        fn f() { crate::redact::is_secret(\"\"); }
        #[cfg(test)]
        mod tests { use crate::handler::Handler; }
    ";
    assert_eq!(
        wrong_imports(&["interfaces", "cache", "service"], right, &order),
        Vec::<String>::new()
    );
    let wrong = "
        use super::super::cache::{Cache, CacheError as Wrong};
        use crate::{cache, handler::*};
        fn f() -> crate::interfaces::cache::CacheStats { super::super::super::cache::f() }
    ";
    let why = "an interface uses only those above it";
    assert_eq!(
        wrong_imports(&["interfaces", "logging", "service"], wrong, &order),
        [
            format!("`interfaces::logging::service` imports `interfaces::cache::Cache`: {why}"),
            format!("`interfaces::logging::service` imports `interfaces::cache::CacheError`: {why}"),
            format!("`interfaces::logging::service` imports `cache`: {why}"),
            "`interfaces::logging::service` imports `handler`: no interface knows a handler".to_owned(),
            format!("`interfaces::logging::service` imports `interfaces::cache::CacheStats`: {why}"),
            format!("`interfaces::logging::service` imports `cache::f`: {why}"),
        ]
    );
    assert_eq!(
        wrong_imports(
            &["lazy"],
            "use crate::{interfaces::Health, logging::Level, clock::Clock};",
            &order
        ),
        [
            "`lazy` imports `interfaces::Health`: a base module uses no interface",
            "`lazy` imports `logging::Level`: a base module uses no interface",
        ]
    );
}
