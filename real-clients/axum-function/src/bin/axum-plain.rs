//! The function as it is usually started.

use tracing_subscriber::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().json())
        .init();
    lambda_http::run(axum_function::application()).await
}
