//! Where Home Assistant is: any of the shapes in which people write it down.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

/// What people copy along with the address; the longest first.
const SUFFIXES: [&str; 4] = [
    "/api/alexa/smart_home",
    "/api/conversation/process",
    "/api/alexa",
    "/api",
];

/// Scheme, host, port and perhaps a path; never with a slash at its end.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    url: Url,
}

/// `text` as a base.
///
/// # Errors
/// What is wrong with it and what would be right, without quoting it.
pub(crate) fn parse(text: &str) -> Result<BaseUrl, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("it has a space or a line break in it".to_owned());
    }
    // A bare name is what an older script's `HOST` is, and what works from the internet has TLS.
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let mut url = Url::parse(&with_scheme)
        .map_err(|error| format!("{error}; it is to look like `https://home.example.org:8123`"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("its scheme is neither `http` nor `https`".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it has a user name or password in it; Home Assistant takes a token instead".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a `?` or `#` in it; copy only what stands before the first page's path".to_owned());
    }
    let path = url.path().trim_end_matches('/');
    let path = SUFFIXES
        .iter()
        .find_map(|suffix| path.strip_suffix(suffix))
        .unwrap_or(path)
        .trim_end_matches('/')
        .to_owned();
    url.set_path(&path);
    let text = url.as_str().trim_end_matches('/').to_owned();
    Ok(BaseUrl { text, url })
}

impl BaseUrl {
    /// The URL of `path`, which begins with a slash.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The name or address of the server; an IPv6 address has brackets.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port, the scheme's own where none is written.
    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Whether it has TLS.
    pub(crate) fn has_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it has a path.
    pub(crate) fn has_path(&self) -> bool {
        !matches!(self.url.path(), "" | "/")
    }

    /// Whether it is an address of IPv6, which Lambda has no route to.
    pub(crate) fn is_ipv6(&self) -> bool {
        matches!(self.url.host(), Some(Host::Ipv6(_)))
    }

    /// Whether only the network at home knows it.
    pub(crate) fn is_only_at_home(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                !name.contains('.')
                    || [".local", ".lan", ".home", ".internal", ".home.arpa"]
                        .iter()
                        .any(|end| name.ends_with(end))
            }
            Some(Host::Ipv4(address)) => is_private(address.into()),
            Some(Host::Ipv6(address)) => is_private(address.into()),
            None => false,
        }
    }
}

/// Whether `address` is one that no router forwards.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            // 100.64.0.0/10 is what providers and tunnels share among customers.
            let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
            address.is_private() || address.is_loopback() || address.is_link_local() || shared
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Shows scheme and port only: where somebody lives is nobody's business.
impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl BaseUrl {
    /// For a report that is pasted somewhere.
    pub(crate) fn masked(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let path = if self.has_path() { "/(path)" } else { "" };
        format!("{}://(your host){port}{path}", self.url.scheme())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_leads_to_the_same_place() {
        for (text, at) in [
            ("https://home.example", "https://home.example/api/x"),
            ("https://home.example/", "https://home.example/api/x"),
            (" https://home.example// ", "https://home.example/api/x"),
            ("https://home.example/api", "https://home.example/api/x"),
            ("https://home.example/api/", "https://home.example/api/x"),
            (
                "https://home.example/api/alexa/smart_home",
                "https://home.example/api/x",
            ),
            ("https://home.example:8123", "https://home.example:8123/api/x"),
            ("https://home.example:443", "https://home.example/api/x"),
            ("HTTPS://Home.Example:8123/", "https://home.example:8123/api/x"),
            ("http://192.0.2.7:8123/", "http://192.0.2.7:8123/api/x"),
            ("http://[2001:db8::7]:8123", "http://[2001:db8::7]:8123/api/x"),
            ("https://[2001:db8::7]/api", "https://[2001:db8::7]/api/x"),
            ("https://home.example/ha", "https://home.example/ha/api/x"),
            ("https://home.example/ha/api/", "https://home.example/ha/api/x"),
            ("https://home.example/ha%20x/", "https://home.example/ha%20x/api/x"),
            ("https://home.example/myapi", "https://home.example/myapi/api/x"),
            ("home.example", "https://home.example/api/x"),
            ("home.example:8123", "https://home.example:8123/api/x"),
            ("home.example/api", "https://home.example/api/x"),
            ("https://küche.example", "https://xn--kche-0ra.example/api/x"),
        ] {
            assert_eq!(parse(text).map(|base| base.at("/api/x")), Ok(at.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_base_says_why_and_does_not_repeat_it() {
        for (text, problem) in [
            ("", "empty"),
            ("   ", "empty"),
            ("https://", "empty host"),
            ("ftp://home.example", "neither `http` nor `https`"),
            ("https://me:zbsecret-x@home.example", "user name or password"),
            ("https://home.example/?zbsecret-x", "`?` or `#`"),
            ("https://home.example/#/lovelace", "`?` or `#`"),
            ("https://home. example", "a space"),
            ("https://home.example:99999", "invalid port"),
            ("https://[::1", "invalid IPv6"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(
                error.contains(problem) && !error.contains("zbsecret"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn what_only_the_network_at_home_knows_is_told() {
        for text in [
            "http://homeassistant.local:8123",
            "http://homeassistant:8123",
            "http://192.168.1.4:8123",
            "http://10.0.0.2",
            "http://172.16.0.1",
            "http://127.0.0.1",
            "http://100.100.1.1",
            "http://[fd00::1]",
            "http://[fe80::1]",
            "http://[::1]",
            "http://ha.lan",
            "http://localhost",
        ] {
            assert!(parse(text).unwrap().is_only_at_home(), "{text}");
        }
        for text in [
            "https://home.example.org",
            "http://203.0.113.4",
            "http://[2001:db8::1]",
            "http://172.32.0.1",
        ] {
            assert!(!parse(text).unwrap().is_only_at_home(), "{text}");
        }
    }

    #[test]
    fn a_report_shows_no_name() {
        let base = parse("https://home.example:8123/ha").unwrap();
        assert_eq!(base.masked(), "https://(your host):8123/(path)");
        assert_eq!(format!("{base:?}"), base.masked());
    }
}
