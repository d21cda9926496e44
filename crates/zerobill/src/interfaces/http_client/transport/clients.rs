//! The clients below, one for each TLS policy, made anew when their connections may have died unseen.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use reqwest::{Client, NoProxy, Proxy, Url, redirect::Policy as Redirects};
use rustls::ClientConfig;

use super::{
    super::{
        error::HttpError,
        settings::{HTTP_PROXY, HTTPS_PROXY, PROXY},
    },
    settings::Settings,
    target::{is_listed, server},
    tls,
};
use crate::interfaces::config::{Secret, Setting};

/// Connections that were idle for longer are not used again: servers and what lies between close them after a minute or
/// more, and a frozen environment does not hear of it.
const MAX_IDLE: Duration = Duration::from_secs(50);

/// Idle connections kept to one host.
const MAX_IDLE_PER_HOST: usize = 8;

/// Past so many hosts the connections to all of them are given up.
const MAX_HOSTS: usize = 256;

pub(super) struct Clients {
    settings: Arc<Settings>,
    checked: Policy,
    /// For hosts whose certificates are not checked.
    unchecked: OnceLock<Policy>,
}

/// A TLS policy with its connections.
struct Policy {
    /// Kept when the connections are not: it remembers sessions, which makes the next handshake cheap.
    tls: ClientConfig,
    pool: Mutex<Pool>,
}

struct Pool {
    client: Client,
    /// When each server was last asked, by the clock that counts freezes.
    asked: HashMap<String, Duration>,
}

impl Clients {
    pub(super) fn build(settings: Arc<Settings>) -> Result<Self, HttpError> {
        Ok(Self {
            checked: Policy::new(&settings, true)?,
            unchecked: OnceLock::new(),
            settings,
        })
    }

    /// Whether they were made by these settings.
    pub(super) fn are_of(&self, settings: &Arc<Settings>) -> bool {
        Arc::ptr_eq(&self.settings, settings)
    }

    /// The client for `url`, whose connections are no older than they may be.
    pub(super) fn client_for(&self, url: &Url, age: Duration) -> Result<Client, HttpError> {
        let host = url.host_str().unwrap_or_default();
        if !is_listed(host, &self.settings.unchecked_hosts) {
            return self.checked.client(&self.settings, url, age);
        }
        if let Some(policy) = self.unchecked.get() {
            return policy.client(&self.settings, url, age);
        }
        let policy = Policy::new(&self.settings, false)?;
        self.unchecked.get_or_init(|| policy).client(&self.settings, url, age)
    }
}

impl Policy {
    fn new(settings: &Settings, checked: bool) -> Result<Self, HttpError> {
        let tls = tls::configuration(settings, checked)?;
        let pool = Mutex::new(Pool {
            client: client(settings, &tls)?,
            asked: HashMap::new(),
        });
        Ok(Self { tls, pool })
    }

    fn client(&self, settings: &Settings, url: &Url, age: Duration) -> Result<Client, HttpError> {
        let server = format!("{}://{}", url.scheme(), server(url));
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = pool.asked.get(&server);
        let stale = asked.is_some_and(|asked| age.saturating_sub(*asked) > MAX_IDLE);
        if stale || pool.asked.len() >= MAX_HOSTS {
            // Requests under way keep the old client until they end.
            pool.client = client(settings, &self.tls)?;
            pool.asked.clear();
        }
        pool.asked.insert(server, age);
        Ok(pool.client.clone())
    }
}

fn client(settings: &Settings, tls: &ClientConfig) -> Result<Client, HttpError> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .gzip(true)
        .redirect(Redirects::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(MAX_IDLE)
        .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
        .user_agent(concat!("zerobill/", env!("CARGO_PKG_VERSION")))
        .no_proxy();
    for proxy in proxies(settings)? {
        builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&settings.no_proxy)));
    }
    builder.build().map_err(|_| HttpError::Setting {
        key: PROXY.key,
        problem: "no client can be built with it".to_owned(),
    })
}

/// The proxy for everything, or those for each scheme.
fn proxies(settings: &Settings) -> Result<Vec<Proxy>, HttpError> {
    type Make = fn(&str) -> reqwest::Result<Proxy>;
    if settings.no_proxy.split(',').any(|entry| entry.trim() == "*") {
        return Ok(Vec::new());
    }
    let proxy = |setting: &Setting, url: &Secret, make: Make| {
        let url = url.expose().as_str();
        let scheme = url.split_once("://").map(|(scheme, _)| scheme);
        let usable = scheme.is_none_or(|scheme| matches!(scheme, "http" | "https"));
        match make(url) {
            Ok(proxy) if usable => Ok(proxy),
            // What is wrong is not quoted: it may hold a password.
            _ => Err(HttpError::Setting {
                key: setting.key,
                problem: "it is not of the form `http://host:port`".to_owned(),
            }),
        }
    };
    if !settings.proxy.expose().is_empty() {
        return Ok(vec![proxy(&PROXY, &settings.proxy, |url| Proxy::all(url))?]);
    }
    let mut proxies = Vec::new();
    if !settings.https_proxy.expose().is_empty() {
        proxies.push(proxy(&HTTPS_PROXY, &settings.https_proxy, |url| Proxy::https(url))?);
    }
    if !settings.http_proxy.expose().is_empty() {
        proxies.push(proxy(&HTTP_PROXY, &settings.http_proxy, |url| Proxy::http(url))?);
    }
    Ok(proxies)
}
