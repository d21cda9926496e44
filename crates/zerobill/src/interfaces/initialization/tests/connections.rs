//! What waits for the network is done in INIT, and what fails there is tried again by its first use.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use serde_json::Value;

use crate::{
    cache::{Level, LevelError, LevelFuture, Leveled},
    environment::Environment,
    gateway::Gateway,
    initialization::InitializationStatus,
    output::Output,
};

fn gateway<const N: usize>(settings: [(&str, &str); N]) -> (Gateway, Output) {
    let output = Output::captured();
    let mut builder = Gateway::builder()
        .environment(Environment::default())
        .output(output.clone());
    for (key, value) in settings {
        builder = builder.setting(key, value);
    }
    (builder.build().unwrap(), output)
}

async fn run(gateway: &Gateway) -> Vec<String> {
    gateway.initialization().run(gateway);
    let report = gateway.initialization().connect(gateway).await;
    assert_eq!(report.status, InitializationStatus::Ready);
    report.stages.into_iter().map(|stage| stage.name).collect()
}

/// Counts how often it is asked, and never answers.
#[derive(Debug, Default)]
struct Down(AtomicU32);

impl Level for Down {
    fn get<'a>(&'a self, key: &'a str) -> LevelFuture<'a, Option<Leveled>> {
        assert_eq!(key, "zerobill:connect");
        self.0.fetch_add(1, SeqCst);
        Box::pin(async { Err(LevelError("no table".into())) })
    }
    fn set<'a>(&'a self, _key: &'a str, _value: &'a Leveled) -> LevelFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
    fn delete<'a>(&'a self, _key: &'a str) -> LevelFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn a_second_level_that_is_down_is_a_warning_and_only_where_the_cache_is_preloaded() {
    for (preload, asked) in [("cache", 1), ("utility", 0)] {
        let (gateway, output) = gateway([("initialization.preload", preload)]);
        let level = Arc::new(Down::default());
        gateway.cache().share(level.clone());
        let stages = run(&gateway).await;
        assert_eq!(level.0.load(SeqCst), asked, "{preload}");
        assert_eq!(stages.iter().any(|stage| stage == "connect cache"), asked == 1);
        let lines = output.lines();
        assert_eq!(u32::try_from(lines.len()), Ok(asked), "{lines:?}");
        for line in lines {
            let line: Value = serde_json::from_str(&line).unwrap();
            assert_eq!((&line["level"], &line["interface"]), (&"WARN".into(), &"cache".into()));
            assert_eq!(
                line["problem"],
                "the second level of the cache did not answer: no table"
            );
        }
    }
}

#[cfg(feature = "http")]
mod http {
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        net::TcpListener,
        sync::Mutex,
        thread,
    };

    use super::*;

    /// The number of a connection, and the first line of a request on it.
    type Asked = Arc<Mutex<Vec<(usize, String)>>>;

    /// A server that keeps its connections; its URL, and what it was asked on which of them.
    fn server() -> (String, Asked) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for (number, connection) in listener.incoming().map_while(Result::ok).enumerate() {
                let log = Arc::clone(&log);
                thread::spawn(move || {
                    let mut lines = BufReader::new(&connection).lines().map_while(Result::ok);
                    while let Some(first) = lines.next() {
                        lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
                        log.lock().unwrap().push((number, first));
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                        (&connection).write_all(answer).unwrap();
                    }
                });
            }
        });
        (url, seen)
    }

    #[tokio::test]
    async fn the_first_request_finds_the_connection_that_was_opened_ahead() {
        let (url, seen) = server();
        let (gateway, output) = gateway([("initialization.preload", "http_client"), ("http_client.connect", &url)]);
        let stages = run(&gateway).await;
        assert_eq!(stages, ["preload http_client", "connect http_client"]);
        gateway.http_client().get(&url).send().await.unwrap();
        let asked = |number, line: &str| (number, line.to_owned());
        let expected = [asked(0, "HEAD / HTTP/1.1"), asked(0, "GET / HTTP/1.1")];
        assert_eq!(*seen.lock().unwrap(), expected);
        assert_eq!(output.lines(), [] as [&str; 0]);
    }

    #[tokio::test]
    async fn a_connection_that_a_request_waits_for_is_told_from_one_of_init() {
        let (url, _) = server();
        for (preload, connect) in [("", ""), ("http_client", ""), ("http_client", url.as_str())] {
            let (gateway, _) = gateway([("initialization.preload", preload), ("http_client.connect", connect)]);
            gateway.initialization().run(&gateway);
            gateway.initialization().connect(&gateway).await;
            let ask = async || gateway.http_client().get(&url).send().await.map(drop);
            for _ in 0..2 {
                gateway.invoke(lambda_runtime::Context::default(), ask()).await.unwrap();
            }
            // The client, and the connection.
            let in_init = u64::from(!preload.is_empty()) + u64::from(!connect.is_empty());
            let http_client = &gateway.analytics().tally.interfaces["http_client"];
            let built = (http_client.built_in_requests, http_client.built_in_init);
            assert_eq!(built, (2 - in_init, in_init), "`{preload}` `{connect}`");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_a_warning() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        drop(listener);
        let (gateway, output) = gateway([("initialization.preload", "http_client"), ("http_client.connect", &url)]);
        run(&gateway).await;
        let line: Value = serde_json::from_str(&output.lines()[0]).unwrap();
        assert_eq!(
            (&line["level"], &line["interface"]),
            (&"WARN".into(), &"http_client".into())
        );
        assert_eq!(line["message"], "not connected during INIT");
        assert_eq!(output.lines().len(), 1, "{:?}", output.lines());
    }
}
