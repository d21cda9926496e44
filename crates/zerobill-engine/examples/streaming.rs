//! A function that streams its answer: `first`, and `second` once the file is there whose path is the query.

use std::{path::PathBuf, time::Duration};

use lambda_runtime::{
    Error, LambdaEvent, MetadataPrelude, run, service_fn,
    streaming::{Body, Response, channel},
};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the parts are sent while the answer is on its way"
)]
async fn answer(event: LambdaEvent<Value>) -> Result<Response<Body>, Error> {
    let file = PathBuf::from(event.payload["rawQueryString"].as_str().unwrap_or_default());
    let (mut sender, stream) = channel();
    tokio::spawn(async move {
        sender.send_data("first".into()).await?;
        while !file.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sender.send_data("second".into()).await
    });
    let metadata_prelude = MetadataPrelude {
        status_code: 418.try_into()?,
        headers: [("x-own".try_into()?, "yes".try_into()?)].into_iter().collect(),
        cookies: vec!["a=1".to_owned(), "b=2".to_owned()],
    };
    Ok(Response {
        metadata_prelude,
        stream,
    })
}
