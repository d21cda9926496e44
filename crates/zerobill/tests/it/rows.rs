//! Every public method of a service has a row, or stands in its interface's list of methods without one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails like a test")]

use syn::{Expr, FnArg, ImplItem, Item, Lit, Type, Visibility};
use zerobill::CATALOGUE;

use super::tidy::{registration, source};

/// The public methods of `service` in this source.
fn public_methods(source: &str, service: &str) -> Vec<String> {
    let is_service = |of: &Type| matches!(of, Type::Path(path) if path.path.is_ident(service));
    let mut methods = Vec::new();
    for item in syn::parse_file(source).unwrap().items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || !is_service(&block.self_ty) {
            continue;
        }
        for item in block.items {
            let ImplItem::Fn(method) = item else { continue };
            let has_self = matches!(method.sig.inputs.first(), Some(FnArg::Receiver(_)));
            if has_self && matches!(method.vis, Visibility::Public(_)) {
                methods.push(method.sig.ident.to_string());
            }
        }
    }
    methods
}

/// The pairs of the constant `TYPED_ONLY` in this source.
fn typed_only(source: &str) -> Vec<(String, String)> {
    let text = |expression: &Expr| match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => text.value(),
            _ => panic!("`TYPED_ONLY` holds pairs of text"),
        },
        _ => panic!("`TYPED_ONLY` holds pairs of text"),
    };
    for item in syn::parse_file(source).unwrap().items {
        let Item::Const(constant) = item else { continue };
        let (true, Expr::Reference(reference)) = (constant.ident == "TYPED_ONLY", &*constant.expr) else {
            continue;
        };
        let Expr::Array(pairs) = &*reference.expr else { continue };
        return pairs
            .elems
            .iter()
            .map(|pair| match pair {
                Expr::Tuple(pair) => (text(&pair.elems[0]), text(&pair.elems[1])),
                _ => panic!("`TYPED_ONLY` holds pairs of text"),
            })
            .collect();
    }
    Vec::new()
}

/// What does not fit together: methods, rows, and methods that need no row.
fn complaints(interface: &str, methods: &[String], rows: &[&str], typed_only: &[(String, String)]) -> Vec<String> {
    let listed = |name: &str| typed_only.iter().any(|(other, _)| other == name);
    let mut complaints = Vec::new();
    for method in methods
        .iter()
        .filter(|method| !rows.contains(&method.as_str()) && !listed(method))
    {
        complaints.push(format!(
            "`{interface}.{method}` has no row, and `TYPED_ONLY` of `{interface}` does not name it"
        ));
    }
    for row in rows.iter().filter(|row| methods.iter().all(|method| method != *row)) {
        complaints.push(format!("row `{interface}.{row}` has no public method of that name"));
    }
    for (name, reason) in typed_only {
        if reason.is_empty() || rows.contains(&name.as_str()) || !methods.contains(name) {
            complaints.push(format!(
                "`TYPED_ONLY` of `{interface}` names `{name}`, which has a row, no reason or no method"
            ));
        }
    }
    complaints
}

#[test]
fn every_public_method_has_a_row_or_a_reason_to_have_none() {
    let mut all = Vec::new();
    for interface in registration(&source("interfaces/mod.rs")) {
        let folder = format!("interfaces/{}", interface.name);
        let methods = public_methods(&source(&format!("{folder}/service.rs")), &interface.service);
        let row = CATALOGUE.iter().find(|row| row.name == interface.name).unwrap();
        let rows: Vec<_> = row
            .operations
            .iter()
            .map(|operation| operation.description().name)
            .collect();
        assert!(!methods.is_empty(), "`{}` has no service", interface.name);
        all.extend(complaints(
            row.name,
            &methods,
            &rows,
            &typed_only(&source(&format!("{folder}/mod.rs"))),
        ));
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn a_method_without_a_row_a_row_without_a_method_and_a_stale_exception_are_found() {
    let service = "
        impl Shop {
            pub(crate) fn new() -> Self { Self }
            pub fn open(&self) {}
            pub fn close(&self) {}
            pub async fn lend<T>(&self) -> T {}
            pub fn named(name: &str) -> Self { Self }
            fn inner(&self) {}
        }
        impl Other { pub fn more(&self) {} }
        impl Service for Shop { fn health(&self) {} }
    ";
    let methods = public_methods(service, "Shop");
    assert_eq!(methods, ["open", "close", "lend"]);
    let listed = typed_only(r#"pub const TYPED_ONLY: &[(&str, &str)] = &[("lend", ""), ("gone", "why")];"#);
    assert_eq!(
        complaints("shop", &methods, &["open", "sell"], &listed),
        [
            "`shop.close` has no row, and `TYPED_ONLY` of `shop` does not name it",
            "row `shop.sell` has no public method of that name",
            "`TYPED_ONLY` of `shop` names `lend`, which has a row, no reason or no method",
            "`TYPED_ONLY` of `shop` names `gone`, which has a row, no reason or no method",
        ]
    );
}

/// What the page of operations says of methods without a row.
pub(crate) fn typed_only_of(interface: &str) -> Vec<(String, String)> {
    typed_only(&source(&format!("interfaces/{interface}/mod.rs")))
}
