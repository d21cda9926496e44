//! The tower layer that makes an existing function's invocations ours, without changing the function.

mod refusing;

use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use lambda_runtime::{Context, LambdaEvent};
use tower::{Layer, Service};

use self::refusing::RefusingLayer;
use crate::{error::Error, free::default_or_fallback, gateway::Gateway};

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

    /// Answers by `answer`, without asking the service, once the function is stopped: because its budget of the month is used
    /// up and `lambda.on_95` says `trip`, or because somebody stopped it. Without this an invocation is counted, and served.
    ///
    /// The error has the code `budget_exhausted`. Over HTTP the answer is best a 429:
    ///
    /// ```
    /// use http::{Response, StatusCode};
    ///
    /// let layer = zerobill::layer().refusing(|stopped| {
    ///     let mut answer = Response::new(stopped.to_string());
    ///     *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    ///     Ok(answer)
    /// });
    /// # use tower::{Layer, Service};
    /// # let service = |_: http::Request<()>| async { Ok::<_, std::convert::Infallible>(Response::new(String::new())) };
    /// # let mut service = layer.layer(lambda_runtime::service_fn(service));
    /// # drop(service.call(http::Request::new(())));
    /// ```
    ///
    /// and under `lambda_runtime` the error itself: `zerobill::layer().refusing(|stopped| Err(stopped.into()))`.
    #[must_use]
    pub fn refusing<T, E, F: Fn(Error) -> Result<T, E>>(self, answer: F) -> RefusingLayer<F> {
        RefusingLayer {
            invocations: self,
            answer,
        }
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
    // The answer waits until the meter's store was told.
    S::Response: Send,
    S::Error: Send,
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use lambda_runtime::service_fn;
    use serde_json::Value;
    use tower::util::BoxCloneService;

    use super::*;
    use crate::{environment::Environment, invocation::Invocation, output::Output};

    fn gateway() -> (Gateway, Output) {
        let output = Output::captured();
        let builder = Gateway::builder()
            .output(output.clone())
            .environment(Environment::default());
        (builder.build().expect("valid"), output)
    }

    fn context(request_id: &str) -> Context {
        let mut context = Context::default();
        context.request_id = request_id.to_owned();
        context
    }

    fn parsed(line: &str) -> Value {
        serde_json::from_str(line).expect("a line is JSON")
    }

    #[tokio::test]
    async fn the_service_of_a_runtime_logs_with_its_request_id() {
        let (gateway, output) = gateway();
        let service = service_fn(|event: LambdaEvent<u8>| async move {
            let invocation = Invocation::current().expect("inside an invocation");
            invocation
                .gateway()
                .logging()
                .info("seen", [("payload", event.payload)]);
            Ok::<_, Infallible>(event.payload + 1)
        });
        let mut service = layer().gateway(gateway.clone()).layer(service);
        let answer = service.call(LambdaEvent::new(7, context("id-1"))).await;
        assert_eq!(answer, Ok(8));
        let line = parsed(&output.lines()[0]);
        assert_eq!(
            (&line["function_request_id"], &line["payload"]),
            (&"id-1".into(), &7.into())
        );
        assert_eq!(
            (gateway.stats().usage.invocations, gateway.stats().usage.errors),
            (1, 0)
        );
    }

    #[tokio::test]
    async fn an_http_service_takes_the_context_from_the_request() {
        let (gateway, output) = gateway();
        let service = service_fn(|request: http::Request<()>| async move {
            let invocation = Invocation::current().expect("inside an invocation");
            invocation.gateway().logging().info(request.uri().path(), ());
            Err::<(), _>("no such page")
        });
        let mut service = layer().gateway(gateway.clone()).layer(service);
        let mut request = http::Request::get("/cart").body(()).expect("a request");
        request.extensions_mut().insert(context("id-2"));
        assert_eq!(service.call(request).await, Err("no such page"));
        let line = parsed(&output.lines()[0]);
        assert_eq!(
            (&line["message"], &line["function_request_id"]),
            (&"/cart".into(), &"id-2".into())
        );
        assert_eq!(gateway.stats().usage.errors, 1);
    }

    #[tokio::test]
    async fn a_request_without_a_context_is_still_an_invocation() {
        let (gateway, _) = gateway();
        let service = service_fn(|_: http::Request<()>| async { Ok::<_, Infallible>(Invocation::current().is_some()) });
        let mut service = layer().gateway(gateway).layer(service);
        assert_eq!(service.call(http::Request::new(())).await, Ok(true));
    }

    #[tokio::test]
    async fn clones_share_one_gateway_and_only_the_first_call_is_cold() {
        let (gateway, _) = gateway();
        let cold = service_fn(|_: LambdaEvent<()>| async {
            Ok::<_, Infallible>(Invocation::current().map(|invocation| invocation.cold_start()))
        });
        let service = BoxCloneService::new(layer().gateway(gateway).layer(cold));
        let mut answers = Vec::new();
        for mut service in [service.clone(), service] {
            answers.push(service.call(LambdaEvent::new((), context("id"))).await);
        }
        assert_eq!(answers, [Ok(Some(true)), Ok(Some(false))]);
    }
}
