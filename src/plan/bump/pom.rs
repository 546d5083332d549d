//! The version in `pom.xml`.

use super::place::{Found, Place};

const WRONG: &str = "is no well-formed XML";

/// The project's own version, or the `revision` property where the version is `${revision}`.
pub(super) fn read(text: &str) -> Found {
    let version = texts(text, &["project", "version"])?;
    let revision = match version.as_slice() {
        [(_, "${revision}")] => texts(text, &["project", "properties", "revision"])?,
        _ => Vec::new(),
    };
    match (version.as_slice(), revision.as_slice()) {
        (_, [(start, says)]) => Ok(vec![Place::new("revision", *start, says)]),
        ([(start, says)], _) => Ok(vec![Place::new("version", *start, says)]),
        _ => Ok(Vec::new()),
    }
}

/// Every text in the elements at a path, trimmed, with where it starts.
fn texts<'a>(text: &'a str, path: &[&str]) -> Result<Vec<(usize, &'a str)>, &'static str> {
    let mut found = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('<')) {
        let (words, tag) = text.get(at..).and_then(|rest| rest.split_at_checked(next)).ok_or(WRONG)?;
        if open == path && !words.trim().is_empty() {
            found.push((at + words.len() - words.trim_start().len(), words.trim()));
        }
        let length = markup(tag).ok_or(WRONG)?;
        let whole = tag.get(..length).ok_or(WRONG)?;
        if let Some(name) = whole.strip_prefix("</") {
            if open.pop() != Some(name.trim_end_matches('>').trim_end()) {
                return Err(WRONG);
            }
        } else if !whole.starts_with("<!") && !whole.starts_with("<?") && !whole.ends_with("/>") {
            let name = |c: char| c.is_whitespace() || c == '>';
            open.push(whole.trim_start_matches('<').split(name).next().unwrap_or_default());
        }
        at += next + length;
    }
    if open.is_empty() { Ok(found) } else { Err(WRONG) }
}

/// The length of the tag, comment or declaration a text begins with.
fn markup(text: &str) -> Option<usize> {
    let until = |end: &str| text.find(end).map(|at| at + end.len());
    if text.starts_with("<!--") {
        return text.get(4..)?.find("-->").map(|at| at + 7);
    }
    if text.starts_with("<![CDATA[") {
        return until("]]>");
    }
    if text.starts_with("<?") {
        return until("?>");
    }
    if text.starts_with("<!") {
        let (end, subset) = (until(">")?, text.find('['));
        return if subset.is_some_and(|at| at < end) { until("]>") } else { Some(end) };
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}
