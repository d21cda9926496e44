//! Requests signed for AWS, version 4 of the signature: what the AWS SDK's own crate does, in a sixth of the 2 MB that there are.

use std::fmt::{self, Write as _};

use ring::{digest, hmac};

use crate::{clock, environment::Environment};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a function is given to sign with.
pub(crate) struct Credentials {
    id: String,
    secret: String,
    session: Option<String>,
}

/// A request to be signed. Its headers are in lower case, and its path needs no encoding.
pub(crate) struct Unsigned<'a> {
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a str,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

impl Credentials {
    /// Those in the variables that Lambda sets.
    pub(crate) fn read(environment: &Environment) -> Option<Self> {
        Some(Self {
            id: environment.get("AWS_ACCESS_KEY_ID")?,
            secret: environment.get("AWS_SECRET_ACCESS_KEY")?,
            session: environment.get("AWS_SESSION_TOKEN"),
        })
    }

    /// The headers that sign a request at a time in milliseconds since 1970, beside its own.
    pub(crate) fn sign(&self, request: &Unsigned<'_>, epoch_ms: u64) -> Vec<(String, String)> {
        let time = clock::basic_timestamp(epoch_ms);
        let day = time.get(..8).unwrap_or_default();
        let (host, path) = request
            .url
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('/'))
            .unwrap_or_default();
        let mut added = vec![("x-amz-date".to_owned(), time.clone())];
        if let Some(session) = &self.session {
            added.push(("x-amz-security-token".to_owned(), session.clone()));
        }
        let mut signed: Vec<(&str, &str)> = request
            .headers
            .iter()
            .chain(&added)
            .map(|(name, value)| (name.as_str(), value.trim()))
            .chain([("host", host)])
            .collect();
        signed.sort_unstable();
        let names: Vec<_> = signed.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let mut canonical = format!("{}\n/{path}\n\n", request.method);
        for (name, value) in signed {
            // Writing to text cannot fail.
            _ = writeln!(canonical, "{name}:{value}");
        }
        _ = write!(canonical, "\n{names}\n{}", hash(request.body));
        let scope = format!("{day}/{}/{}/aws4_request", request.region, request.service);
        let text = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hash(&canonical));
        let key = [day, request.region, request.service, "aws4_request"]
            .into_iter()
            .fold(format!("AWS4{}", self.secret).into_bytes(), |key, part| mac(&key, part));
        let signature = hex(&mac(&key, &text));
        let id = &self.id;
        added.push((
            "authorization".to_owned(),
            format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"),
        ));
        added
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn hash(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to text cannot fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_sigv4::{
        http_request::{SignableBody, SignableRequest, SigningSettings, sign},
        sign::v4,
    };

    use super::*;

    const TIME_MS: u64 = 1_767_323_045_678;

    /// What the AWS SDK signs.
    fn by_the_sdk(request: &Unsigned<'_>, session: Option<&str>) -> Vec<(String, String)> {
        let credentials = aws_credential_types::Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "zbsecret-signing",
            session.map(str::to_owned),
            None,
            "test",
        );
        let identity = credentials.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(request.region)
            .name(request.service)
            .time(UNIX_EPOCH + Duration::from_millis(TIME_MS))
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(request.body.as_bytes());
        let signable = SignableRequest::new(request.method, request.url, headers, body).unwrap();
        let (signed, _) = sign(signable, &parameters).unwrap().into_parts();
        let mut signed: Vec<_> = signed
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        signed.sort();
        signed
    }

    #[test]
    fn requests_are_signed_as_by_the_sdk() {
        let target = [
            ("content-type".to_owned(), "application/x-amz-json-1.0".to_owned()),
            ("x-amz-target".to_owned(), "DynamoDB_20120810.UpdateItem".to_owned()),
        ];
        let add = Unsigned {
            service: "dynamodb",
            region: "eu-west-1",
            method: "POST",
            url: "https://dynamodb.eu-west-1.amazonaws.com/",
            headers: &target,
            body: r#"{"TableName":"meter"}"#,
        };
        let stop = Unsigned {
            service: "lambda",
            region: "us-east-1",
            method: "PUT",
            url: "http://127.0.0.1:9000/2017-10-31/functions/my-shop_1/concurrency",
            headers: &[],
            body: "",
        };
        for request in [add, stop] {
            for session in [None, Some("zbsecret-session")] {
                let credentials = Credentials {
                    id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
                    secret: "zbsecret-signing".to_owned(),
                    session: session.map(str::to_owned),
                };
                let mut signed = credentials.sign(&request, TIME_MS);
                signed.sort();
                assert_eq!(signed, by_the_sdk(&request, session));
            }
        }
    }

    #[test]
    fn half_a_set_of_credentials_is_none_and_none_is_shown() {
        let half = Environment::from_pairs(&[("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")]);
        assert!(Credentials::read(&half).is_none());
        let whole = Environment::from_pairs(&[
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "zbsecret-shown"),
        ]);
        assert_eq!(format!("{:?}", Credentials::read(&whole).unwrap()), "Credentials(***)");
    }
}
