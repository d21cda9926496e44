//! Secrets in text that is not known to be anything: a message, a URL, a dump of headers.

use std::ops::Range;

use super::{MASK, is_secret, password};

/// `text` with everything masked that is a secret by its name (`token=…`) or by its shape (JSON Web Tokens, AWS access keys,
/// long words of letters and digits).
///
/// ```
/// use zerobill::redact::sanitize;
/// assert_eq!(sanitize("401 for Bearer abc, password: hunter2"), "401 for Bearer ***, password: ***");
/// ```
pub fn sanitize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = &rest[..rest.find(is_gap).unwrap_or(rest.len())];
        out.push_str(if looks_secret(word) { MASK } else { word });
        rest = &rest[word.len()..];
        let gap = &rest[..rest.find(|c| !is_gap(c)).unwrap_or(rest.len())];
        let end = if let Some(secret) = announced(word, gap, rest) {
            out.push_str(&rest[..secret.start]);
            out.push_str(MASK);
            secret.end
        } else {
            out.push_str(gap);
            gap.len()
        };
        rest = &rest[end..];
    }
    out
}

/// So many characters are searched for the end of a password with slashes in it.
const LONGEST_LOGIN: usize = 256;

/// Where the secret stands in `rest`, which begins with `gap`, if the word before it says that there is one.
fn announced(word: &str, gap: &str, rest: &str) -> Option<Range<usize>> {
    if let Some(separator) = gap.find(['=', ':']) {
        if is_secret(word) {
            return named(word, separator + 1, rest);
        }
        if let Some(scheme) = gap.find("://") {
            return in_url(rest, scheme + "://".len());
        }
    }
    (is_scheme(word) && gap.len() < rest.len()).then(|| gap.len()..unquoted(rest, gap.len(), ends_value))
}

/// Where the password stands in the URL whose host, or user, begins at `start`; with the user, if that looks secret, too.
fn in_url(rest: &str, start: usize) -> Option<Range<usize>> {
    let authority = authority(&rest[start..]);
    let secret = password(authority)?;
    let user = authority[..secret.start].trim_end_matches(':');
    let from = if looks_secret(user) { 0 } else { secret.start };
    Some(start + from..start + secret.end)
}

/// What is before the path of a URL. A password that was not escaped may have slashes in it, a port has digits alone.
fn authority(rest: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>');
    let end = rest.find(|c| ends(c) || matches!(c, '/' | '?' | '#'));
    let strict = &rest[..end.unwrap_or(rest.len())];
    let is_port = |(_, port): (&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    if strict.contains(['@', '[']) || strict.split_once(':').is_none_or(is_port) {
        return strict;
    }
    let wide: usize = rest
        .chars()
        .take(LONGEST_LOGIN)
        .take_while(|c| !ends(*c))
        .map(char::len_utf8)
        .sum();
    &rest[..wide]
}

/// Where the value of the secret called `name` stands, which begins after its separator.
fn named(name: &str, separator: usize, rest: &str) -> Option<Range<usize>> {
    let lead = |c: char| c.is_whitespace() || matches!(c, '=' | ':' | '>' | '(' | '[' | '{');
    let opening = skip(rest, separator, lead);
    let quote = skip(rest, opening, |c| c == '\\');
    let (start, end) = match rest[quote..].chars().next().filter(|c| is_quote(*c)) {
        Some(c) => (quote + 1, quoted(rest, quote + 1, c, quote - opening)),
        None if takes_the_line(name) => (opening, unquoted(rest, opening, |c| c == '\n' || is_quote(c))),
        None => (opening, unquoted(rest, opening, ends_value)),
    };
    let value = &rest[start..end];
    // The scheme is no secret; it says itself that one follows.
    let first = &rest[start..skip(rest, start, |c| c.is_ascii_alphabetic())];
    let is_announced_again = is_scheme(first) && rest[start + first.len()..].starts_with(' ');
    (!value.is_empty() && !is_announced_again).then_some(start..end)
}

/// Where the text between quotes ends that begins at `start`. As many backslashes stand before its quotes as `depth` says, and
/// more before those within it.
fn quoted(text: &str, start: usize, quote: char, depth: usize) -> usize {
    let mut backslashes = 0;
    for (at, c) in text[start..].char_indices() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        if c == quote && (backslashes < depth || (backslashes - depth).is_multiple_of(2 * depth + 2)) {
            return start + at - backslashes.min(depth);
        }
        backslashes = 0;
    }
    text.len()
}

/// Where the value ends that begins at `start`: at a character that `ends` it, but not within quotes that open in it.
fn unquoted(text: &str, start: usize, ends: impl Fn(char) -> bool) -> usize {
    let (mut at, mut last) = (start, ' ');
    while let Some(c) = text[at..].chars().next() {
        let opens = is_quote(c) && matches!(last, '=' | '(');
        if ends(c) && !opens {
            break;
        }
        at += c.len_utf8();
        if opens {
            at = quoted(text, at, c, 0);
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
        last = c;
    }
    at
}

/// The place in `text` from `start` on where `skipped` does not hold any more.
fn skip(text: &str, start: usize, skipped: impl Fn(char) -> bool) -> usize {
    let rest = text[start..].trim_start_matches(skipped);
    text.len() - rest.len()
}

fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

/// Whether the name is that of a header whose value goes on to the end of the line.
fn takes_the_line(name: &str) -> bool {
    ["authorization", "cookie"].iter().any(|header| {
        let start = name.len().checked_sub(header.len());
        let end = start.and_then(|start| name.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(header))
    })
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// What cannot be part of a value that is not in quotes.
fn ends_value(c: char) -> bool {
    c.is_whitespace() || is_quote(c) || matches!(c, '&' | ';' | ',' | ')' | ']' | '}')
}

/// What separates words: everything that cannot be part of a token.
fn is_gap(c: char) -> bool {
    !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '~'))
}

/// Words of this length with letters and digits are more likely a key than a name.
const LONG_WORD: usize = 24;

fn looks_secret(word: &str) -> bool {
    let (letters, digits) = (
        word.bytes().filter(u8::is_ascii_alphabetic).count(),
        word.bytes().filter(u8::is_ascii_digit).count(),
    );
    let access_key = word.len() == 20 && (word.starts_with("AKIA") || word.starts_with("ASIA"));
    let web_token = word.starts_with("eyJ") && word.matches('.').count() >= 1 && word.len() >= LONG_WORD;
    let long = word.len() >= LONG_WORD && letters >= 6 && digits >= 4 && !word.contains('.') && !is_uuid(word);
    access_key || web_token || long
}

/// Request ids are no secret, and logs are useless without them.
fn is_uuid(word: &str) -> bool {
    word.len() == 36
        && word.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_text_are_masked_by_name_and_by_shape() {
        for (text, safe) in [
            ("Authorization: Bearer zbsecret-header", "Authorization: Bearer ***"),
            (
                "https://host/x?token=zbsecret-query&page=2",
                "https://host/x?token=***&page=2",
            ),
            (
                r#"{"password":"zbsecret-json","user":"ann"}"#,
                r#"{"password":"***","user":"ann"}"#,
            ),
            ("key AKIAIOSFODNN7EXAMPLE used", "key *** used"),
            (
                "bad eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here",
                "bad *** here",
            ),
            ("digest 9f86d081884c7d659a2feaa0c55ad015", "digest ***"),
            (
                "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY next",
                "aws_secret_access_key=*** next",
            ),
            ("password=p@ss/word!x&page=2", "password=***&page=2"),
            ("password=$p@ss, user=ann", "password=***, user=ann"),
            ("password: Some(\"zb secret\") }", "password: ***) }"),
            (
                r#"{"password":"correct horse battery","user":"ann"}"#,
                r#"{"password":"***","user":"ann"}"#,
            ),
            (
                r#"{"password":"a\"b c\\","user":"ann"}"#,
                r#"{"password":"***","user":"ann"}"#,
            ),
            (
                r#"{"body":"{\"password\":\"a b\\\"c d\",\"user\":\"ann\"}"}"#,
                r#"{"body":"{\"password\":\"***\",\"user\":\"ann\"}"}"#,
            ),
            (r#"{"password":"","user":"ann"}"#, r#"{"password":"","user":"ann"}"#),
            (r#"{"password":"never closed"#, r#"{"password":"***"#),
            ("postgres://ann:hunter2@db/shop", "postgres://ann:***@db/shop"),
            (
                "cannot open redis://:p@ss@db:1/0?x=a@b",
                "cannot open redis://:***@db:1/0?x=a@b",
            ),
            (
                "https://zbtoken@host/ and https://host/a@b:c",
                "https://***@host/ and https://host/a@b:c",
            ),
            (
                "Authorization: Token abc def\nHost: shop",
                "Authorization: ***\nHost: shop",
            ),
            (
                "curl -H 'Authorization: Token abc' https://shop",
                "curl -H 'Authorization: ***' https://shop",
            ),
            (
                r#"Proxy-Authorization: Digest username="ann", response="a b""#,
                "Proxy-Authorization: ***",
            ),
            (
                r#"{"authorization":["Token abc"],"a":1}"#,
                r#"{"authorization":["***"],"a":1}"#,
            ),
            ("Cookie: a=1; session=2\nHost: shop", "Cookie: ***\nHost: shop"),
            ("Authorization: Basic YW5uOmh1/bnRlcjI=", "Authorization: Basic ***"),
        ] {
            assert_eq!(sanitize(text), safe);
        }
    }

    #[test]
    fn plain_text_is_left_alone() {
        for text in [
            "",
            "index out of bounds: the len is 3 but the index is 7",
            "request 8476a536-e9f4-11e8-9739-2dfe598c3fcd failed after 3.00 s",
            "cannot read /var/task/zerobill.toml: No such file or directory (os error 2)",
            "Tür 7: größer als 5 °C",
        ] {
            assert_eq!(sanitize(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_sanitized(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..20)) {
            let safe = sanitize(&pieces.concat());
            proptest::prop_assert!(safe.len() <= 4 * pieces.concat().len());
        }
    }

    const PIECES: &[&str] = &[
        "token",
        "Authorization",
        "Bearer",
        "ü",
        "://",
        "=",
        ":",
        " ",
        "\"",
        "'",
        "\\",
        "(",
        "@",
        "a",
        ",",
        "\n",
    ];
}
