//! An event that is no JSON never reaches a handler: the runtime answers it. This layer logs and counts it.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use lambda_runtime::LambdaInvocation;
use serde::Deserialize;
use serde_json::value::RawValue;
use tower::{Layer, Service};
use zerobill::Gateway;

/// Sees invocations before they are decoded.
#[derive(Clone)]
pub(crate) struct NotJsonLayer {
    gateway: Gateway,
}

impl NotJsonLayer {
    pub(crate) fn new(gateway: Gateway) -> Self {
        Self { gateway }
    }
}

impl<S> Layer<S> for NotJsonLayer {
    type Service = NotJson<S>;

    fn layer(&self, inner: S) -> NotJson<S> {
        NotJson {
            gateway: self.gateway.clone(),
            inner,
        }
    }
}

/// Made by [`NotJsonLayer`].
#[derive(Clone)]
pub(crate) struct NotJson<S> {
    gateway: Gateway,
    inner: S,
}

impl<S> Service<LambdaInvocation> for NotJson<S>
where
    S: Service<LambdaInvocation, Response = (), Error = lambda_runtime::Error>,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        // As the runtime decodes it: it looks at what is no UTF-8, and not behind the first value.
        let mut deserializer = serde_json::Deserializer::from_slice(&invocation.body);
        let Err(error) = <&RawValue>::deserialize(&mut deserializer) else {
            return Box::pin(self.inner.call(invocation));
        };
        let (gateway, context) = (self.gateway.clone(), invocation.context.clone());
        let bytes = invocation.body.len();
        let answer = self.inner.call(invocation);
        Box::pin(async move {
            let logged: Result<(), ()> = gateway
                .invoke(context, async {
                    let message = format!("the event is not JSON: {error}");
                    gateway.logging().error(&message, [("event_bytes", bytes)]);
                    Err(())
                })
                .await;
            debug_assert_eq!(logged, Err(()), "an event that is no JSON counts as an error");
            answer.await
        })
    }
}
