//! Webhook signatures: documented examples, the replay window, and everything that must not fit.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::json;

use super::bench::{Bench, NOW};
use crate::security::{
    Scheme, SecurityError,
    signature::{key, read, sign},
};

const SECRET: &str = "zbsecret-signing-secret-of-the-tests";
const OLD_SECRET: &str = "zbsecret-old-secret-that-still-counts";
const SCHEMES: [Scheme; 5] = [
    Scheme::Github,
    Scheme::Stripe,
    Scheme::Slack,
    Scheme::Hmac,
    Scheme::TimedHmac,
];

fn bench() -> Bench {
    bench_with(&format!("{SECRET} {OLD_SECRET}"))
}

fn bench_with(secret: &str) -> Bench {
    let keys = ["github_secret", "stripe_secret", "slack_secret", "hmac_secret"];
    let bench = Bench::new([]);
    for name in keys {
        bench
            .gateway
            .config()
            .set(&format!("security.{name}"), secret)
            .expect("taken");
    }
    bench
}

#[test]
fn github_s_documented_example_fits() {
    let key = key(b"It's a Secret to Everybody");
    let header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(sign(Scheme::Github, &key, b"Hello, World!", NOW).signature, header);
    let claimed = read(Scheme::Github, header, None, NOW, 300).expect("reads");
    assert!(claimed.verify(Scheme::Github, &[key], b"Hello, World!").is_ok());
}

/// Test case 2 of RFC 4231.
#[test]
fn the_rfc_s_example_fits_in_every_writing() {
    let key = key(b"Jefe");
    let made = sign(Scheme::Hmac, &key, b"what do ya want for nothing?", NOW);
    let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!((made.signature.as_str(), made.timestamp), (hex, None));
    for written in [
        hex,
        &hex.to_uppercase(),
        &format!("sha256={hex}"),
        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM",
    ] {
        let claimed = read(Scheme::Hmac, written, None, NOW, 300).expect("reads");
        let keys = std::slice::from_ref(&key);
        assert!(
            claimed
                .verify(Scheme::Hmac, keys, b"what do ya want for nothing?")
                .is_ok(),
            "{written}"
        );
        assert!(
            claimed
                .verify(Scheme::Hmac, keys, b"what do you want for nothing?")
                .is_err(),
            "{written}"
        );
    }
}

/// The example of Slack's page on verifying requests.
#[test]
fn slack_s_documented_example_fits() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let key = key(b"8f742231b10e8888abcd99yyyzzz85a5");
    let made = sign(Scheme::Slack, &key, body.as_bytes(), 1_531_420_618);
    assert_eq!(
        made.signature,
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    );
    assert_eq!(made.timestamp, Some(1_531_420_618));
}

#[test]
fn every_scheme_signs_and_verifies_its_own_form() {
    let bench = bench();
    for scheme in SCHEMES {
        let made = bench.security().sign(scheme, "{}").expect("signs");
        let timestamp = made.timestamp.map(|seconds| seconds.to_string());
        let verify = |payload: &str, signature: &str| {
            let security = bench.security();
            security.verify_signature(scheme, payload, signature, timestamp.as_deref())
        };
        assert!(verify("{}", &made.signature).is_ok(), "{scheme:?}");
        assert!(
            matches!(verify("{} ", &made.signature), Err(SecurityError::WrongSignature)),
            "{scheme:?}"
        );
        // A digit of the signature is changed.
        let last = if made.signature.ends_with('0') { "1" } else { "0" };
        let changed = format!("{}{last}", &made.signature[..made.signature.len() - 1]);
        assert!(
            matches!(verify("{}", &changed), Err(SecurityError::WrongSignature)),
            "{scheme:?}"
        );
        let old = bench_with(OLD_SECRET).security().sign(scheme, "{}").expect("signs");
        assert!(
            verify("{}", &old.signature).is_ok(),
            "{scheme:?}: the secret before still counts"
        );
        let strange = bench_with("zbsecret-of-somebody-else-altogether");
        let strange = strange.security().sign(scheme, "{}").expect("signs");
        assert!(
            matches!(verify("{}", &strange.signature), Err(SecurityError::WrongSignature)),
            "{scheme:?}"
        );
    }
}

#[test]
fn a_signature_of_one_scheme_does_not_fit_another() {
    let bench = bench();
    for made_as in SCHEMES {
        let made = bench.security().sign(made_as, "{}").expect("signs");
        let now = NOW.to_string();
        for read_as in SCHEMES.into_iter().filter(|scheme| *scheme != made_as) {
            let result = bench
                .security()
                .verify_signature(read_as, "{}", &made.signature, Some(&now));
            let same_bytes = [made_as, read_as]
                .iter()
                .all(|scheme| matches!(scheme, Scheme::Github | Scheme::Hmac));
            // `Hmac` reads GitHub's prefix; the other way round the prefix is missing.
            assert_eq!(
                result.is_ok(),
                same_bytes && read_as == Scheme::Hmac,
                "{made_as:?} as {read_as:?}"
            );
        }
    }
}

#[test]
fn a_signature_is_good_within_the_window_and_not_a_second_longer() {
    let bench = bench();
    bench
        .gateway
        .config()
        .set("security.replay_window_seconds", 300)
        .expect("taken");
    for scheme in [Scheme::Stripe, Scheme::Slack, Scheme::TimedHmac] {
        let made = bench.security().sign(scheme, "{}").expect("signs");
        let timestamp = made.timestamp.map(|seconds| seconds.to_string());
        let verify_at = |seconds: u64| {
            bench.hand.set(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
            let security = bench.security();
            security.verify_signature(scheme, "{}", &made.signature, timestamp.as_deref())
        };
        for seconds in [NOW - 300, NOW, NOW + 300] {
            assert!(verify_at(seconds).is_ok(), "{scheme:?} at {seconds}");
        }
        for seconds in [NOW - 301, NOW + 301, 0] {
            let result = verify_at(seconds);
            assert!(
                matches!(result, Err(SecurityError::Replayed { window_seconds: 300 })),
                "{scheme:?} at {seconds}"
            );
        }
        bench.hand.set(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
    }
}

#[test]
fn another_time_beside_the_signature_does_not_fit() {
    let bench = bench();
    for scheme in [Scheme::Slack, Scheme::TimedHmac] {
        let made = bench.security().sign(scheme, "{}").expect("signs");
        let verify = |timestamp| {
            bench
                .security()
                .verify_signature(scheme, "{}", &made.signature, timestamp)
        };
        let later = (NOW + 1).to_string();
        assert!(matches!(verify(Some(&later)), Err(SecurityError::WrongSignature)));
        assert!(matches!(verify(None), Err(SecurityError::MissingTimestamp(_))));
        for none in [
            "",
            "+1800000000",
            "-1",
            "1800000000.0",
            "now",
            "99999999999999999999999",
        ] {
            assert!(
                matches!(verify(Some(none)), Err(SecurityError::MissingTimestamp(_))),
                "{none}"
            );
        }
    }
    let stripe = bench.security().sign(Scheme::Stripe, "{}").expect("signs").signature;
    let later = stripe.replace(&NOW.to_string(), &(NOW + 1).to_string());
    let result = bench.security().verify_signature(Scheme::Stripe, "{}", &later, None);
    assert!(matches!(result, Err(SecurityError::WrongSignature)));
}

#[test]
fn stripe_s_header_may_hold_several_signatures_and_other_versions() {
    let bench = bench();
    let made = bench.security().sign(Scheme::Stripe, "{}").expect("signs").signature;
    let (time, right) = made.split_once(",v1=").expect("its form");
    let wrong = "0".repeat(64);
    let verify = |header: &str| bench.security().verify_signature(Scheme::Stripe, "{}", header, None);
    assert!(verify(&format!("{time},v1={wrong},v1={right},v0={wrong}")).is_ok());
    assert!(verify(&format!("v1={right}, {time}")).is_ok());
    assert!(matches!(
        verify(&format!("{time},v0={right}")),
        Err(SecurityError::MalformedSignature(_))
    ));
    assert!(matches!(
        verify(&format!("v1={right}")),
        Err(SecurityError::MissingTimestamp(_))
    ));
    let many = format!("{time},v1={right}{}", format!(",v1={wrong}").repeat(10_000));
    assert!(matches!(verify(&many), Err(SecurityError::MalformedSignature(_))));
}

#[tokio::test]
async fn what_is_no_signature_is_refused_and_a_missing_key_named() {
    let bench = bench();
    for scheme in SCHEMES {
        for none in [
            "",
            "sha256=",
            "v0=",
            "t=1,v1=",
            "sha256=zz",
            "💥",
            &"f".repeat(63),
            &"g".repeat(64),
            &"ä".repeat(32),
        ] {
            let result = bench
                .security()
                .verify_signature(scheme, "{}", none, Some("1800000000"));
            assert!(
                matches!(result, Err(SecurityError::MalformedSignature(_))),
                "{scheme:?}: {none}"
            );
        }
    }
    let bare = Bench::new([]);
    let error = bare
        .call("sign", json!({ "scheme": "slack", "payload": "" }))
        .await
        .expect_err("no key");
    assert_eq!(
        error.to_string(),
        "there is no key to sign and verify with; set `security.slack_secret`"
    );
    let error = bench
        .call("sign", json!({ "scheme": "gitlab", "payload": "" }))
        .await
        .expect_err("no scheme");
    assert_eq!(error.code(), "invalid_parameter");
    let verify = json!({ "scheme": "github", "payload": "{}", "signature": format!("sha256={}", "0".repeat(64)) });
    assert_eq!(
        bench.call("verify_signature", verify).await.expect_err("wrong").code(),
        "invalid_signature"
    );
}

proptest! {
    #[test]
    fn no_header_fits_by_chance_or_panics(header in "(sha256=|v0=|t=1800000000,v1=)?[0-9a-f]{60,66}|.{0,60}", time in ".{0,12}") {
        let bench = bench();
        for scheme in SCHEMES {
            let result = bench.security().verify_signature(scheme, "{}", &header, Some(&time));
            prop_assert!(result.is_err());
        }
    }
}
