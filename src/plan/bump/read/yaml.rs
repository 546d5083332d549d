//! The plain and quoted values of a YAML file, in block form or in brackets. A value in another form is
//! not found, and then stays as it is.

use super::super::leaf::Leaf;

/// No file that people write is nested like that; with each level the work for one value grows.
const DEEPEST: usize = 32;

pub(super) fn read(text: &str) -> Vec<Leaf> {
    let mut found = Vec::new();
    // The keys that are open, each with its indentation.
    let mut open: Vec<(usize, String)> = Vec::new();
    // The indentation of a key whose value is a block of text.
    let mut block: Option<usize> = None;
    let (mut at, mut begun, mut items) = (0, false, 0);
    // Where the brackets of a value end that goes on over several lines.
    let mut passed = 0;
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        if start < passed {
            continue;
        }
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
            if open.len() > DEEPEST {
                return found;
            }
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
        if open.len() > DEEPEST {
            return found;
        }
        open.retain(|(above, _)| *above < indent);
        let value_at = start + line.len() - value.len();
        if value.starts_with(['|', '>']) {
            block = Some(indent);
        } else if value.is_empty() || value.starts_with('#') {
            open.push((indent, key.to_owned()));
        } else if value.starts_with(['[', '{']) {
            let mut keys: Vec<String> = open.iter().map(|(_, key)| key.clone()).collect();
            keys.push(key.to_owned());
            let mut flow = Flow { text, at: value_at, found: Vec::new() };
            if flow.value(&mut keys, 0).is_some() {
                passed = flow.at;
                found.append(&mut flow.found);
            }
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

/// A value in brackets.
struct Flow<'t> {
    text: &'t str,
    at: usize,
    found: Vec<Leaf>,
}

impl Flow<'_> {
    /// Reads one value, and stands behind it; `None` for a form that is not known.
    fn value(&mut self, keys: &mut Vec<String>, depth: usize) -> Option<()> {
        let close = match self.next()? {
            '[' => ']',
            '{' => '}',
            _ => {
                let (from, says) = self.scalar()?;
                self.found.push(Leaf { key: keys.clone(), range: from..from + says.len(), says });
                return Some(());
            }
        };
        if depth > DEEPEST {
            return None;
        }
        self.at += 1;
        for count in 0_usize.. {
            if self.next()? == close {
                self.at += 1;
                return Some(());
            }
            if close == '}' {
                let (_, key) = self.scalar()?;
                keys.push(key);
                if self.next()? != ':' {
                    return None;
                }
                self.at += 1;
            } else {
                keys.push(format!("#{count}"));
            }
            self.value(keys, depth + 1)?;
            keys.pop();
            match self.next()? {
                ',' => self.at += 1,
                c if c == close => {}
                _ => return None,
            }
        }
        None
    }

    /// The next character that is neither white space nor a comment.
    fn next(&mut self) -> Option<char> {
        loop {
            let rest = self.text.get(self.at..)?;
            let bare = rest.trim_start();
            self.at += rest.len() - bare.len();
            if !bare.starts_with('#') {
                return bare.chars().next();
            }
            self.at += bare.find('\n')?;
        }
    }

    /// Where a plain or quoted text begins, and the text.
    fn scalar(&mut self) -> Option<(usize, String)> {
        let rest = self.text.get(self.at..)?;
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (says, _) = rest.get(1..)?.split_once(quote)?;
            let from = self.at + 1;
            self.at = from + says.len() + 1;
            return Some((from, says.to_owned()));
        }
        let ends = |(at, c): &(usize, char)| {
            let after = rest.get(at + 1..).and_then(|rest| rest.chars().next());
            matches!(c, ',' | '[' | ']' | '{' | '}' | '\n')
                || (*c == ':' && after.is_none_or(|c| c.is_whitespace() || ",]}".contains(c)))
        };
        let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        let (from, says) = (self.at, rest.get(..end)?.trim_end().to_owned());
        self.at += end;
        (!says.is_empty() && !says.starts_with(['&', '*', '!'])).then_some((from, says))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_deeper_than_people_write_is_left() {
        for text in ["- ".repeat(100_000) + "a: 1", (0..2_000).map(|n| " ".repeat(n) + "a:\n").collect()] {
            assert!(read(&text).is_empty());
        }
        let deep: String = (0..20).map(|n| " ".repeat(n) + "a:\n").collect();
        assert_eq!(read(&(deep + &" ".repeat(20) + "b: 1.2.0\n")).len(), 1);
    }

    #[test]
    fn brackets_hold_values_as_blocks_do() {
        let says = |text: &str| -> Vec<String> {
            read(text).iter().map(|leaf| format!("{} {}", leaf.key.join("/"), leaf.says)).collect()
        };
        let text = "a: [x, 'y', \"z, w\"] # all\nb: {c: 1.2.0, d: {e: [1]}}\nf:\n  g: [\n    h, # one\n    i,\n  ]\nj: k\n";
        assert_eq!(
            says(text),
            ["a/#0 x", "a/#1 y", "a/#2 z, w", "b/c 1.2.0", "b/d/e/#0 1", "f/g/#0 h", "f/g/#1 i", "j k"]
        );
        for text in ["a: [x\nb: c", "a: {x", "a: [{]}", "a: [*x]", "a: []\n", &"a: [".repeat(9)] {
            assert!(says(text).iter().all(|line| !line.contains("a/#0")), "{text}");
        }
    }
}
