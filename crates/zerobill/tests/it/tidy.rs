//! The layout: four files an interface, imports that point one way, and lists that leave nothing out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails like a test")]

mod imports;

use std::path::{Path, PathBuf};

use syn::{
    Expr, Ident, Item, Token, Type, bracketed,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

/// An interface as the registration list names it.
pub(crate) struct Registered {
    pub(crate) name: String,
    /// The type of its service.
    pub(crate) service: String,
    /// What it uses of those above it.
    uses: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The text of a file under `src`.
pub(crate) fn source(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The registration list in this source, in layer order.
pub(crate) fn registration(source: &str) -> Vec<Registered> {
    let list = |input: ParseStream<'_>| {
        let mut all = Vec::new();
        while !input.is_empty() {
            let name = input.parse::<Ident>()?.to_string();
            input.parse::<Token![:]>()?;
            let Type::Path(service) = input.parse::<Type>()? else {
                return Err(input.error("a service is a path"));
            };
            let mut uses = Vec::new();
            if input.peek(syn::token::Bracket) {
                let inner;
                bracketed!(inner in input);
                let names = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
                uses.extend(names.iter().map(ToString::to_string));
            }
            if input.parse::<Option<Token![;]>>()?.is_none() {
                input.parse::<Option<Token![,]>>()?;
            }
            let service = service.path.segments.last().unwrap().ident.to_string();
            all.push(Registered { name, service, uses });
        }
        Ok(all)
    };
    for item in syn::parse_file(source).unwrap().items {
        if let Item::Macro(call) = item
            && call.mac.path.is_ident("interfaces")
        {
            return list.parse2(call.mac.tokens).unwrap();
        }
    }
    panic!("there is no registration list");
}

/// The four files that a folder of an interface lacks.
fn missing_files(folder: &Path) -> Vec<String> {
    let files = ["mod.rs", "service.rs", "operations.rs", "tests.rs"];
    let missing = files.into_iter().filter(|file| !folder.join(file).is_file());
    missing
        .map(|file| format!("{} has no {file}", folder.file_name().unwrap().display()))
        .collect()
}

#[test]
fn each_registered_interface_has_its_four_files_and_each_module_is_registered() {
    let list = source("interfaces/mod.rs");
    let registered = registration(&list);
    assert!(registered.len() >= 4);
    let missing: Vec<_> = registered
        .iter()
        .flat_map(|row| missing_files(&root().join("interfaces").join(&row.name)))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    for item in syn::parse_file(&list).unwrap().items {
        if let Item::Mod(module) = item
            && module.ident != "registration"
        {
            assert!(
                registered.iter().any(|row| module.ident == row.name),
                "`{}` is not registered",
                module.ident
            );
        }
    }
    let catalogue: Vec<_> = zerobill::CATALOGUE.iter().map(|row| row.name).collect();
    assert_eq!(
        registered.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(),
        catalogue
    );
}

#[test]
fn a_folder_that_lacks_a_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("shop");
    std::fs::create_dir(&shop).unwrap();
    for file in ["mod.rs", "operations.rs"] {
        std::fs::write(shop.join(file), "").unwrap();
    }
    assert_eq!(missing_files(&shop), ["shop has no service.rs", "shop has no tests.rs"]);
}

/// The constants of type `Variable` in this source, and what its `VARIABLES` lists.
fn variables(source: &str) -> (Vec<String>, Vec<String>) {
    let (mut constants, mut listed) = (Vec::new(), Vec::new());
    for item in syn::parse_file(source).unwrap().items {
        let Item::Const(constant) = item else { continue };
        match (&*constant.ty, &*constant.expr) {
            (Type::Path(path), _) if path.path.is_ident("Variable") => constants.push(constant.ident.to_string()),
            (_, Expr::Reference(list)) if constant.ident == "VARIABLES" => {
                let Expr::Array(list) = &*list.expr else {
                    panic!("`VARIABLES` is an array")
                };
                for element in &list.elems {
                    let Expr::Path(path) = element else {
                        panic!("`VARIABLES` holds names")
                    };
                    listed.push(path.path.segments.last().unwrap().ident.to_string());
                }
            }
            _ => {}
        }
    }
    (constants, listed)
}

#[test]
fn the_list_of_variables_leaves_none_out() {
    let (_, listed) = variables(&source("environment.rs"));
    let files = [
        "environment/settings.rs",
        "environment/meter.rs",
        "environment/security.rs",
        "environment/home_assistant.rs",
        "environment/guard.rs",
        "environment/aws.rs",
        "environment/lambda.rs",
    ];
    let constants: Vec<_> = files.iter().flat_map(|file| variables(&source(file)).0).collect();
    assert!(constants.len() > 20);
    assert_eq!(constants, listed);
}

#[test]
fn a_variable_that_is_not_listed_is_found() {
    let (constants, listed) = variables(
        "const A: Variable = Variable::new(); pub const B: Variable = Variable::new(); const OTHER: u8 = 1;
         pub const VARIABLES: &[Variable] = &[A];",
    );
    assert_eq!(
        (constants, listed),
        (vec!["A".to_owned(), "B".to_owned()], vec!["A".to_owned()])
    );
}
