//! The function as it is usually started, with zerobill under its logs and around its requests.

use tracing_subscriber::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    tracing_subscriber::registry().with(zerobill::logging::layer()).init();
    metrics::set_global_recorder(zerobill::metrics::recorder())?;
    lambda_http::run(axum_function::application().layer(zerobill::layer())).await
}
