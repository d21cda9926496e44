//! The running engine: functions, and the port in front of them.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::value::RawValue;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinHandle},
    time::timeout,
};
use zerobill_runtime_api::names::{MAX_ASYNC_BYTES, MAX_SYNC_BYTES};

use crate::{
    builder::Builder,
    counters::State,
    dashboard::Journal,
    error::InvokeError,
    function::Function,
    invocation::{InvokeReply, InvokeRequest},
    queue::Queue,
    trips::Trips,
};

/// How long running invocations have to end at shutdown.
const DRAIN: Duration = Duration::from_secs(5);

/// How long invocations have that were ended with their process.
const LAST_REPLIES: Duration = Duration::from_secs(1);

/// Under which every function's Function URL is by its name.
const URL_BY_NAME: &str = "/lambda-url/";

/// A local Lambda. When it is dropped, every process it has started is ended.
#[derive(Debug)]
pub struct Engine {
    functions: Arc<Functions>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    front: JoinHandle<()>,
    /// What runs by itself: triggers, and the end of environments that nobody needs.
    background: Vec<AbortHandle>,
}

/// The functions by name.
#[derive(Debug)]
pub(crate) struct Functions {
    pub(crate) by_name: BTreeMap<String, Arc<Function>>,
    /// The function behind the Function URL where a path is no other's: the first one given.
    pub(crate) default: Arc<Function>,
    pub(crate) queues: BTreeMap<String, Arc<Queue>>,
    pub(crate) trips: Arc<dyn Trips>,
    pub(crate) cpu_share_problem: Option<String>,
}

impl Engine {
    /// A builder.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn running(
        functions: Arc<Functions>,
        address: SocketAddr,
        stop: watch::Sender<bool>,
        front: JoinHandle<()>,
        background: Vec<AbortHandle>,
    ) -> Self {
        Self {
            functions,
            address,
            stop,
            front,
            background,
        }
    }

    pub(crate) fn functions(&self) -> &Functions {
        &self.functions
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.functions.default.journal
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Why functions have whole CPUs that are to have a share of one, in words.
    pub fn cpu_share_problem(&self) -> Option<&str> {
        self.functions.cpu_share_problem.as_deref()
    }

    /// Invokes `function` and waits for its reply. A function that fails is a reply too.
    ///
    /// # Errors
    /// [`InvokeError`] if the event never reached the function.
    pub async fn invoke(&self, function: &str, request: InvokeRequest) -> Result<InvokeReply, InvokeError> {
        self.functions.invoke(function, request).await
    }

    /// What the functions have used.
    pub fn state(&self) -> State {
        self.functions.state()
    }

    /// Takes no more events, lets running invocations end for up to 5 s, and ends every process, by SIGKILL what does not heed
    /// SIGTERM within 2 s. Gives what the functions have used to the end.
    pub async fn shutdown(self) -> State {
        self.stop.send_replace(true);
        self.background.iter().for_each(AbortHandle::abort);
        let functions: Vec<_> = self.functions.by_name.values().collect();
        join_all(functions.iter().map(|function| function.close())).await;
        let drained = || join_all(functions.iter().map(|function| function.drained()));
        _ = timeout(DRAIN, drained()).await;
        join_all(functions.iter().map(|function| function.processes.end())).await;
        // Their callers hear of it.
        _ = timeout(LAST_REPLIES, drained()).await;
        self.functions.state()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.front.abort();
        self.background.iter().for_each(AbortHandle::abort);
        for function in self.functions.by_name.values() {
            function.kill();
        }
    }
}

impl Functions {
    pub(crate) fn find(&self, name: &str) -> Result<&Arc<Function>, InvokeError> {
        let short = short_name(name);
        self.by_name
            .get(short)
            .ok_or_else(|| InvokeError::NotFound(short.to_owned()))
    }

    /// The function whose Function URL has `path`, and the path as it sees it.
    pub(crate) fn at_path<'a>(&self, path: &'a str) -> Result<(&Arc<Function>, &'a str), InvokeError> {
        if let Some(named) = path.strip_prefix(URL_BY_NAME) {
            let name = named.split('/').next().unwrap_or_default();
            return Ok((self.find(name)?, or_root(&named[name.len()..])));
        }
        let below = |function: &Arc<Function>| {
            let prefix = function.settings.url_path.as_deref()?.trim_end_matches('/');
            let rest = path.strip_prefix(prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((prefix.len(), or_root(rest)))
        };
        // The longest one, where one is below another.
        let found = self
            .by_name
            .values()
            .filter_map(|function| below(function).map(|(length, rest)| (length, function, rest)))
            .max_by_key(|(length, _, _)| *length);
        Ok(found.map_or((&self.default, path), |(_, function, rest)| (function, rest)))
    }

    pub(crate) async fn invoke(&self, name: &str, request: InvokeRequest) -> Result<InvokeReply, InvokeError> {
        let function = self.find(name)?;
        function.invoke(checked(request, MAX_SYNC_BYTES)?).await
    }

    /// Takes an event to be run later; gives its request id.
    pub(crate) fn invoke_later(&self, name: &str, request: InvokeRequest) -> Result<String, InvokeError> {
        let function = self.find(name)?;
        function.invoke_later(checked(request, MAX_ASYNC_BYTES)?)
    }

    pub(crate) fn state(&self) -> State {
        State::of(self.by_name.values().map(|function| function.state()).collect())
    }
}

/// The event within its limits: JSON, and `{}` where there is none.
pub(crate) fn checked(mut request: InvokeRequest, limit: usize) -> Result<InvokeRequest, InvokeError> {
    let bytes = request.payload.len();
    if bytes > limit {
        return Err(InvokeError::TooLarge { bytes, limit });
    }
    if request.payload.is_empty() {
        request.payload = "{}".into();
    }
    // Unlike a value that is ignored, a raw one is looked at for what is no UTF-8.
    serde_json::from_slice::<&RawValue>(&request.payload).map_err(|error| InvokeError::NotJson(error.to_string()))?;
    Ok(request)
}

fn or_root(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// The name in a name, a partial ARN or an ARN, without its qualifier.
fn short_name(name: &str) -> &str {
    let after = name.rsplit_once(":function:").map_or(name, |(_, after)| after);
    after.split(':').next().unwrap_or(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_function_is_understood() {
        for name in [
            "shop",
            "shop:$LATEST",
            "123456789012:function:shop",
            "arn:aws:lambda:us-east-1:123456789012:function:shop",
            "arn:aws:lambda:us-east-1:123456789012:function:shop:7",
        ] {
            assert_eq!(short_name(name), "shop");
        }
    }

    #[test]
    fn an_event_is_json_within_its_limit() {
        assert_eq!(
            checked(InvokeRequest::new(""), 10).map(|request| request.payload),
            Ok("{}".into())
        );
        assert_eq!(
            checked(InvokeRequest::new("[1,2,3,4,5]"), 10).map(drop),
            Err(InvokeError::TooLarge { bytes: 11, limit: 10 })
        );
        for event in [b"{nope".as_slice(), b"\"\xff\""] {
            let result = checked(InvokeRequest::new(event), 10);
            assert!(matches!(result, Err(InvokeError::NotJson(_))), "{result:?}");
        }
    }
}
