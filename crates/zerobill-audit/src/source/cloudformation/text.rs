//! The texts of `Fn::Sub`.

/// What stands in a text for what is not known.
pub(super) const UNKNOWN: &str = "${?}";

/// Fills in the names between `${` and `}`. A name without a value stays what it is not: unknown. `${!Name}` is literal.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("${") {
        filled.push_str(&rest[..start]);
        rest = &rest[start + 2..];
        let Some(end) = rest.find('}') else {
            filled.push_str("${");
            break;
        };
        let name = rest[..end].trim();
        rest = &rest[end + 1..];
        match name.strip_prefix('!') {
            Some(literal) => {
                filled.push('{');
                filled.push_str(literal);
                filled.push('}');
            }
            None => filled.push_str(&value(name).unwrap_or_else(|| UNKNOWN.to_owned())),
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn names_are_filled_in_and_what_is_not_known_is_said() {
        let value = |name: &str| (name == "A").then(|| "one".to_owned());
        assert_eq!(fill("x/${A}/${ A }/${B}", value), "x/one/one/${?}");
        assert_eq!(fill("${!Literal} ${A", value), "{Literal} ${A");
        assert_eq!(fill("", value), "");
    }
}
