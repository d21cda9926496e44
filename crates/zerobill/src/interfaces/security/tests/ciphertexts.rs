//! Encryption: known answers, another implementation's ciphertexts, rotation, and everything that must not decrypt.

use std::collections::HashSet;

use base64_simd::STANDARD;
use proptest::prelude::*;
use serde_json::json;

use super::bench::{Bench, KEY_1, KEY_2, VECTORS};
use crate::security::{SecurityError, cipher::KeyRing};

fn with_keys(keys: &str) -> Bench {
    Bench::new([("security.encryption_secrets", keys.into())])
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let pair = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex");
    pairs.map(pair).collect()
}

/// Test cases 14 and 16 of the specification of GCM that NIST took over.
#[test]
fn the_specification_s_test_cases_come_out() {
    let case = |key: &str, nonce: &str, plaintext: &str, data: &str| {
        let bench = with_keys(&format!("k={}", STANDARD.encode_to_string(bytes(key))));
        let ring = KeyRing::new(bench.gateway.config()).expect("a key");
        let nonce = bytes(nonce).try_into().expect("12 bytes");
        ring.seal(nonce, &bytes(plaintext), &bytes(data)).expect("sealed")
    };
    assert_eq!(
        case(&"00".repeat(32), &"00".repeat(12), &"00".repeat(16), ""),
        bytes("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    );
    let sealed = case(
        &"feffe9928665731c6d6a8f9467308308".repeat(2),
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    );
    assert_eq!(
        sealed,
        bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        )
    );
}

#[test]
fn ciphertexts_of_another_implementation_decrypt() {
    let bench = with_keys(KEY_1);
    let all = VECTORS["ciphertexts"].as_array().expect("an array");
    assert_eq!(all.len(), 4);
    for one in all {
        let text = |index: usize| one[index].as_str().expect("a text");
        let plain = bench.security().decrypt(text(2), text(1)).expect("decrypts");
        assert_eq!(plain, text(0).as_bytes());
    }
}

#[test]
fn the_first_key_encrypts_and_every_key_decrypts() {
    let old = with_keys(KEY_1).security().encrypt("4711", "order").expect("encrypts");
    let both = with_keys(&format!("{KEY_2} {KEY_1}"));
    assert!(old.starts_with("zb1.k1."));
    assert_eq!(both.security().decrypt(&old, "order").expect("decrypts"), b"4711");
    let new = both.security().encrypt("4712", "order").expect("encrypts");
    assert!(new.starts_with("zb1.k2."), "{new}");
    let only_old = with_keys(KEY_1);
    assert!(matches!(
        only_old.security().decrypt(&new, "order"),
        Err(SecurityError::UnknownKey)
    ));
    // Rotated while running.
    only_old
        .gateway
        .config()
        .set("security.encryption_secrets", format!("{KEY_2} {KEY_1}"))
        .expect("taken");
    assert_eq!(only_old.security().decrypt(&new, "order").expect("decrypts"), b"4712");
}

#[test]
fn a_nonce_never_comes_twice() {
    let bench = with_keys(KEY_1);
    let nonces: HashSet<String> = (0..2_000)
        .map(|_| bench.security().encrypt("", "").expect("encrypts")[..23].to_owned())
        .collect();
    assert_eq!(nonces.len(), 2_000);
}

#[test]
fn a_ciphertext_that_is_flipped_anywhere_does_not_decrypt() {
    let bench = with_keys(&format!("{KEY_1} {KEY_2}"));
    let text = bench
        .security()
        .encrypt("a secret order of 4711", "order")
        .expect("encrypts");
    for at in 0..text.len() {
        for bit in 0..7 {
            let mut flipped = text.clone().into_bytes();
            flipped[at] ^= 1 << bit;
            let flipped = String::from_utf8(flipped).expect("ASCII");
            let result = bench.security().decrypt(&flipped, "order");
            assert!(result.is_err(), "byte {at}, bit {bit}: {flipped}");
        }
    }
}

#[test]
fn a_ciphertext_that_is_cut_does_not_decrypt() {
    let bench = with_keys(KEY_1);
    let text = bench
        .security()
        .encrypt("a secret order of 4711", "order")
        .expect("encrypts");
    for end in 0..text.len() {
        assert!(bench.security().decrypt(&text[..end], "order").is_err(), "{end}");
        assert!(bench.security().decrypt(&text[end + 1..], "order").is_err(), "{end}");
    }
    for wrong in [
        format!("{text}A"),
        format!("{text}="),
        format!("{text}.AAAA"),
        format!(" {text}"),
    ] {
        assert!(bench.security().decrypt(&wrong, "order").is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn another_key_and_other_associated_data_do_not_decrypt() {
    let other_key = with_keys(&KEY_2.replace("k2", "k1"));
    let bench = with_keys(KEY_1);
    let text = bench.security().encrypt("4711", "order").expect("encrypts");
    let wrong = [
        other_key.security().decrypt(&text, "order"),
        bench.security().decrypt(&text, "invoice"),
        bench.security().decrypt(&text, ""),
    ];
    for result in wrong {
        let error = crate::Error::from(result.expect_err("refused"));
        assert_eq!(error.code(), "invalid_ciphertext");
        assert_eq!(
            error.to_string(),
            "the ciphertext cannot be decrypted: it was changed, or belongs to another key or other associated data"
        );
    }
    let bytes = bench.security().encrypt([0xFF, 0xFE], "").expect("encrypts");
    assert_eq!(bench.security().decrypt(&bytes, "").expect("decrypts"), [0xFF, 0xFE]);
    let error = bench.call("decrypt", json!({ "ciphertext": bytes })).await;
    assert_eq!(error.expect_err("no text").code(), "invalid_parameter");
}

#[tokio::test]
async fn a_missing_key_is_said_at_first_use_with_its_setting() {
    let bench = Bench::new([]);
    let error = bench.call("encrypt", json!({ "text": "a" })).await.expect_err("no key");
    assert_eq!(
        (error.code(), error.to_string()),
        (
            "invalid_configuration",
            "there is no key to encrypt and decrypt with; set `security.encryption_secrets`".to_owned()
        )
    );
}

proptest! {
    #[test]
    fn what_is_encrypted_decrypts(
        plain in prop::collection::vec(any::<u8>(), 0..300),
        data in prop::collection::vec(any::<u8>(), 0..40),
        other in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let bench = with_keys(KEY_1);
        let text = bench.security().encrypt(&plain, &data).expect("encrypts");
        prop_assert_eq!(bench.security().decrypt(&text, &data).expect("decrypts"), plain);
        prop_assert_eq!(bench.security().decrypt(&text, &other).is_ok(), data == other);
    }

    #[test]
    fn no_text_decrypts_by_chance_or_panics(text in "(zb1\\.k1\\.)?[A-Za-z0-9_.=-]{0,80}|.{0,40}") {
        prop_assert!(with_keys(KEY_1).security().decrypt(&text, "").is_err());
    }
}
