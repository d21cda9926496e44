//! The free functions of [`gateway`](crate::gateway): the running invocation's gateway, or the process's default one.

use std::{
    any::Any,
    sync::{Arc, OnceLock},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    error::{Error, Result},
    gateway::{Gateway, GatewayStats},
    interfaces::{
        config::Faults,
        debug::FastPathStats,
        http_client::{HttpRequest, HttpResponse},
        logging::{Fields, Level},
        metrics::Unit,
        security::{Schema, Token},
        utility::Response,
    },
    invocation::Invocation,
};

/// The default gateway, and what is wrong with its configuration.
static DEFAULT: OnceLock<(Gateway, Vec<crate::config::Fault>)> = OnceLock::new();

/// The process's default gateway, built from its environment on first use.
///
/// # Errors
/// With code `invalid_configuration`, and all faults in its text, if the environment or the file are wrong.
pub fn default_gateway() -> Result<&'static Gateway> {
    default_or_fallback();
    match DEFAULT.get() {
        Some((gateway, faults)) if faults.is_empty() => Ok(gateway),
        Some((_, faults)) => Err(Faults(faults.clone()).into()),
        None => Err(Error::new(crate::error::INTERNAL, "the default gateway is not there")),
    }
}

/// Makes `gateway` the process's default; says whether it was taken, which only the first is.
pub fn set_default_gateway(gateway: Gateway) -> bool {
    DEFAULT.set((gateway, Vec::new())).is_ok()
}

/// The default gateway, with defaults where the configuration is wrong: a log line is always written.
pub(crate) fn default_or_fallback() -> &'static Gateway {
    &DEFAULT.get_or_init(|| Gateway::builder().build_anyway()).0
}

/// The gateway of the running invocation, or the default one.
fn current() -> Result<Gateway> {
    match Invocation::current() {
        Some(invocation) => Ok(invocation.gateway().clone()),
        None => default_gateway().cloned(),
    }
}

fn log(level: Level, message: &str, fields: &dyn Fields) {
    match Invocation::current() {
        Some(invocation) => invocation.gateway().logging().write(level, message, fields),
        None => default_or_fallback().logging().write(level, message, fields),
    }
}

/// The value under `key`, or none; see [`Cache::get`](crate::cache::Cache::get).
pub fn cache_get<T: DeserializeOwned>(key: &str) -> Result<Option<T>> {
    Ok(current()?.cache().get(key)?)
}

/// Stores `value` under `key`; see [`Cache::set`](crate::cache::Cache::set).
pub fn cache_set<T: Serialize + ?Sized>(key: &str, value: &T, ttl: Option<Duration>) -> Result<bool> {
    Ok(current()?.cache().set(key, value, ttl)?)
}

/// Removes `key`; says whether it was there.
pub fn cache_delete(key: &str) -> Result<bool> {
    Ok(current()?.cache().delete(key))
}

/// Removes everything; says how many entries there were.
pub fn cache_clear() -> Result<u64> {
    Ok(current()?.cache().clear())
}

/// Writes a line at DEBUG. It never fails, whatever the configuration.
pub fn log_debug(message: &str, fields: impl Fields) {
    log(Level::Debug, message, &fields);
}

/// Writes a line at INFO. It never fails, whatever the configuration.
pub fn log_info(message: &str, fields: impl Fields) {
    log(Level::Info, message, &fields);
}

/// Writes a line at WARN. It never fails, whatever the configuration.
pub fn log_warning(message: &str, fields: impl Fields) {
    log(Level::Warn, message, &fields);
}

/// Writes a line at ERROR. It never fails, whatever the configuration.
pub fn log_error(message: &str, fields: impl Fields) {
    log(Level::Error, message, &fields);
}

/// A 200 with `data`; see [`Utility::create_success`](crate::utility::Utility::create_success).
pub fn create_success_response<T: Serialize + ?Sized>(data: &T) -> Result<Response> {
    Ok(current()?.utility().create_success(data)?)
}

/// A reply that says what is wrong; see [`Utility::create_error`](crate::utility::Utility::create_error).
pub fn create_error_response(status: u16, code: &str, message: &str) -> Result<Response> {
    Ok(current()?.utility().create_error(status, code, message)?)
}

/// Reads a JSON text within limits; see [`Utility::parse_json`](crate::utility::Utility::parse_json).
pub fn parse_json_safely<T: DeserializeOwned>(text: impl AsRef<[u8]>) -> Result<T> {
    Ok(current()?.utility().parse_json(text)?)
}

/// A new correlation id, a UUID of version 7.
pub fn generate_correlation_id() -> Result<String> {
    Ok(current()?.utility().generate_correlation_id())
}

/// The value under `name`, or none; see [`Singleton::get`](crate::singleton::Singleton::get).
pub fn get_singleton<T: Any + Send + Sync>(name: &str) -> Result<Option<Arc<T>>> {
    Ok(current()?.singleton().get(name)?)
}

/// Adds a value under a free name; see [`Singleton::register`](crate::singleton::Singleton::register).
pub fn register_singleton<T: Any + Send + Sync>(name: &str, value: T) -> Result<Arc<T>> {
    Ok(current()?.singleton().register(name, value)?)
}

/// The answer to a request of this method, with `body` as JSON; see
/// [`HttpClient::request`](crate::http_client::HttpClient::request).
pub async fn make_request(method: &str, url: &str, body: Option<&Value>) -> Result<HttpResponse> {
    let request = current()?.http_client().request(method, url);
    let request = body.into_iter().fold(request, HttpRequest::json);
    Ok(request.send().await?)
}

/// The answer to a GET request; see [`HttpClient::get`](crate::http_client::HttpClient::get).
pub async fn make_get_request(url: &str) -> Result<HttpResponse> {
    Ok(current()?.http_client().get(url).send().await?)
}

/// The answer to a POST request with `body` as JSON; see [`HttpClient::post`](crate::http_client::HttpClient::post).
pub async fn make_post_request<T: Serialize + ?Sized>(url: &str, body: &T) -> Result<HttpResponse> {
    Ok(current()?.http_client().post(url).json(body).send().await?)
}

/// The JSON of a request's body within limits; see [`Security::validate_request`](crate::security::Security::validate_request).
pub fn validate_request(body: impl AsRef<[u8]>, schema: Option<Schema<'_>>) -> Result<Value> {
    Ok(current()?.security().validate_request(body, schema)?)
}

/// What an accepted token says; see [`Security::validate_token`](crate::security::Security::validate_token).
pub async fn validate_token(token: &str) -> Result<Token> {
    Ok(current()?.security().validate_token(token).await?)
}

/// The ciphertext of `data`, bound to `associated_data`; see [`Security::encrypt`](crate::security::Security::encrypt).
pub fn encrypt_data(data: impl AsRef<[u8]>, associated_data: impl AsRef<[u8]>) -> Result<String> {
    Ok(current()?.security().encrypt(data, associated_data)?)
}

/// What was encrypted, bound to `associated_data`; see [`Security::decrypt`](crate::security::Security::decrypt).
pub fn decrypt_data(ciphertext: &str, associated_data: impl AsRef<[u8]>) -> Result<Vec<u8>> {
    Ok(current()?.security().decrypt(ciphertext, associated_data)?)
}

/// Records a value; see [`Metrics::record`](crate::metrics::Metrics::record).
pub fn record_metric(name: &str, value: f64, unit: Unit) -> Result<bool> {
    Ok(current()?.metrics().record(name, value, unit)?)
}

/// Adds `by` to a count of this invocation; see [`Metrics::increment`](crate::metrics::Metrics::increment).
pub fn increment_counter(name: &str, by: f64) -> Result<bool> {
    Ok(current()?.metrics().increment(name, by)?)
}

/// Calls an operation of `initialization` by name, such as `report`.
pub async fn execute_initialization_operation(operation: &str, parameters: Value) -> Result<Value> {
    current()?
        .execute_operation("initialization", operation, parameters)
        .await
}

/// Adds a stage of INIT that ends now; see
/// [`Initialization::record_stage`](crate::initialization::Initialization::record_stage).
pub fn record_initialization_stage(name: &str, took: Duration) -> Result<bool> {
    Ok(current()?.initialization().record_stage(name, took))
}

/// What the gateway has done so far.
pub fn get_gateway_stats() -> Result<GatewayStats> {
    Ok(current()?.stats())
}

/// Promotes operations that are called by name over and over; see
/// [`Debug::enable_fast_path`](crate::debug::Debug::enable_fast_path).
pub fn enable_fast_path() -> Result<()> {
    current()?.debug().enable_fast_path();
    Ok(())
}

/// Promotes no operation from now on; see [`Debug::disable_fast_path`](crate::debug::Debug::disable_fast_path).
pub fn disable_fast_path() -> Result<()> {
    current()?.debug().disable_fast_path();
    Ok(())
}

/// How often operations were called by name, and which are promoted; see
/// [`Debug::fast_path_stats`](crate::debug::Debug::fast_path_stats).
pub fn get_fast_path_stats() -> Result<FastPathStats> {
    Ok(current()?.debug().fast_path_stats())
}

/// Forgets all calls by name; see [`Debug::reset_fast_path_stats`](crate::debug::Debug::reset_fast_path_stats).
pub fn reset_fast_path_stats() -> Result<()> {
    current()?.debug().reset_fast_path_stats();
    Ok(())
}
