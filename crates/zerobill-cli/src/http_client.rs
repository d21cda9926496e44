//! The Invoke API of a running engine, over plain HTTP.

use std::ops::ControlFlow;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header::HOST, response::Parts};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::http1::{Connection, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::failure::{Failure, Kind};

/// What the engine answered.
pub(crate) struct Reply {
    pub(crate) payload: Bytes,
    pub(crate) function_error: bool,
    /// The end of the function's log.
    pub(crate) log: String,
}

/// The engine's state, as JSON.
pub(crate) async fn state(url: &str) -> Result<Bytes, Failure> {
    let request = Request::get("/_zerobill/state").body(Full::default());
    let request = request.map_err(|error| Failure::new(Kind::Internal, error))?;
    let (head, body) = exchange(url, request).await?;
    if !head.status.is_success() {
        return Err(Failure::user(format!("`{url}` answered {}", head.status)).hint("is it a `zerobill dev`?"));
    }
    Ok(body)
}

/// Invokes the function `name` of the engine at `url`.
pub(crate) async fn invoke(url: &str, name: &str, later: bool, event: Vec<u8>) -> Result<Reply, Failure> {
    let request = Request::post(format!("/2015-03-31/functions/{name}/invocations"))
        .header("x-amz-invocation-type", if later { "Event" } else { "RequestResponse" })
        .header("x-amz-log-type", "Tail")
        .body(Full::new(Bytes::from(event)))
        .map_err(|error| Failure::usage(format!("`{name}` is no function's name: {error}")))?;
    let (head, payload) = exchange(url, request).await?;
    if !head.status.is_success() {
        let document: serde_json::Value = serde_json::from_slice(&payload).unwrap_or_default();
        let message = document["message"]
            .as_str()
            .map_or_else(|| head.status.to_string(), str::to_owned);
        return Err(Failure::user(message));
    }
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let log = header("x-amz-log-result").and_then(base64).unwrap_or_default();
    Ok(Reply {
        payload,
        function_error: header("x-amz-function-error").is_some(),
        log,
    })
}

/// Hands over the lines of what `path` answers as they come, until it ends, the engine is gone, or `take` has enough.
pub(crate) async fn lines(url: &str, path: &str, mut take: impl FnMut(&str) -> ControlFlow<()>) -> Result<(), Failure> {
    let request = Request::get(path).body(Full::default());
    let request = request.map_err(|error| Failure::new(Kind::Internal, error))?;
    let (mut sender, connection) = connect(url).await?;
    let reading = async {
        let response = send(url, &mut sender, request).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(
                Failure::user(format!("`{url}` answered {status}")).hint("is it a `zerobill dev` of this version?")
            );
        }
        let (mut body, mut read) = (response.into_body(), Vec::new());
        // An engine that is gone in the middle of a line has ended too.
        while let Some(Ok(frame)) = body.frame().await {
            read.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            while let Some(end) = read.iter().position(|byte| *byte == b'\n') {
                let rest = read.split_off(end + 1);
                if take(&String::from_utf8_lossy(&read[..end])).is_break() {
                    return Ok(());
                }
                read = rest;
            }
        }
        Ok(())
    };
    tokio::pin!(reading, connection);
    tokio::select! {
        result = &mut reading => result,
        _ = &mut connection => reading.await,
    }
}

/// One request on a connection of its own.
async fn exchange(url: &str, request: Request<Full<Bytes>>) -> Result<(Parts, Bytes), Failure> {
    let (mut sender, connection) = connect(url).await?;
    let exchange = async {
        let response = send(url, &mut sender, request).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| unreachable(url, &error))?;
        Ok((head, body.to_bytes()))
    };
    tokio::pin!(exchange, connection);
    tokio::select! {
        answer = &mut exchange => answer,
        ended = &mut connection => {
            ended.map_err(|error| unreachable(url, &error))?;
            exchange.await
        }
    }
}

/// A connection to the engine, which must be driven beside its use.
async fn connect(
    url: &str,
) -> Result<(SendRequest<Full<Bytes>>, Connection<TokioIo<TcpStream>, Full<Bytes>>), Failure> {
    let stream = TcpStream::connect(address(url)?).await;
    let stream = stream.map_err(|error| unreachable(url, &error))?;
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    shaken.map_err(|error| unreachable(url, &error))
}

async fn send(
    url: &str,
    sender: &mut SendRequest<Full<Bytes>>,
    mut request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, Failure> {
    let host = HeaderValue::from_str(&address(url)?).map_err(|error| unreachable(url, &error))?;
    request.headers_mut().insert(HOST, host);
    sender
        .send_request(request)
        .await
        .map_err(|error| unreachable(url, &error))
}

fn unreachable(url: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::user(format!("cannot reach `{url}`: {error}")).hint("`zerobill dev` starts an engine")
}

/// Host and port of `url`.
fn address(url: &str) -> Result<String, Failure> {
    let wrong =
        || Failure::usage(format!("`{url}` is not the address of an engine")).hint("`--url http://127.0.0.1:9000`");
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri
        .authority()
        .filter(|_| uri.scheme_str().is_none_or(|scheme| scheme == "http"))
        .ok_or_else(wrong)?;
    Ok(format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80)))
}

fn base64(text: &str) -> Option<String> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}
