//! Answers in place of a service whose function is stopped.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use tower::{Layer, Service};

use super::{InvocationLayer, InvocationRequest, InvocationService};
use crate::{error::Error, invocation::Invocation};

/// Made by [`InvocationLayer::refusing`].
#[derive(Clone, Debug)]
pub struct RefusingLayer<F> {
    pub(super) invocations: InvocationLayer,
    pub(super) answer: F,
}

impl<S, F: Clone> Layer<S> for RefusingLayer<F> {
    type Service = InvocationService<RefusingService<S, F>>;

    fn layer(&self, inner: S) -> Self::Service {
        self.invocations.layer(RefusingService {
            inner,
            answer: self.answer.clone(),
        })
    }
}

/// A service that is asked only while the function may work.
#[derive(Clone, Debug)]
pub struct RefusingService<S, F> {
    inner: S,
    answer: F,
}

impl<S, R, F> Service<R> for RefusingService<S, F>
where
    S: Service<R>,
    S::Future: Send + 'static,
    R: InvocationRequest,
    F: Fn(Error) -> Result<S::Response, S::Error> + Clone + Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let (answer, refusal) = (self.inner.call(request), self.answer.clone());
        Box::pin(async move {
            // Only now: the invocation's begin may be what hears that the function is stopped.
            match Invocation::current().map(|invocation| invocation.gateway().admit()) {
                Some(Err(stopped)) => refusal(stopped),
                _ => answer.await,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering::SeqCst},
        },
    };

    use lambda_runtime::service_fn;

    use super::*;
    use crate::{
        brake::MemoryTrips, environment::Environment, gateway::Gateway, lambda::Refusal, layer, output::Output,
    };

    fn gateway() -> Gateway {
        let builder = Gateway::builder()
            .output(Output::captured())
            .environment(Environment::from_pairs([("AWS_LAMBDA_FUNCTION_NAME", "shop")]))
            .setting("lambda.budget_requests", 20)
            .setting("lambda.on_95", "requests=trip")
            .setting("lambda.meter_requests", 1);
        let gateway = builder.build().expect("valid");
        let brake = Refusal::new(Arc::<MemoryTrips>::default(), gateway.clock().clone());
        assert!(gateway.lambda().stop_with(Arc::new(brake)));
        gateway
    }

    /// The answers to 25 requests, and how many of them the service itself gave.
    async fn answers<L>(make: impl FnOnce(Gateway) -> L) -> (Vec<String>, u32)
    where
        L: Layer<
                tower::util::BoxCloneService<http::Request<()>, String, Infallible>,
                Service: Service<http::Request<()>, Response = String, Error = Infallible>,
            >,
    {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let work = service_fn(move |_: http::Request<()>| {
            let count = Arc::clone(&count);
            async move {
                count.fetch_add(1, SeqCst);
                Ok::<_, Infallible>("done".to_owned())
            }
        });
        let mut service = make(gateway()).layer(tower::util::BoxCloneService::new(work));
        let mut answers = Vec::new();
        for _ in 0..25 {
            match service.call(http::Request::new(())).await {
                Ok(answer) => answers.push(answer),
                Err(never) => match never {},
            }
        }
        (answers, asked.load(SeqCst))
    }

    #[tokio::test]
    async fn a_stopped_function_answers_what_it_was_told_to_without_asking_the_service() {
        let refusal = |stopped: Error| Ok(format!("429 {}", stopped.code()));
        let (answers, asked) = answers(|gateway| layer().gateway(gateway).refusing(refusal)).await;
        assert_eq!(asked, 18);
        assert!(answers[..18].iter().all(|answer| answer == "done"), "{answers:?}");
        assert!(
            answers[18..].iter().all(|answer| answer == "429 budget_exhausted"),
            "{answers:?}"
        );
    }

    #[tokio::test]
    async fn without_that_it_works_on() {
        let (answers, asked) = answers(|gateway| layer().gateway(gateway)).await;
        assert_eq!((answers.len(), asked), (25, 25));
    }
}
