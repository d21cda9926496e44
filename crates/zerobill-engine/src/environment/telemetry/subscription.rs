//! What an extension asks for when it subscribes: which streams, in which batches, and where to.

use std::time::Duration;

use serde::Deserialize;

use super::Stream;

/// A valid subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::environment) struct Subscription {
    pub(super) streams: Vec<Stream>,
    /// Whether its schema knows lines that are JSON.
    pub(super) takes_structured: bool,
    pub(super) buffering: Buffering,
    pub(super) destination: Destination,
}

/// How much is collected before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Buffering {
    pub(super) max_items: usize,
    pub(super) max_bytes: usize,
    pub(super) timeout: Duration,
}

/// Where telemetry goes: always this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    Http { port: u16, path: String },
    Tcp { port: u16 },
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "schemaVersion")]
    schema_version: Option<String>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    buffering: BufferingRequest,
    destination: Option<DestinationRequest>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct BufferingRequest {
    max_items: Option<usize>,
    max_bytes: Option<usize>,
    timeout_ms: Option<u64>,
}

#[derive(Deserialize)]
struct DestinationRequest {
    #[serde(default)]
    protocol: String,
    #[serde(rename = "URI")]
    uri: Option<String>,
    port: Option<u16>,
}

/// The schemas that Lambda knows, and whether lines of a log may be JSON in them.
const SCHEMAS: [(&str, bool); 3] = [("2022-07-01", false), ("2022-12-13", true), ("2025-01-29", true)];

/// The hosts that are the environment itself.
const HOSTS: [&str; 4] = ["sandbox.localdomain", "sandbox", "localhost", "127.0.0.1"];

/// Lambda keeps this port for itself.
const RESERVED_PORT: u16 = 9001;

impl Subscription {
    /// Reads a request; what is wrong with it is said all at once.
    pub(in crate::environment) fn read(body: &[u8]) -> Result<Self, String> {
        let request: Request = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let mut faults = Vec::new();
        let schema = request.schema_version.as_deref().unwrap_or("2022-07-01");
        let known = SCHEMAS.iter().find(|(name, _)| *name == schema);
        if known.is_none() {
            faults.push(format!(
                "schemaVersion `{schema}` is not 2022-07-01, 2022-12-13 or 2025-01-29"
            ));
        }
        if request.types.is_empty() {
            faults.push("types should not be empty".to_owned());
        }
        let mut streams = Vec::new();
        for name in &request.types {
            match Stream::named(name) {
                Some(stream) => streams.push(stream),
                None => faults.push(format!("type `{name}` is not platform, function or extension")),
            }
        }
        let buffering = request.buffering.check(&mut faults);
        let missing = || Err("destination is missing".to_owned());
        let destination = request
            .destination
            .as_ref()
            .map_or_else(missing, DestinationRequest::check);
        let destination = destination.map_err(|fault| faults.push(fault)).ok();
        match destination {
            Some(destination) if faults.is_empty() => Ok(Self {
                streams,
                takes_structured: known.is_some_and(|(_, structured)| *structured),
                buffering,
                destination,
            }),
            _ => Err(faults.join("; ")),
        }
    }

    /// The names of its streams.
    pub(in crate::environment) fn types(&self) -> Vec<&'static str> {
        self.streams.iter().map(|stream| stream.name()).collect()
    }
}

impl BufferingRequest {
    fn check(&self, faults: &mut Vec<String>) -> Buffering {
        let mut within = |name: &str, value: Option<u64>, least: u64, most: u64, default: u64| {
            let value = value.unwrap_or(default);
            if !(least..=most).contains(&value) {
                faults.push(format!("{name} of {value} is not from {least} to {most}"));
            }
            value
        };
        let size = |value: Option<usize>| value.map(|value| value as u64);
        let items = within("maxItems", size(self.max_items), 1_000, 10_000, 10_000);
        let bytes = within("maxBytes", size(self.max_bytes), 262_144, 1_048_576, 262_144);
        let timeout = within("timeoutMs", self.timeout_ms, 25, 30_000, 1_000);
        Buffering {
            max_items: usize::try_from(items).unwrap_or(usize::MAX),
            max_bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
            timeout: Duration::from_millis(timeout),
        }
    }
}

impl DestinationRequest {
    fn check(&self) -> Result<Destination, String> {
        let usable = |port: u16| {
            if port == RESERVED_PORT {
                return Err(format!("port {port} is reserved"));
            }
            Ok(port)
        };
        match (self.protocol.to_ascii_uppercase().as_str(), &self.uri, self.port) {
            ("HTTP", Some(uri), _) => {
                let rest = uri
                    .strip_prefix("http://")
                    .ok_or_else(|| format!("URI `{uri}` does not begin with `http://`"))?;
                let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
                let (host, port) = authority
                    .rsplit_once(':')
                    .ok_or_else(|| "URI port is not provided".to_owned())?;
                if !HOSTS.contains(&host) {
                    return Err(format!("URI host `{host}` is not `sandbox.localdomain`"));
                }
                let port = port.parse().map_err(|_| format!("URI port `{port}` is no port"))?;
                Ok(Destination::Http {
                    port: usable(port)?,
                    path: format!("/{path}"),
                })
            }
            ("HTTP", None, _) => Err("URI is not provided".to_owned()),
            ("TCP", _, Some(port)) => Ok(Destination::Tcp { port: usable(port)? }),
            ("TCP", _, None) => Err("port is not provided".to_owned()),
            (other, ..) => Err(format!("protocol `{other}` is not HTTP or TCP")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Subscription, String> {
        Subscription::read(json.as_bytes())
    }

    #[test]
    fn the_defaults_are_those_of_lambda() {
        let subscription =
            read(r#"{"types":["platform"],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080"}}"#);
        assert_eq!(
            subscription,
            Ok(Subscription {
                streams: vec![Stream::Platform],
                takes_structured: false,
                buffering: Buffering {
                    max_items: 10_000,
                    max_bytes: 262_144,
                    timeout: Duration::from_secs(1)
                },
                destination: Destination::Http {
                    port: 8080,
                    path: "/".to_owned()
                },
            })
        );
    }

    #[test]
    fn everything_that_can_be_said_is_understood() {
        let subscription = read(
            r#"{"schemaVersion":"2022-12-13","types":["platform","function","extension"],
                "buffering":{"maxItems":1000,"maxBytes":262144,"timeoutMs":100},
                "destination":{"protocol":"HTTP","URI":"http://127.0.0.1:8080/a/b"}}"#,
        )
        .unwrap();
        assert_eq!(subscription.types(), ["platform", "function", "extension"]);
        assert!(subscription.takes_structured);
        assert_eq!(subscription.buffering.timeout, Duration::from_millis(100));
        let path = "/a/b".to_owned();
        assert_eq!(subscription.destination, Destination::Http { port: 8080, path });
        let tcp = read(r#"{"types":["function"],"destination":{"protocol":"TCP","port":4242}}"#).unwrap();
        assert_eq!(tcp.destination, Destination::Tcp { port: 4242 });
    }

    #[test]
    fn all_faults_are_said_at_once() {
        assert_eq!(
            read(r#"{"types":[],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain"}}"#),
            Err("types should not be empty; URI port is not provided".to_owned())
        );
        assert_eq!(
            read(
                r#"{"schemaVersion":"1","types":["logs"],"buffering":{"maxItems":1,"maxBytes":1,"timeoutMs":1},
                    "destination":{"protocol":"HTTP","URI":"http://example.org:80"}}"#
            ),
            Err("schemaVersion `1` is not 2022-07-01, 2022-12-13 or 2025-01-29; \
                 type `logs` is not platform, function or extension; maxItems of 1 is not from 1000 to 10000; \
                 maxBytes of 1 is not from 262144 to 1048576; timeoutMs of 1 is not from 25 to 30000; \
                 URI host `example.org` is not `sandbox.localdomain`"
                .to_owned())
        );
        for (destination, fault) in [
            (
                r#"{"protocol":"HTTP","URI":"https://sandbox:1"}"#,
                "URI `https://sandbox:1` does not begin with `http://`",
            ),
            (
                r#"{"protocol":"HTTP","URI":"http://sandbox:x"}"#,
                "URI port `x` is no port",
            ),
            (
                r#"{"protocol":"HTTP","URI":"http://sandbox:9001"}"#,
                "port 9001 is reserved",
            ),
            (r#"{"protocol":"HTTP"}"#, "URI is not provided"),
            (r#"{"protocol":"TCP"}"#, "port is not provided"),
            (r#"{"protocol":"UDP"}"#, "protocol `UDP` is not HTTP or TCP"),
        ] {
            let request = format!(r#"{{"types":["platform"],"destination":{destination}}}"#);
            assert_eq!(read(&request), Err(fault.to_owned()));
        }
        assert_eq!(
            read(r#"{"types":["platform"]}"#),
            Err("destination is missing".to_owned())
        );
        assert!(read("{").is_err());
    }
}
