//! The page's files, which are part of the program: no folder is served.

use std::sync::Arc;

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Redirect},
    routing::get,
};

use crate::front::Front;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Where each file is, what it is, and what is in it.
const FILES: &[(&str, &str, &str)] = &[
    ("/_zerobill/", HTML, include_str!("page/index.html")),
    ("/_zerobill/style.css", CSS, include_str!("page/style.css")),
    ("/_zerobill/icon.svg", SVG, include_str!("page/icon.svg")),
    ("/_zerobill/main.js", JAVASCRIPT, include_str!("page/main.js")),
    ("/_zerobill/elements.js", JAVASCRIPT, include_str!("page/elements.js")),
    ("/_zerobill/format.js", JAVASCRIPT, include_str!("page/format.js")),
    ("/_zerobill/bill.js", JAVASCRIPT, include_str!("page/bill.js")),
    ("/_zerobill/figures.js", JAVASCRIPT, include_str!("page/figures.js")),
    ("/_zerobill/chart.js", JAVASCRIPT, include_str!("page/chart.js")),
    (
        "/_zerobill/invocations.js",
        JAVASCRIPT,
        include_str!("page/invocations.js"),
    ),
    ("/_zerobill/detail.js", JAVASCRIPT, include_str!("page/detail.js")),
    ("/_zerobill/panels.js", JAVASCRIPT, include_str!("page/panels.js")),
];

/// Scripts, styles and pictures of this page and no others; nothing may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<Arc<Front>> {
    let router = Router::new().route("/_zerobill", get(|| async { Redirect::permanent("/_zerobill/") }));
    FILES.iter().fold(router, |router, &(path, kind, content)| {
        let file = move || async move {
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::CACHE_CONTROL, "no-cache"),
            ];
            (headers, content).into_response()
        };
        router.route(path, get(file))
    })
}
