//! The doctor: goes the way of a directive step by step, and says in words what is in order and what to change.

mod report;

use std::{net::IpAddr, time::Duration};

use serde_json::{Value, value::RawValue};
use zerobill::{Gateway, Invocation, config::Secret, environment::REGION, http_client::HttpResponse};

use self::report::Report;
use crate::{
    base_url::{BaseUrl, is_private},
    diagnosis, discovery,
    failure::Failure,
    settings::Settings,
    token::has_expired,
    upstream,
};

/// What Alexa asks to learn which devices there are.
const DISCOVERY: &str = r#"{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"doctor"},"payload":{"scope":{"type":"BearerToken"}}}}"#;

/// So long one request of the doctor may take; less if the invocation has less.
const PATIENCE: Duration = Duration::from_secs(5);

/// What Alexa waits, rounded up: a function that may take less cuts Home Assistant short.
const ENOUGH: Duration = Duration::from_secs(8);

/// The regions in which Alexa reaches functions, and the languages of the skills that each serves, as Amazon documents them.
const REGIONS: &[(&str, &str)] = &[
    (
        "us-east-1",
        "English (US, Canada), French (Canada), Spanish (US, Mexico) and Portuguese (Brazil)",
    ),
    (
        "eu-west-1",
        "English (UK, India), German, French (France), Italian, Spanish (Spain), Hindi, Arabic and Dutch",
    ),
    ("us-west-2", "English (Australia) and Japanese"),
];

/// Examines the deployment. The answer has `ok`, a `verdict`, and a `report` of sentences that name no host, address or secret.
pub(crate) async fn examine(gateway: &Gateway, settings: &Settings) -> Value {
    let mut report = Report::default();
    time(&mut report);
    region(&mut report, gateway);
    if let Some(base) = address(&mut report, settings) {
        report.hide(base);
        safety(&mut report, settings, base);
        if name(&mut report, base).await {
            home_assistant(&mut report, gateway, settings, base).await;
        }
    }
    report.into_json()
}

/// Whether the function has the time that Alexa has.
fn time(report: &mut Report) {
    let Some(left) = Invocation::current().and_then(|invocation| invocation.remaining()) else {
        return;
    };
    // A little of it has passed before this is asked.
    let seconds = left.as_secs_f64().round();
    if left < ENOUGH {
        let change = "set the function's timeout to 10 seconds";
        let what = format!(
            "the function may take {seconds} s and Alexa waits for 8: what takes longer is told to Alexa as unreachable"
        );
        report.notice("timeout", &what, Some(change));
    } else {
        report.good(
            "timeout",
            &format!("the function may take {seconds} s, more than Alexa waits"),
        );
    }
}

fn region(report: &mut Report, gateway: &Gateway) {
    let Some((_, region)) = gateway.environment().read(&REGION) else {
        return;
    };
    match REGIONS.iter().find(|(name, _)| *name == region) {
        Some((name, languages)) => report.good(
            "region",
            &format!("`{name}` serves skills in {languages}; a skill in another language finds no devices here"),
        ),
        None => report.wrong(
            "region",
            &format!("Alexa reaches no functions in `{region}`"),
            Some("make the function in `us-east-1`, `eu-west-1` or `us-west-2`, whichever serves the skill's language"),
        ),
    }
}

/// Where Home Assistant is, if that was said.
fn address<'a>(report: &mut Report, settings: &'a Settings) -> Option<&'a BaseUrl> {
    match &settings.base {
        Some(Ok(base)) => {
            report.good("address", &format!("Home Assistant is at `{}`", base.masked()));
            Some(base)
        }
        Some(Err(problem)) => {
            let what = format!("Home Assistant's URL cannot be used: {problem}");
            report.wrong(
                "address",
                &what,
                Some("correct `ZEROBILL_HOME_ASSISTANT_URL` (or `BASE_URL`)"),
            );
            None
        }
        None => {
            let change =
                "set `ZEROBILL_HOME_ASSISTANT_URL` (or `BASE_URL`) to its address, such as `https://home.example.org`";
            report.wrong("address", "it is not set where Home Assistant is", Some(change));
            None
        }
    }
}

/// What works, and should not stay so.
fn safety(report: &mut Report, settings: &Settings, base: &BaseUrl) {
    for warning in &settings.warnings {
        report.notice("settings", warning, None);
    }
    if !base.has_tls() {
        let what = "the URL begins with `http://`: whoever is in between can read the tokens";
        report.notice("safety", what, Some("use `https://`"));
    }
    if settings.token_fallback && settings.token.is_some() {
        let what = "requests without a token are sent with the configured one: whoever may invoke this function controls the home";
        report.notice("safety", what, Some("switch the fallback (`DEBUG`) off after the test"));
    }
}

/// Whether the name leads somewhere.
async fn name(report: &mut Report, base: &BaseUrl) -> bool {
    let Some(addresses) = diagnosis::addresses(base).await else {
        report.notice("name", "the name could not be looked up in time", None);
        return true;
    };
    if addresses.is_empty() {
        let change = "check the URL, and that the name's DNS record is up to date";
        report.wrong("name", "the name has no address", Some(change));
        return false;
    }
    if addresses.iter().copied().all(is_private) {
        let what = "the name leads to an address that only the network at home knows: AWS has no way there";
        report.notice(
            "name",
            what,
            Some("use the address under which Home Assistant is reached from the internet"),
        );
    } else if addresses.iter().all(IpAddr::is_ipv6) {
        let change = "give the name an IPv4 address, or use a tunnel";
        report.wrong(
            "name",
            "the name has IPv6 addresses only, and Lambda has no way to those",
            Some(change),
        );
    } else {
        report.good("name", "the name has an address that is reached from the internet");
    }
    true
}

/// Asks Home Assistant itself: for the devices where there is a token, else only whether it knows Alexa.
async fn home_assistant(report: &mut Report, gateway: &Gateway, settings: &Settings, base: &BaseUrl) {
    let token = settings.token.as_ref();
    let started = gateway.clock().age();
    let answer = ask(gateway, settings, ("POST", &base.at("/api/alexa/smart_home")), token).await;
    let took = gateway.clock().age().saturating_sub(started);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let failure = diagnosis::of_error(&error, base).await;
            return report.failure("connection", &failure);
        }
    };
    let way = if base.has_tls() {
        "the way is open, and the certificate is trusted"
    } else {
        "the way is open"
    };
    report.good(
        "connection",
        &format!("{way}; the first answer took {} ms", took.as_millis()),
    );
    match token {
        Some(token) => {
            if !devices(report, gateway, &answer, base, token) {
                return;
            }
            let started = gateway.clock().age();
            if ask(gateway, settings, ("GET", &base.at("/api/")), Some(token))
                .await
                .is_ok()
            {
                let took = gateway.clock().age().saturating_sub(started).as_millis();
                report.good("round trip", &format!("{took} ms there and back, once connected"));
            }
        }
        // It knows the address and asks who is there.
        None if answer.status() == 401 => {
            report.good(
                "Home Assistant",
                "it is there, it knows Alexa, and it asks for a token as it should",
            );
            let what = "no long-lived token is set, so the devices were not counted; Alexa brings a token of its own";
            report.notice("token", what, None);
        }
        None => report.failure("Home Assistant", &unexpected(&answer, base, false)),
    }
}

/// Whether the answer to a discovery lists devices.
fn devices(report: &mut Report, gateway: &Gateway, answer: &HttpResponse, base: &BaseUrl, token: &Secret) -> bool {
    let found = (answer.status() == 200)
        .then(|| {
            serde_json::from_slice::<&RawValue>(answer.bytes())
                .ok()
                .and_then(discovery::count)
        })
        .flatten();
    let Some(found) = found else {
        let expired = has_expired(token.expose(), gateway.clock().epoch_ms() / 1_000);
        report.failure("Home Assistant", &unexpected(answer, base, expired));
        return false;
    };
    let bytes = answer.bytes().len();
    report.good(
        "Home Assistant",
        &format!(
            "it takes the token, and offers Alexa {} devices in {bytes} bytes",
            found.endpoints
        ),
    );
    if found.endpoints == 0 {
        let change = "look at `filter:` below `alexa: smart_home:` in Home Assistant's configuration";
        report.notice("devices", "there is nothing for Alexa to find", Some(change));
    }
    if let Some(warning) = found.warning() {
        report.notice("devices", &warning, None);
    }
    true
}

fn unexpected(answer: &HttpResponse, base: &BaseUrl, expired: bool) -> Failure {
    if answer.status() != 200 {
        return diagnosis::of_status(answer, base, expired);
    }
    Failure::internal("what answers there is not Home Assistant: a login page, or a proxy in front")
        .hint("set the URL to where Home Assistant itself is; a login page in front must let this pass")
}

async fn ask(
    gateway: &Gateway,
    settings: &Settings,
    to: (&str, &str),
    token: Option<&Secret>,
) -> Result<HttpResponse, zerobill::http_client::HttpError> {
    let body = if to.0 == "POST" { DISCOVERY } else { "" };
    let request = upstream::request(gateway, settings, to, token).header("content-type", "application/json");
    request.body(body).timeout(PATIENCE).retries(0).send().await
}
