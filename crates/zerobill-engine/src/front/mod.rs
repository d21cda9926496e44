//! What callers see: the Invoke API, the Function URL and the engine's own state, on one port.

mod concurrency;
mod error;
mod function_url;
mod invoke;
mod origin;
mod queues;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::{get, post, put},
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

use self::origin::Access;
use crate::{
    dashboard::{self, Journal},
    engine::Functions,
};

/// What the routes share.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) functions: Arc<Functions>,
    pub(crate) address: SocketAddr,
    pub(crate) origins: Vec<String>,
    pub(crate) journal: Arc<Journal>,
    /// Who may read a stream of the dashboard.
    pub(crate) readers: Arc<Semaphore>,
    pub(crate) stopped: watch::Receiver<bool>,
}

/// Serves until `stopped` says so.
pub(crate) async fn serve(listener: TcpListener, front: Front, mut stopped: watch::Receiver<bool>) {
    let front = Arc::new(front);
    let control = Router::new()
        .route(
            "/2017-10-31/functions/{name}/concurrency",
            put(concurrency::put).delete(concurrency::delete),
        )
        .route("/2019-09-30/functions/{name}/concurrency", get(concurrency::get))
        .merge(dashboard::routes())
        .method_not_allowed_fallback(other)
        .route_layer(middleware::from_fn_with_state(Arc::clone(&front), guard_control))
        // It asks by itself who calls: every invocation comes this way, and a layer boxes each request once more.
        .route(
            "/2015-03-31/functions/{name}/invocations",
            post(invoke::invoke).fallback(other),
        );
    let router = control.fallback(other).with_state(front);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = async move {
        // The sender is gone only when the engine is.
        _ = stopped.wait_for(|stopped| *stopped).await;
    };
    // It ends by the signal; a listener that fails for good ends it too, and callers see a closed port.
    _ = axum::serve(listener, service).with_graceful_shutdown(stop).await;
}

/// What no route has: the Function URL's, unless the path belongs to the Lambda API or to the engine.
async fn other(front: State<Arc<Front>>, caller: ConnectInfo<SocketAddr>, request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/_zerobill/") || is_lambda_api(path) {
        return error::unknown_call(request.method(), path);
    }
    // Only where there is a queue: otherwise it is a request like any other.
    if let Some(operation) = queues::operation(request.headers())
        && !front.functions.queues.is_empty()
    {
        let operation = operation.to_owned();
        return match origin::control(request.headers(), front.address) {
            Access::Granted => queues::answer(&front, &operation, request.into_body()).await,
            Access::Refused(reason) => error::forbidden(&reason),
        };
    }
    function_url::answer(front, caller, request).await
}

/// Whether a path is of the form `/2015-03-31/functions/…`.
fn is_lambda_api(path: &str) -> bool {
    let is_date = |version: &str| {
        version.len() == 10
            && version.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    let mut parts = path.split('/').skip(1);
    parts.next().is_some_and(is_date) && parts.next() == Some("functions")
}

/// A web page elsewhere must not invoke functions or change their limits.
async fn guard_control(
    State(front): State<Arc<Front>>,
    ConnectInfo(_): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match origin::control(request.headers(), front.address) {
        Access::Granted => next.run(request).await,
        Access::Refused(reason) => error::forbidden(&reason),
    }
}
