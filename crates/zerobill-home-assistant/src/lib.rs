//! The handler between Alexa and Home Assistant.
//!
//! [`HomeAssistant`] answers directives of the Alexa Smart Home API, requests of custom skills, and sentences for Assist. Each
//! goes to Home Assistant byte for byte, with the token that it brings, and Home Assistant's answer comes back byte for byte
//! but for the states that the directive itself decides: Home Assistant answers before the device has changed.
//!
//! Whatever happens, there is an answer in the shape that whoever asked understands, by 7.5 seconds or half a second before the
//! function's own limit. What was sent by then runs on in Home Assistant, and nothing is ever sent twice.
//!
//! # Settings
//!
//! The variables, each with its older names; `zerobill.toml` has them under `home_assistant`:
//!
//! | variable | setting | meaning |
//! |---|---|---|
//! | `ZEROBILL_HOME_ASSISTANT_URL`, `HOME_ASSISTANT_URL`, `BASE_URL` | `url` | where Home Assistant is; `HOST` counts beside `BEARER_TOKEN` |
//! | `ZEROBILL_HOME_ASSISTANT_TOKEN`, `HOME_ASSISTANT_TOKEN`, `LONG_LIVED_ACCESS_TOKEN`, `BEARER_TOKEN` | `token` | a long-lived token, for Assist and the doctor |
//! | `ZEROBILL_HOME_ASSISTANT_TOKEN_FALLBACK`, `DEBUG` | `token_fallback` | whether it serves Alexa's requests without a token too |
//! | `ZEROBILL_HOME_ASSISTANT_TIMEOUT_SECONDS` | `timeout_seconds` | when Alexa is answered at the latest |
//! | `ZEROBILL_HOME_ASSISTANT_CONNECT_TIMEOUT_SECONDS` | `connect_timeout_seconds` | how long connecting may take |
//! | `ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES` | `ca_certificates` | authorities to trust, as PEM or a file |
//! | `ZEROBILL_HOME_ASSISTANT_CLIENT_CERTIFICATE`, `…_CLIENT_PRIVATE_KEY` | `client_certificate`, `client_private_key` | the client's certificate |
//! | `ZEROBILL_HOME_ASSISTANT_DANGER_ACCEPT_INVALID_CERTS`, `NOT_VERIFY_SSL` | `danger_accept_invalid_certs` | no check of certificates |
//! | `ZEROBILL_HOME_ASSISTANT_CLOUDFLARE_CLIENT_ID`, `…_CLIENT_SECRET` | `cloudflare_client_id`, `cloudflare_client_secret` | a service token of Cloudflare Access |
//!
//! Where no URL is set, `config.json` of haaska beside the function is read: `url`, `bearer_token`, `ssl_verify`, `ssl_client`.
//!
//! # Errors
//!
//! Nothing here fails an invocation. What Alexa is told where Home Assistant does not answer:
//!
//! | what happened | smart home | a skill says |
//! |---|---|---|
//! | no connection, no trust, 502 to 504, 520 to 530, a firewall's page | `BRIDGE_UNREACHABLE` | Home Assistant cannot be reached |
//! | sent, and no answer in time | `BRIDGE_UNREACHABLE`, `still running in Home Assistant`; a scene has `ActivationStarted` | it is still working on it |
//! | 401 with a token that has expired | `EXPIRED_AUTHORIZATION_CREDENTIAL` | link the account again |
//! | any other 401, 403, no token | `INVALID_AUTHORIZATION_CREDENTIAL` | link the account again |
//! | 3xx, 400, 404, 405, 413, 500, no JSON, an empty answer | `INTERNAL_ERROR` | it did not answer properly |
//! | an event that is no directive of version 3 | `INVALID_DIRECTIVE` | |
//!
//! A grant that fails is `ACCEPT_GRANT_FAILED` in `Alexa.Authorization`. The log has one line for each failure, with `request`,
//! `answered` (the type above) and `hint`, which says what to change. No token is ever in it.
//!
//! # The doctor
//!
//! A direct invocation with `{"zerobill":"doctor"}` goes the way of a directive step by step: the function's time and region, the
//! settings, the name, the connection with its certificate, the token, the devices. Each is a sentence of `report`, which names
//! neither hosts nor secrets; what is `WRONG` says what to change.
//!
//! ```
//! use serde_json::{Value, value::RawValue};
//! use zerobill::{Event, Gateway, Handler, output::Output};
//! use zerobill_home_assistant::HomeAssistant;
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let handler = HomeAssistant::new();
//! let gateway = Gateway::builder().declare(handler.settings()).output(Output::captured()).build()?;
//! let event = r#"{"directive":{"header":{"namespace":"Alexa","name":"ReportState","payloadVersion":"2"}}}"#;
//! let event = Event::new(RawValue::from_string(event.to_owned())?);
//! let answer: Value = serde_json::from_str(handler.handle(&gateway, &event).await?.get())?;
//! assert_eq!(answer["event"]["payload"]["type"], "INVALID_DIRECTIVE");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod assist;
mod base_url;
mod correction;
mod diagnosis;
mod directive;
mod discovery;
mod doctor;
mod failure;
mod haaska;
mod handler;
mod members;
mod settings;
mod skill;
mod token;
mod upstream;

pub use self::handler::HomeAssistant;
