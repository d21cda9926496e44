//! What went wrong between here and Home Assistant, in words that whoever set it up can act on.

use std::{net::IpAddr, time::Duration};

use zerobill::{
    config::Secret,
    http_client::{HttpError, HttpResponse},
};

use crate::{
    base_url::{BaseUrl, is_private},
    failure::{Failure, Kind},
    token::has_expired,
};

/// How long looking up a name again may take, to tell what is wrong with it.
const LOOK_UP: Duration = Duration::from_millis(400);

/// The text of an answer with status 200.
///
/// # Errors
/// What any other answer means.
pub(crate) fn text_of(
    answer: HttpResponse,
    base: &BaseUrl,
    token: &Secret,
    now_seconds: u64,
) -> Result<String, Failure> {
    if answer.status() == 200 {
        return String::from_utf8(answer.into_bytes()).map_err(|_| Failure::internal("the answer is not UTF-8"));
    }
    Err(of_status(&answer, base, has_expired(token.expose(), now_seconds)))
}

/// What an answer with another status than 200 means; `expired` says whether the token had.
pub(crate) fn of_status(answer: &HttpResponse, base: &BaseUrl, expired: bool) -> Failure {
    let status = answer.status();
    let is_page = answer.bytes().trim_ascii_start().starts_with(b"<");
    match status {
        300..400 => of_redirect(status, answer.header("location").unwrap_or_default(), base),
        400 => Failure::internal("Home Assistant refused the request (400)").hint(
            "if a proxy or a tunnel is in front, name it in Home Assistant's `http: trusted_proxies` and set \
             `use_x_forwarded_for: true`",
        ),
        401 if expired => Failure::new(
            Kind::ExpiredToken,
            "the token has expired",
            "Home Assistant refused the token (401), which has expired",
        )
        .hint("disable the skill in Alexa's app and enable it again, or make a new long-lived token"),
        401 => Failure::new(
            Kind::InvalidToken,
            "the token is not accepted",
            "Home Assistant refused the token (401): it was revoked, or is of another Home Assistant",
        )
        .hint("disable the skill in Alexa's app and enable it again, or make a new long-lived token"),
        403 if is_page => Failure::unreachable("a firewall answered with a page of its own (403)").hint(
            "let requests to `/api/alexa/smart_home` pass the firewall or bot protection in front of Home Assistant",
        ),
        403 => Failure::new(
            Kind::InvalidToken,
            "Home Assistant does not let this in",
            "Home Assistant refused (403)",
        )
        .hint("look whether the address is in `ip_bans.yaml`, and whether the user of the token may do this"),
        404 => Failure::internal("there is nothing at that address (404)").hint(if base.has_path() {
            "add `alexa: smart_home:` to Home Assistant's configuration and restart it; and check the path in the URL"
        } else {
            "add `alexa: smart_home:` to Home Assistant's configuration and restart it"
        }),
        405 => Failure::internal("what answers there takes no POST (405)")
            .hint("check that the URL is that of Home Assistant itself"),
        413 => Failure::internal("the request is too large for a proxy or Home Assistant (413)"),
        502..=504 | 520..=530 => Failure::unreachable(format!(
            "the proxy or tunnel in front answers, and Home Assistant behind it does not ({status})"
        ))
        .hint("check that Home Assistant runs, and that the proxy or tunnel leads to it"),
        500 => Failure::internal("Home Assistant failed (500)").hint("Home Assistant's own log says why"),
        _ => Failure::internal(format!("the answer has the status {status}")),
    }
}

fn of_redirect(status: u16, location: &str, base: &BaseUrl) -> Failure {
    let target = url::Url::parse(&base.at("/")).and_then(|url| url.join(location)).ok();
    let host = target.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
    if host.ends_with(".cloudflareaccess.com") {
        return Failure::internal(format!("Cloudflare Access asks for a login ({status})")).hint(
            "make a service token in Cloudflare, allow it for this application, and set \
             `ZEROBILL_HOME_ASSISTANT_CLOUDFLARE_CLIENT_ID` and `…_SECRET`",
        );
    }
    let to_tls = !base.has_tls() && target.as_ref().is_some_and(|url| url.scheme() == "https");
    if to_tls && host == base.host() {
        return Failure::internal(format!("the server leads from `http` to `https` ({status})")).hint(
            "let the URL begin with `https://`; a redirected command is not followed, since it would lose its content",
        );
    }
    Failure::internal(format!(
        "the server leads elsewhere ({status}), which is not followed: the token is for one host only"
    ))
    .hint("set the URL to where Home Assistant itself is; a login page in front must let this pass")
}

/// What it means that no answer came.
pub(crate) async fn of_error(error: &HttpError, base: &BaseUrl) -> Failure {
    match error {
        HttpError::Connect { problem, .. } => {
            let failure = Failure::unreachable(format!("no connection to Home Assistant: {problem}"));
            failure.hint(way_to(base, problem).await)
        }
        HttpError::Timeout { after, .. } => {
            let seconds = after.as_secs_f64();
            let failure = Failure::unreachable(format!("no connection to Home Assistant within {seconds:.1} s"));
            failure.hint(way_to(base, "timed out").await)
        }
        HttpError::Tls { problem, .. } => {
            Failure::unreachable(format!("no trusted connection to Home Assistant: {problem}")).hint(trust(problem))
        }
        HttpError::Lost { .. } | HttpError::BrokenBody { .. } => Failure::unreachable(error.to_string())
            .hint("Home Assistant or a proxy in front was restarted, or is overloaded"),
        HttpError::InvalidHeader { name, .. } if name == "authorization" => Failure::new(
            Kind::InvalidToken,
            "the token is not accepted",
            "the token has characters that no token has",
        )
        .hint("copy the token again, without line breaks"),
        HttpError::NotHttp { .. } => Failure::internal("what answers there is no web server")
            .hint("check the port of the URL, and whether it is `http` or `https`"),
        _ => Failure::internal(error.to_string()),
    }
}

/// What to change so that there is a way to `base`.
async fn way_to(base: &BaseUrl, problem: &str) -> String {
    let (host, port) = (base.host(), base.port());
    if base.is_only_at_home() {
        return format!(
            "`{host}` is known only at home; set the URL under which Home Assistant is reached from the internet"
        );
    }
    if base.is_ipv6() {
        return NO_IPV6.to_owned();
    }
    match addresses(base).await {
        Some(addresses) if addresses.is_empty() => {
            return format!("the name `{host}` has no address: check the URL, and that its DNS record is up to date");
        }
        Some(addresses) if addresses.iter().all(IpAddr::is_ipv6) => return NO_IPV6.to_owned(),
        Some(addresses) if addresses.iter().copied().all(is_private) => {
            return format!(
                "`{host}` leads to an address that is known only at home; make its DNS record the public one"
            );
        }
        _ => {}
    }
    if problem.contains("refused") {
        return format!(
            "nothing listens on port {port} there: check that Home Assistant runs, and the router's port forwarding"
        );
    }
    format!(
        "check that Home Assistant runs, that the address is current, and that router and firewall let port {port} through"
    )
}

const NO_IPV6: &str =
    "only an IPv6 address leads there, and Lambda has no way to those: give the name an IPv4 address, or use a tunnel";

/// The addresses of the server's name; none if that is not known in time.
pub(crate) async fn addresses(base: &BaseUrl) -> Option<Vec<IpAddr>> {
    let host = base.host().trim_matches(['[', ']']);
    let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((host, base.port()))).await;
    let found = found
        .ok()?
        .map(|addresses| addresses.map(|address| address.ip()).collect());
    Some(found.unwrap_or_default())
}

/// What to change so that the server is trusted.
fn trust(problem: &str) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|word| problem.contains(word));
    if is(&["self-signed"]) {
        "set `ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES` to that certificate, as PEM text or the path of a file"
    } else if is(&["without the chain"]) {
        "let the server send its chain too (Let's Encrypt's `fullchain.pem`, not `cert.pem`); if the authority is your own, set \
         `ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES` to it"
    } else if is(&["UnknownIssuer"]) {
        "a certificate of Let's Encrypt must be served with its chain (`fullchain.pem`, not `cert.pem`); for a self-signed one \
         set `ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES` to it, or to the authority that signed it"
    } else if is(&["not valid for name", "NotValidForName"]) {
        "the certificate is for another name: use the name in the certificate in the URL"
    } else if is(&["expired", "Expired"]) {
        "the certificate has expired: renew it, and restart what serves it"
    } else if is(&["CertificateRequired", "HandshakeFailure", "AccessDenied"]) {
        "the server asks for a client certificate: set `ZEROBILL_HOME_ASSISTANT_CLIENT_CERTIFICATE` and `…_PRIVATE_KEY`"
    } else if is(&["corrupt message", "InvalidContentType"]) {
        "what answers there speaks no TLS: let the URL begin with `http://`, or correct the port"
    } else {
        "check the certificate of the server"
    }
}
