//! Which names stand for secrets, what secrets look like in text, and the one mask that replaces them.

use std::ops::Range;

mod text;

pub use text::sanitize;

/// What is printed instead of a secret.
pub const MASK: &str = "***";

/// Words that make any name a secret's, wherever they stand in it.
const ANYWHERE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "credential",
    "privatekey",
    "apikey",
];

/// Words that make a name a secret's when it ends in them (`access_token`, but not `tokens_used`).
const AT_THE_END: &[&str] = &[
    "token",
    "authorization",
    "cookie",
    "cookies",
    "accesskey",
    "signature",
    "pin",
    "jwt",
];

/// Words that only the whole name may be.
const WHOLE: &[&str] = &["auth", "bearer", "pwd", "cvv", "ssn"];

/// Whether a value under `name` must not be shown. Case, `-`, `_`, `.` and spaces in the name do not count.
///
/// ```
/// use zerobill::redact::is_secret;
/// assert!(is_secret("Authorization") && is_secret("x-api-key") && is_secret("clientSecret"));
/// assert!(!is_secret("tokens_used") && !is_secret("shopping"));
/// ```
pub fn is_secret(name: &str) -> bool {
    // Long names are not worth a heap allocation: a secret's name is short, and the end decides most.
    let mut letters = [0_u8; 64];
    let mut length = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        if length == letters.len() {
            letters.copy_within(1.., 0);
            length -= 1;
        }
        letters[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    let letters = &letters[..length];
    // Every name of every log line comes by here: one letter tells most words apart.
    let ends_in = |word: &[u8]| letters.last() == word.last() && letters.ends_with(word);
    let has = |word: &[u8]| {
        let mut windows = letters.windows(word.len());
        windows.any(|window| window[0] == word[0] && window == word)
    };
    WHOLE.iter().any(|word| letters == word.as_bytes())
        || AT_THE_END
            .iter()
            .any(|word| ends_in(word.as_bytes()) && starts_a_word(name, word))
        || ANYWHERE.iter().any(|word| has(word.as_bytes()))
}

/// Whether the last word of `name` is not merely the tail of a longer one, as `pin` is in `shopping_pin` and not in `spin`.
fn starts_a_word(name: &str, word: &str) -> bool {
    if word.len() > 4 {
        return true;
    }
    let bytes: Vec<(usize, u8)> = name
        .bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_alphanumeric())
        .collect();
    let Some(at) = bytes.len().checked_sub(word.len()) else {
        return false;
    };
    let (position, first) = bytes[at];
    at == 0 || first.is_ascii_uppercase() || bytes[at - 1].0 + 1 != position
}

/// `text` with the password of a URL in it masked: `http://user:***@host`.
pub(crate) fn without_password(text: String) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text;
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    match password(authority) {
        Some(Range { start, end }) => format!("{scheme}://{}{MASK}{}", &rest[..start], &rest[end..]),
        None => text,
    }
}

/// Where the password stands in the `user:password@host` of a URL; where there is no colon the user may be a token.
fn password(authority: &str) -> Option<Range<usize>> {
    let end = authority.rfind('@')?;
    let start = authority[..end].find(':').map_or(0, |colon| colon + 1);
    (start < end).then_some(start..end)
}

/// Takes the value out of what serde says of it: ``invalid type: string "…", expected u8``, ``unknown variant `…`, expected `a` ``.
pub(crate) fn without_value(reason: &str) -> String {
    const QUOTING: [&str; 3] = ["invalid type: ", "invalid value: ", "unknown variant "];
    if !QUOTING.iter().any(|start| reason.starts_with(start)) {
        return reason.to_owned();
    }
    match (reason.find(['"', '`']), reason.rfind(", expected ")) {
        (Some(value), Some(expected)) if value < expected => {
            format!("{}{}", reason[..value].trim_end(), &reason[expected..])
        }
        _ => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_however_they_are_written() {
        for name in [
            "password",
            "PASSWORD",
            "db.password",
            "token",
            "access_token",
            "accessToken",
            "Authorization",
            "x-api-key",
            "apiKey",
            "client-secret",
            "aws_secret_access_key",
            "Set-Cookie",
            "cookies",
            "private_key",
            "x_signature",
            "pin",
            "userPin",
            "user_pin",
            "jwt",
            "apiAccessToken",
            "AWS_SESSION_TOKEN",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "",
            "tokens_used",
            "token_count",
            "author",
            "spin",
            "shopping",
            "keyboard",
            "message",
            "level",
            "ключ",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_long_name_is_judged_by_its_end() {
        assert!(is_secret(&format!("{}_token", "a".repeat(500))));
        assert!(!is_secret(&"a".repeat(500)));
    }
    #[test]
    fn the_password_of_a_url_is_masked() {
        for (text, safe) in [
            ("http://ann:zbsecret@proxy:3128", "http://ann:***@proxy:3128"),
            (
                "postgres://ann:zb@secret@db/shop?x=a@b",
                "postgres://ann:***@db/shop?x=a@b",
            ),
            ("https://zbsecret-token@host/", "https://***@host/"),
            ("https://host/a@b:c", "https://host/a@b:c"),
            ("ann@host", "ann@host"),
        ] {
            assert_eq!(without_password(text.to_owned()), safe);
        }
    }

    #[test]
    fn what_serde_says_loses_the_value_and_keeps_the_rest() {
        for (reason, expected) in [
            (
                r#"invalid type: string "a, expected b", expected u8 at line 1 column 9"#,
                "invalid type: string, expected u8 at line 1 column 9",
            ),
            (
                "invalid type: integer `5`, expected a string",
                "invalid type: integer, expected a string",
            ),
            (
                "unknown variant `x`, expected `a` or `b`",
                "unknown variant, expected `a` or `b`",
            ),
            (
                "invalid type: map, expected `a` or `b`",
                "invalid type: map, expected `a` or `b`",
            ),
            (
                "missing field `method` at line 1 column 80",
                "missing field `method` at line 1 column 80",
            ),
        ] {
            assert_eq!(without_value(reason), expected);
        }
    }
}
