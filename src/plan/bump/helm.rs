//! The versions in `Chart.yaml`.

use super::place::Place;

/// `version` at the top level, and `appVersion`, which may well be something else.
pub(super) fn read(text: &str) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    let mut at = 0;
    let mut begun = false;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.trim_start_matches('\u{feff}').trim_end();
        if begun && (bare == "---" || bare == "...") {
            break;
        }
        begun |= !bare.is_empty() && !bare.starts_with(['#', '%', '-']);
        for key in ["version", "appVersion"] {
            let Some((offset, says)) = value(line, key) else { continue };
            let place = Place::new(key, start + offset, says);
            found.push(Place { optional: key != "version", ..place });
        }
    }
    found
}

/// The value of a key at the very start of a line, and where in the line it is.
fn value<'a>(line: &'a str, key: &str) -> Option<(usize, &'a str)> {
    let rest = line.trim_start_matches('\u{feff}');
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let rest = quote.map_or(Some(rest), |quote| rest.strip_prefix(quote))?.strip_prefix(key)?;
    let rest = quote.map_or(Some(rest), |quote| rest.strip_prefix(quote))?;
    let rest = rest.trim_start_matches([' ', '\t']).strip_prefix(':')?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim_start();
    let says = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest.strip_prefix(quote)?.split_once(quote)?.0,
        '#' => return None,
        _ => rest.split(" #").next()?.split("\t#").next()?.trim_end(),
    };
    let rest_at = line.len() - rest.len();
    let quoted = usize::from(rest.starts_with(['"', '\'']));
    (!says.is_empty()).then_some((rest_at + quoted, says))
}
