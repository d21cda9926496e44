//! The file `config.json` of haaska, so that who used it need not write settings anew.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Haaska {
    pub(crate) url: Option<String>,
    pub(crate) token: Option<String>,
    /// The path of authorities to trust.
    pub(crate) authorities: Option<String>,
    pub(crate) certificate: Option<String>,
    pub(crate) key: Option<String>,
    /// Whether certificates are not checked.
    pub(crate) unchecked: bool,
    /// Whether there are both a URL and a token: haaska sent every directive with that token.
    pub(crate) complete: bool,
}

#[derive(Deserialize)]
struct File {
    #[serde(alias = "ha_url")]
    url: Option<String>,
    bearer_token: Option<String>,
    #[serde(alias = "ha_cert", default)]
    ssl_verify: Value,
    #[serde(default)]
    ssl_client: Value,
}

impl Haaska {
    /// Reads the file's `text`; paths in it are relative to `root`.
    ///
    /// # Errors
    /// What is wrong, without any value of the file.
    pub(crate) fn parse(text: &str, root: &Path) -> Result<Self, String> {
        let file: File =
            serde_json::from_str(text).map_err(|error| format!("line {}, column {}", error.line(), error.column()))?;
        let set = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let path = |value: &Value| match value {
            Value::String(name) if !name.is_empty() => Some(root.join(name).to_string_lossy().into_owned()),
            _ => None,
        };
        let (url, token) = (set(file.url), set(file.bearer_token));
        let (certificate, key) = match &file.ssl_client {
            // One file may hold both.
            Value::String(_) => (path(&file.ssl_client), path(&file.ssl_client)),
            Value::Array(pair) => (pair.first().and_then(path), pair.get(1).or(pair.first()).and_then(path)),
            _ => (None, None),
        };
        Ok(Self {
            complete: url.is_some() && token.is_some(),
            url,
            token,
            authorities: path(&file.ssl_verify),
            certificate,
            key,
            unchecked: file.ssl_verify == Value::Bool(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Haaska, String> {
        Haaska::parse(text, Path::new("/var/task"))
    }

    #[test]
    fn its_keys_are_read_and_paths_are_beside_it() {
        let text = r#"{"url":"https://home.example/api","bearer_token":"zbsecret-haaska","debug":false,
            "ssl_verify":"ca.pem","ssl_client":["client.crt","/etc/client.key"]}"#;
        let text_of = |text: &str| Some(text.to_owned());
        assert_eq!(
            parse(text),
            Ok(Haaska {
                url: text_of("https://home.example/api"),
                token: text_of("zbsecret-haaska"),
                authorities: text_of("/var/task/ca.pem"),
                certificate: text_of("/var/task/client.crt"),
                key: text_of("/etc/client.key"),
                unchecked: false,
                complete: true,
            })
        );
        let one = parse(r#"{"ha_url":"http://home","ssl_verify":false,"ssl_client":"both.pem"}"#).unwrap();
        assert!(one.unchecked && !one.complete);
        assert_eq!(one.certificate, text_of("/var/task/both.pem"));
        assert_eq!(one.key, one.certificate);
    }

    #[test]
    fn another_file_of_that_name_changes_nothing_and_no_value_is_told() {
        assert_eq!(parse(r#"{"name":"my app"}"#), Ok(Haaska::default()));
        assert_eq!(
            parse("{\"bearer_token\":\n[\"zbsecret-x\"]}"),
            Err("line 2, column 0".to_owned())
        );
        assert_eq!(
            parse(r#"{"url":" ","bearer_token":"","ssl_verify":true,"ssl_client":[]}"#),
            Ok(Haaska::default())
        );
    }
}
