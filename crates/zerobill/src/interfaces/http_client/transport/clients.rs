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
        trust::Trust,
    },
    settings::Settings,
    target::{is_listed, server},
    tls,
};
use crate::{
    connecting::ConnectingLayer,
    interfaces::config::{Secret, Setting},
};

/// Connections that were idle for longer are not used again: servers and what lies between close them after a minute or
/// more, and a frozen environment does not hear of it.
const MAX_IDLE: Duration = Duration::from_secs(50);

/// Idle connections kept to one host.
const MAX_IDLE_PER_HOST: usize = 8;

/// Past so many trusts of requests the oldest is given up, with its connections.
const MAX_TRUSTS: usize = 16;

/// Past so many hosts the connections to all of them are given up.
const MAX_HOSTS: usize = 256;

pub(super) struct Clients {
    settings: Arc<Settings>,
    checked: Policy,
    /// For hosts whose certificates are not checked.
    unchecked: OnceLock<Policy>,
    /// For requests that bring a trust of their own.
    others: Mutex<Vec<(Arc<Trust>, Arc<Policy>)>>,
}

/// A TLS policy with its connections.
struct Policy {
    /// Kept when the connections are not: it remembers sessions, which makes the next handshake cheap.
    tls: ClientConfig,
    connect_timeout: Duration,
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
            checked: Policy::new(&settings, &settings.trust, true)?,
            unchecked: OnceLock::new(),
            others: Mutex::default(),
            settings,
        })
    }

    /// Whether they were made by these settings.
    pub(super) fn are_of(&self, settings: &Arc<Settings>) -> bool {
        Arc::ptr_eq(&self.settings, settings)
    }

    /// The client for `url`, whose connections are no older than they may be.
    pub(super) fn client_for(&self, url: &Url, trust: Option<&Arc<Trust>>, age: Duration) -> Result<Client, HttpError> {
        if let Some(trust) = trust {
            return self.other(trust)?.client(&self.settings, url, age);
        }
        let host = url.host_str().unwrap_or_default();
        if !is_listed(host, &self.settings.unchecked_hosts) {
            return self.checked.client(&self.settings, url, age);
        }
        if let Some(policy) = self.unchecked.get() {
            return policy.client(&self.settings, url, age);
        }
        let policy = Policy::new(&self.settings, &self.settings.trust, false)?;
        self.unchecked.get_or_init(|| policy).client(&self.settings, url, age)
    }

    fn other(&self, trust: &Arc<Trust>) -> Result<Arc<Policy>, HttpError> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |(other, _): &&(Arc<Trust>, _)| Arc::ptr_eq(other, trust) || other == trust;
        if let Some((_, policy)) = others.iter().find(same) {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(Policy::new(&self.settings, trust, trust.danger.is_none())?);
        if others.len() == MAX_TRUSTS {
            others.remove(0);
        }
        others.push((Arc::clone(trust), Arc::clone(&policy)));
        Ok(policy)
    }
}

impl Policy {
    fn new(settings: &Settings, trust: &Trust, checked: bool) -> Result<Self, HttpError> {
        let tls = tls::configuration(trust, checked)?;
        let connect_timeout = trust.connect_timeout.unwrap_or(settings.connect_timeout);
        let pool = Mutex::new(Pool {
            client: client(settings, &tls, connect_timeout)?,
            asked: HashMap::new(),
        });
        Ok(Self {
            tls,
            connect_timeout,
            pool,
        })
    }

    fn client(&self, settings: &Settings, url: &Url, age: Duration) -> Result<Client, HttpError> {
        let server = format!("{}://{}", url.scheme(), server(url));
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = pool.asked.get(&server);
        let stale = asked.is_some_and(|asked| age.saturating_sub(*asked) > MAX_IDLE);
        if stale || pool.asked.len() >= MAX_HOSTS {
            // Requests under way keep the old client until they end.
            pool.client = client(settings, &self.tls, self.connect_timeout)?;
            pool.asked.clear();
        }
        pool.asked.insert(server, age);
        Ok(pool.client.clone())
    }
}

fn client(settings: &Settings, tls: &ClientConfig, connect_timeout: Duration) -> Result<Client, HttpError> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .gzip(true)
        .redirect(Redirects::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(connect_timeout)
        .connector_layer(ConnectingLayer)
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
