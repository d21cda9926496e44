//! How long the first use of a connection waited for it, as a build is timed: it is what a request pays once, and INIT can pay instead.

use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tower::{Layer, Service};

use crate::{clock::Clock, lazy::BuildRecord};

/// The name of such a record.
const NAME: &str = "connection";

tokio::task_local! {
    static WATCH: Watch;
}

struct Watch {
    clock: Clock,
    /// When the connection was there.
    connected: Cell<Option<Duration>>,
}

/// Does `work`, and says how long it waited for a connection, all that came before it included; none if it opened none.
///
/// The connection is seen by the [`ConnectingLayer`] around whatever opens it, in the same task.
pub async fn watch<F: Future>(clock: &Clock, work: F) -> (F::Output, Option<BuildRecord>) {
    let started = clock.monotonic();
    let watch = Watch {
        clock: clock.clone(),
        connected: Cell::default(),
    };
    let watched = async {
        let output = work.await;
        (output, WATCH.with(|watch| watch.connected.get()))
    };
    let (output, connected) = WATCH.scope(watch, watched).await;
    let record = connected.map(|connected| BuildRecord::new(NAME, clock, connected.saturating_sub(started)));
    (output, record)
}

/// Goes around a service that opens connections, such as the connector of an HTTP client.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectingLayer;

impl<S> Layer<S> for ConnectingLayer {
    type Service = Connecting<S>;

    fn layer(&self, inner: S) -> Connecting<S> {
        Connecting(inner)
    }
}

/// Made by [`ConnectingLayer`].
#[derive(Clone, Debug)]
pub struct Connecting<S>(S);

impl<S, R> Service<R> for Connecting<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let opening = self.0.call(request);
        Box::pin(async move {
            let connection = opening.await?;
            // Where nobody watches there is nobody to tell.
            _ = WATCH.try_with(|watch| watch.connected.set(Some(watch.clock.monotonic())));
            Ok(connection)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::SystemTime};

    use tower::{ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test]
    async fn what_comes_before_a_connection_counts_and_what_follows_does_not() {
        let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH);
        let open = service_fn(async |hand: crate::ClockHand| {
            hand.advance(Duration::from_micros(40));
            Ok::<_, Infallible>(())
        });
        let connector = ConnectingLayer.layer(open);
        let asked = async {
            hand.advance(Duration::from_micros(2));
            connector.clone().oneshot(hand.clone()).await.unwrap();
            hand.advance(Duration::from_secs(1));
            7
        };
        let (output, record) = watch(&clock, asked).await;
        let record = record.unwrap();
        assert_eq!((output, record.name, record.took_us), (7, "connection", 42));
        assert!(record.built && !record.in_request);
        assert_eq!(watch(&clock, async { 8 }).await, (8, None));
        // Nobody watches.
        connector.oneshot(hand).await.unwrap();
    }
}
