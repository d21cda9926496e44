//! The tower layer that makes an existing function's invocations ours, without changing the function.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use lambda_runtime::{Context, LambdaEvent};
use tower::{Layer, Service};

use crate::{free::default_or_fallback, gateway::Gateway};

/// A layer that runs each call of a service as one invocation: with its own log keys, sampling and metrics, all written
/// before the reply leaves.
///
/// It goes around an axum `Router` under `lambda_http::run`, or around the service of `lambda_runtime::Runtime::new`.
/// Without [`gateway`](InvocationLayer::gateway) it uses the process's default one.
///
/// ```
/// use lambda_runtime::{Error, LambdaEvent, service_fn};
/// use serde_json::Value;
/// use tower::{Layer, Service};
///
/// async fn hello(event: LambdaEvent<Value>) -> Result<Value, Error> {
///     Ok(event.payload)
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut service = zerobill::layer().layer(service_fn(hello)); // hand this to `Runtime::new`
/// let event = LambdaEvent::new(Value::from(7), lambda_runtime::Context::default());
/// assert_eq!(service.call(event).await.unwrap(), 7);
/// # });
/// ```
pub fn layer() -> InvocationLayer {
    InvocationLayer { gateway: None }
}

/// Made by [`layer()`].
#[derive(Clone, Debug)]
pub struct InvocationLayer {
    gateway: Option<Gateway>,
}

impl InvocationLayer {
    /// Runs the invocations on `gateway`.
    #[must_use]
    pub fn gateway(mut self, gateway: Gateway) -> Self {
        self.gateway = Some(gateway);
        self
    }
}

impl<S> Layer<S> for InvocationLayer {
    type Service = InvocationService<S>;

    fn layer(&self, inner: S) -> InvocationService<S> {
        let gateway = self.gateway.clone().unwrap_or_else(|| default_or_fallback().clone());
        InvocationService { gateway, inner }
    }
}

/// A service whose calls are invocations.
#[derive(Clone, Debug)]
pub struct InvocationService<S> {
    gateway: Gateway,
    inner: S,
}

/// A request that says of which invocation it is.
pub trait InvocationRequest {
    /// What Lambda said of the invocation; the default where it said nothing.
    fn invocation_context(&self) -> Context;
}

impl<T> InvocationRequest for LambdaEvent<T> {
    fn invocation_context(&self) -> Context {
        self.context.clone()
    }
}

/// As `lambda_http` makes them: the context is an extension of the request.
impl<B> InvocationRequest for http::Request<B> {
    fn invocation_context(&self) -> Context {
        self.extensions().get::<Context>().cloned().unwrap_or_default()
    }
}

impl<S, R> Service<R> for InvocationService<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    R: InvocationRequest,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let (gateway, context) = (self.gateway.clone(), request.invocation_context());
        let answer = self.inner.call(request);
        Box::pin(async move { gateway.invoke(context, answer).await })
    }
}
