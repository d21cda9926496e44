//! The right name for a wrong one.

/// How like a name must be to the wrong one, from 0 to 1, to be what was meant.
const LIKE: f64 = 0.7;

/// The one of `names` most like `wrong`, unless even that is nothing like it.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(name, wrong), name))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, nearest)| nearest)
}

/// `, did you mean …` for the nearest of `names`, if one is near.
pub(crate) fn suggestion<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, names).map_or_else(String::new, |nearest| format!(", did you mean `{nearest}`"))
}
