//! One invocation: event in, answer out, with everything logged and counted in between.

use std::sync::Arc;

use lambda_runtime::{LambdaEvent, service_fn, tower::Service};
use serde_json::value::RawValue;
use zerobill::{
    Error, Event, Gateway,
    error::BUDGET_EXHAUSTED,
    handler::{Handlers, Reply},
};

use crate::handlers::http;

/// The service that the runtime calls: it answers each event with the first handler that accepts it.
pub(crate) fn answer_events(
    gateway: Gateway,
    handlers: Handlers,
) -> impl Service<
    LambdaEvent<Box<RawValue>>,
    Response = Reply,
    Error = Error,
    Future = impl Future<Output = Result<Reply, Error>> + Send + 'static,
> + Clone
+ Send
+ 'static {
    let handlers = Arc::new(handlers);
    service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (gateway, handlers) = (gateway.clone(), Arc::clone(&handlers));
        async move {
            gateway
                .invoke(event.context, answer(&gateway, &handlers, &Event::new(event.payload)))
                .await
        }
    })
}

async fn answer(gateway: &Gateway, handlers: &Handlers, event: &Event) -> Result<Reply, Error> {
    if let (Some(invocation), Some(id)) = (zerobill::Invocation::current(), event.correlation_id()) {
        invocation.set_correlation_id(id);
    }
    gateway.log_event(event.payload());
    let answer = match gateway.admit() {
        Ok(()) => handlers.dispatch(gateway, event).await,
        Err(stopped) => Err(stopped),
    };
    let Err(error) = answer else { return answer };
    // Of a function that is stopped one line said so; thousands would only cost.
    if error.code() != BUDGET_EXHAUSTED {
        let fields = [("error_code", error.code()), ("event_kind", event.kind().as_str())];
        gateway.logging().error(&error.detail(), fields);
    }
    // Over HTTP an answer that says what is wrong helps more than the caller's bare 502.
    if event.kind().is_http() {
        http::failure(&error)
    } else {
        Err(error)
    }
}
