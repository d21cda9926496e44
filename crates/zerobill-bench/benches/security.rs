//! Tokens and encryption beside the cryptography they are built on.
#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::{
    hint::black_box,
    time::{Duration, SystemTime},
};

use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::Value;
use zerobill::{Clock, Gateway, security::Scheme};

/// Keys and tokens of the library's own tests.
const VECTORS: &str = include_str!("../../zerobill/src/interfaces/security/tests/vectors.json");

const PLAIN: [u8; 1_024] = [7; 1_024];

fn vectors() -> Value {
    serde_json::from_str(VECTORS).expect("the vectors are JSON")
}

fn gateway() -> Gateway {
    let vectors = vectors();
    let public = |name: &str| vectors["public"][name].as_str().expect("a key").to_owned();
    // The time that the tokens were made for.
    let (clock, _) = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    Gateway::builder()
        .clock(clock)
        .setting("security.token_algorithms", "HS256,RS256,ES256,EdDSA")
        .setting("security.token_secret", vectors["secret"].as_str().expect("a secret"))
        .setting(
            "security.token_public_keys",
            public("rsa") + &public("p256") + &public("ed25519"),
        )
        .setting("security.token_audiences", "shop")
        .setting(
            "security.encryption_secrets",
            "k1=emJzZWNyZXQtYWVzLWtleS1vZi10aGUtdGVzdHMtMDE=",
        )
        .setting("security.github_secret", "zbsecret-github-secret-of-the-bench")
        .build()
        .expect("the settings are valid")
}

fn tokens(criterion: &mut Criterion) {
    let (gateway, vectors) = (gateway(), vectors());
    let mut group = criterion.benchmark_group("security.validate_token");
    for algorithm in ["HS256", "RS256", "ES256", "EdDSA"] {
        let token = vectors["tokens"][algorithm].as_str().expect("a token");
        let validate = || {
            let validation = gateway.security().validate_token(black_box(token));
            validation
                .now_or_never()
                .expect("no key is fetched")
                .expect("it is accepted")
        };
        group.bench_function(algorithm, |bencher| bencher.iter(validate));
    }
    group.finish();
}

fn encryption(criterion: &mut Criterion) {
    let gateway = gateway();
    let mut group = criterion.benchmark_group("security.encrypt of 1 KB");
    let key = UnboundKey::new(&AES_256_GCM, b"zbsecret-aes-key-of-the-tests-01").expect("32 bytes");
    let key = LessSafeKey::new(key);
    group.bench_function("seal with the nonce given", |bencher| {
        bencher.iter(|| {
            let mut sealed = Vec::with_capacity(PLAIN.len() + AES_256_GCM.tag_len());
            sealed.extend_from_slice(black_box(&PLAIN));
            let nonce = Nonce::assume_unique_for_key(black_box([1; 12]));
            key.seal_in_place_append_tag(nonce, Aad::from(b"order"), &mut sealed)
                .expect("it is sealed");
            sealed
        });
    });
    group.bench_function("encrypt", |bencher| {
        bencher.iter(|| {
            gateway
                .security()
                .encrypt(black_box(PLAIN), "order")
                .expect("it is encrypted")
        });
    });
    let text = gateway.security().encrypt(PLAIN, "order").expect("it is encrypted");
    group.bench_function("decrypt", |bencher| {
        bencher.iter(|| {
            gateway
                .security()
                .decrypt(black_box(&text), "order")
                .expect("it is decrypted")
        });
    });
    group.finish();
}

fn signatures(criterion: &mut Criterion) {
    let gateway = gateway();
    let made = gateway.security().sign(Scheme::Github, PLAIN).expect("it is signed");
    criterion.bench_function("security.verify_signature of 1 KB", |bencher| {
        let security = gateway.security();
        bencher.iter(|| security.verify_signature(Scheme::Github, black_box(PLAIN), &made.signature, None));
    });
}

criterion_group!(benches, tokens, encryption, signatures);
criterion_main!(benches);
