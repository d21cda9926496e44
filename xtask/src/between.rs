//! Parts of the project's pages that commands write: what stands between two marks.

use anyhow::{Context, Result};

/// The text with this content between the marks `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
pub(crate) fn put(text: &str, name: &str, content: &str) -> Result<String> {
    let (before, _, after) = parts(text, name)?;
    Ok(format!("{before}{content}{after}"))
}

/// What stands between the marks of this name.
#[cfg(test)]
pub(crate) fn get<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    parts(text, name).map(|(_, content, _)| content)
}

fn parts<'a>(text: &'a str, name: &str) -> Result<(&'a str, &'a str, &'a str)> {
    let place = |mark: &str| {
        let mark = format!("<!-- {name}: {mark} -->");
        let start = text.find(&mark).with_context(|| format!("the page has no `{mark}`"))?;
        anyhow::Ok((start, start + mark.len()))
    };
    let ((_, start), (end, _)) = (place("begin")?, place("end")?);
    let content = text.get(start..end).context("the page's marks are not in order")?;
    Ok((&text[..start], content, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = "a <!-- other: begin -->1<!-- other: end -->\n<!-- mine: begin -->old<!-- mine: end --> b\n";
        let replaced = put(page, "mine", "new").unwrap();
        assert_eq!(replaced, page.replace("old", "new"));
        assert_eq!(get(&replaced, "mine").unwrap(), "new");
        assert_eq!(put(&replaced, "mine", "old").unwrap(), page);
    }

    #[test]
    fn a_page_without_the_marks_says_which() {
        let error = |page| put(page, "mine", "new").unwrap_err().to_string();
        assert_eq!(error(""), "the page has no `<!-- mine: begin -->`");
        assert_eq!(error("<!-- mine: begin -->"), "the page has no `<!-- mine: end -->`");
        assert_eq!(
            error("<!-- mine: end --><!-- mine: begin -->"),
            "the page's marks are not in order"
        );
    }
}
