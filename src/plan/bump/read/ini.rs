//! The values of an INI or properties file.

use super::super::leaf::Leaf;

/// `key = value` and `key: value`, below `[section]` where there are sections. A line that begins
/// with white space continues the value above it, as an item of its own.
pub(super) fn read(text: &str) -> Vec<Leaf> {
    let (mut section, mut above): (Option<String>, Option<String>) = (None, None);
    let mut found = Vec::new();
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_start_matches('\u{feff}').trim_end();
        let start = start + raw.len() - raw.trim_start_matches('\u{feff}').len();
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with(['#', ';', '!']) {
            continue;
        }
        let mut push = |key: &str, value: &str, offset: usize| {
            let keys = section.iter().map(String::as_str).chain(key.split('\0'));
            let key: Vec<String> = keys.map(str::to_owned).collect();
            let from = start + offset + value.len() - value.trim_start().len();
            let says = value.trim().to_owned();
            found.push(Leaf { key, range: from..from + says.len(), says });
        };
        if let (Some(key), true) = (&above, line.starts_with([' ', '\t'])) {
            push(&format!("{key}\0{bare}"), line, 0);
        } else if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            above = None;
            // A section may say all it has to by its name.
            let from = start + line.len() - bare.len() + 1;
            let key = vec![name.trim().to_owned()];
            found.push(Leaf { key, range: from..from + name.len(), says: name.to_owned() });
            section = Some(name.trim().to_owned());
        } else if let Some(split) = line.find(['=', ':']) {
            let (key, value) = line.split_at_checked(split).unwrap_or_default();
            push(key.trim(), value.get(1..).unwrap_or_default(), split + 1);
            above = Some(key.trim().to_owned());
        }
    }
    found
}
