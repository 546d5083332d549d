//! The plain and quoted values of a YAML file in block form. A value in another form is not found,
//! and then stays as it is.

use super::super::leaf::Leaf;

pub(super) fn read(text: &str) -> Vec<Leaf> {
    let mut found = Vec::new();
    // The keys that are open, each with its indentation.
    let mut open: Vec<(usize, String)> = Vec::new();
    // The indentation of a key whose value is a block of text.
    let mut block: Option<usize> = None;
    let (mut at, mut begun, mut items) = (0, false, 0);
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_start_matches('\u{feff}').trim_end();
        let start = start + raw.len() - raw.trim_start_matches('\u{feff}').len();
        let bare = line.trim_start_matches(' ');
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if begun && (line == "---" || line == "...") {
            break;
        }
        let mut indent = line.len() - bare.len();
        if block.is_some_and(|above| indent > above) {
            continue;
        }
        block = None;
        if line == "---" || line.starts_with('%') {
            continue;
        }
        begun = true;
        let mut rest = bare;
        while let Some(item) = rest.strip_prefix("- ") {
            // A list may begin where the key above it does.
            open.retain(|(above, key)| *above < indent || (*above == indent && !key.starts_with('#')));
            items += 1;
            open.push((indent, format!("#{items}")));
            let inner = item.trim_start_matches(' ');
            indent += rest.len() - inner.len();
            rest = inner;
        }
        let offset = line.len() - rest.len();
        let Some((key, value)) = pair(rest) else {
            if rest.len() < bare.len() {
                push(&mut found, &open, None, rest, start + offset);
            }
            continue;
        };
        open.retain(|(above, _)| *above < indent);
        let value_at = start + line.len() - value.len();
        if value.starts_with(['|', '>']) {
            block = Some(indent);
        } else if value.is_empty() || value.starts_with('#') {
            open.push((indent, key.to_owned()));
        } else {
            push(&mut found, &open, Some(key), value, value_at);
        }
    }
    found
}

fn push(found: &mut Vec<Leaf>, open: &[(usize, String)], key: Option<&str>, value: &str, at: usize) {
    let Some((says, quote)) = scalar(value) else { return };
    let keys = open.iter().map(|(_, key)| key.clone()).chain(key.map(str::to_owned));
    let start = at + quote;
    found.push(Leaf { key: keys.collect(), range: start..start + says.len(), says: says.to_owned() });
}

/// A key and the rest of its line.
fn pair(text: &str) -> Option<(&str, &str)> {
    let (key, rest) = match text.chars().next()? {
        quote @ ('"' | '\'') => text.strip_prefix(quote)?.split_once(quote)?,
        _ => {
            let end = text.match_indices(':').find(|(at, _)| {
                text.get(at + 1..).is_none_or(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
            })?;
            text.split_at_checked(end.0)?
        }
    };
    let rest = rest.trim_start().strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| (key.trim_end(), rest.trim_start()))
}

/// The value without quotes and comment, and how many bytes of quote come before it.
fn scalar(text: &str) -> Option<(&str, usize)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => Some((text.strip_prefix(quote)?.split_once(quote)?.0, 1)),
        '{' | '[' | '&' | '*' | '!' => None,
        _ => Some((text.split(" #").next()?.split("\t#").next()?.trim_end(), 0)),
    }
}
