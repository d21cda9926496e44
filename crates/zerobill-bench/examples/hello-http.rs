//! The least that a Rust function behind HTTP can be today, with the official crate for it.
//! An example and not a program, so that what it depends on is not built into the others.

use lambda_http::{Error, IntoResponse, Request, Response, service_fn};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(async |_request: Request| {
        let response = Response::builder().header("content-type", "application/json");
        Ok::<_, Error>(
            response
                .body(json!({ "status": "ok" }).to_string())?
                .into_response()
                .await,
        )
    }))
    .await
}
