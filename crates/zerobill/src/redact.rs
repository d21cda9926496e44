//! Which names stand for secrets, and the one mask that replaces their values.

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
    WHOLE.iter().any(|word| letters == word.as_bytes())
        || AT_THE_END
            .iter()
            .any(|word| letters.ends_with(word.as_bytes()) && starts_a_word(name, word))
        || ANYWHERE
            .iter()
            .any(|word| letters.windows(word.len()).any(|window| window == word.as_bytes()))
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
}
