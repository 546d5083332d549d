//! Lock files with a form of their own.

use super::super::leaf::Leaf;

/// Lines with where they start.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |raw| {
        let start = at;
        at += raw.len();
        (start, raw.trim_end())
    })
}

/// `name (1.2.0)` in the sections of `Gemfile.lock`: the key is section, indentation and name.
pub(super) fn gems(text: &str) -> Vec<Leaf> {
    let (mut section, mut owner) = ("", "");
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        if !line.starts_with(' ') {
            section = line;
        }
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if indent == 4 {
            owner = bare.split(' ').next().unwrap_or_default();
        }
        let Some((name, rest)) = bare.split_once(" (") else { continue };
        let Some((says, _)) = rest.split_once(')') else { continue };
        let mut key = vec![section.to_owned(), name.to_owned()];
        if indent > 4 {
            key.push(format!("for {owner}"));
        }
        let from = start + indent + name.len() + 2;
        found.push(Leaf { key, range: from..from + says.len(), says: says.to_owned() });
    }
    found
}

/// What workspaces ask for in yarn's newer lock. The descriptors of one,
/// `"@s/a@1.2.0, @s/a@workspace:packages/a":`, have the key `workspace:packages/a`, `descriptors`,
/// the name, and what it needs, `"@s/b": 1.2.0`, its own name there.
pub(super) fn yarn(text: &str) -> Vec<Leaf> {
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for (start, line) in lines(text) {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if line.is_empty() || bare.starts_with('#') {
            continue;
        }
        let mut push = |keys: [&str; 3], offset: usize, says: &str| {
            let from = start + offset;
            let key = keys.iter().map(|key| (*key).to_owned()).collect();
            found.push(Leaf { key, range: from..from + says.len(), says: says.to_owned() });
        };
        if indent == 0 {
            let inside = line.trim_end_matches(':').trim_matches('"');
            let descriptors = inside.split(", ");
            block =
                descriptors.clone().find_map(|d| d.split_once("@workspace:").map(|(_, dir)| dir.to_owned()));
            let Some(dir) = &block else { continue };
            let mut offset = usize::from(line.starts_with('"'));
            for descriptor in descriptors {
                let split = descriptor.get(1..).and_then(|rest| rest.find('@')).map_or(0, |at| at + 1);
                let (name, range) = descriptor.split_at_checked(split).unwrap_or_default();
                push([dir, "descriptors", name], offset + name.len() + 1, range.get(1..).unwrap_or_default());
                offset += descriptor.len() + 2;
            }
        } else if let Some(dir) = &block
            && indent >= 4
            && let Some((name, says)) = bare.split_once(": ")
        {
            let quoted = usize::from(says.starts_with('"'));
            let offset = indent + name.len() + 2 + quoted;
            push([dir, "needs", name.trim_matches('"')], offset, says.trim_matches('"'));
        }
    }
    found
}
