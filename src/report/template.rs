//! Filling templates, the built-in ones and those a repository brings along.
//!
//! Strict: a name that does not exist is an error with its file and line, found before anything is
//! filled in, also where the text around it would have been left out.

use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{list, safe, safe_lines};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use std::collections::BTreeMap;

/// What a template can use, by name.
pub type Slots = BTreeMap<&'static str, Value>;

/// How much a template may do: instructions, and bytes that a width or a count asks for.
const STEPS: u64 = 20_000_000;
/// The longest text a template may make, in bytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// The longest expression or statement, in bytes: reading one that is nested without end would use up
/// the stack.
const LONGEST_TAG: usize = 2000;

/// The largest template, in bytes.
const LARGEST: usize = 256 * 1024;

/// What templates may call without us giving it to them.
const BUILT_IN: [&str; 4] = ["range", "dict", "namespace", "debug"];

/// A template.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// Its path, as messages name it.
    pub name: &'a str,
    pub text: &'a str,
}

/// An environment that escapes nothing: what goes in is safe for its place already.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(STEPS));
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment
}

/// Fills a template.
///
/// # Errors
/// It is malformed, or uses a name that is not among the slots.
pub fn fill(environment: &Environment<'_>, template: Template<'_>, slots: &Slots) -> Result<String, Failure> {
    let broken = |error: &minijinja::Error| {
        let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        refused(template, error.line(), &safe_lines(&what))
    };
    if template.text.len() > LARGEST {
        return Err(refused(template, None, &format!("it is larger than {} KiB", LARGEST / 1024)));
    }
    if let Some(line) = long_tag(template.text) {
        let what = format!("an expression or statement of more than {LONGEST_TAG} characters");
        return Err(refused(template, Some(line), &what));
    }
    let parsed = environment.template_from_named_str(template.name, template.text).map_err(|e| broken(&e))?;
    let known = |name: &String| slots.contains_key(name.as_str()) || BUILT_IN.contains(&name.as_str());
    let mut unknown: Vec<String> = parsed.undeclared_variables(false).into_iter().collect();
    unknown.retain(|name| !known(name));
    unknown.sort_by_key(|name| line_of(template.text, name));
    if let Some(first) = unknown.first() {
        let names: Vec<String> = unknown.iter().map(|n| format!("'{}'", safe(n))).collect();
        let what = if names.len() == 1 { "is a name" } else { "are names" };
        let what = format!("{} {what} that templates do not have", list(&names));
        return Err(refused(template, line_of(template.text, first), &what));
    }
    let mut out = Limited::default();
    match parsed.render_captured_to(slots, &mut out) {
        Ok(_) => String::from_utf8(out.bytes)
            .map_err(|_| refused(template, None, "it produces something that is not text")),
        Err(_) if out.is_full => {
            Err(refused(template, None, &format!("it produces more than {} MiB", LONGEST / 1024 / 1024)))
        }
        Err(error) => Err(broken(&error)),
    }
}

/// The line of the first expression or statement that is too long, counted from 1. What stands in quotes ends none.
fn long_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let pair = |at: usize| (bytes.get(at).copied(), bytes.get(at + 1).copied());
    let mut at = 0;
    while at < bytes.len() {
        let begin = at;
        at += 1;
        if !matches!(pair(begin), (Some(b'{'), Some(b'{' | b'%'))) {
            continue;
        }
        let mut quote = None;
        at += 1;
        loop {
            match (quote, pair(at)) {
                (_, (None, _)) | (None, (Some(b'}' | b'%'), Some(b'}'))) => break,
                (Some(_), (Some(b'\\'), _)) => at += 1,
                (Some(open), (Some(c), _)) if c == open => quote = None,
                (None, (Some(c @ (b'"' | b'\'')), _)) => quote = Some(c),
                _ => {}
            }
            at += 1;
            if at - begin > LONGEST_TAG {
                return Some(text.get(..begin)?.matches('\n').count() + 1);
            }
        }
    }
    None
}

/// Text as it is made, up to a limit.
#[derive(Default)]
struct Limited {
    bytes: Vec<u8>,
    is_full: bool,
}

impl std::io::Write for Limited {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.is_full |= self.bytes.len() + piece.len() > LONGEST;
        if self.is_full {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Why a template cannot be used, with the line it is about, counted from 1.
pub fn refused(template: Template<'_>, line: Option<usize>, what: &str) -> Failure {
    let place = line.map_or_else(|| safe(template.name), |n| format!("{}:{n}", safe(template.name)));
    Failure::usage(format!("{place}: {what}; nothing was written")).hint("hotfix help templates")
}

/// An incident of which hardly anything is known, for trying a template before it is needed.
pub fn sample() -> Option<Incident> {
    let declared = serde_json::json!({
        "v": 1, "id": "sample", "kind": "declared",
        "at": "2026-01-01T00:00:00Z", "recorded_at": "2026-01-01T00:00:00Z",
    });
    Incident::fold("20260101-sample-0000", vec![serde_json::from_value(declared).ok()?])
}

/// The line on which an expression of the template first uses a name, counted from 1.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut inside = false;
    for (n, line) in text.lines().enumerate() {
        let mut rest = line;
        while !rest.is_empty() {
            let marks: [&str; 2] = if inside { ["}}", "%}"] } else { ["{{", "{%"] };
            let end = marks.iter().filter_map(|m| rest.find(m)).min();
            let (part, after) = match end {
                Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 2..).unwrap_or_default()),
                None => (rest, ""),
            };
            if inside && part.split(|c| !is_word(c)).any(|word| word == name) {
                return Some(n + 1);
            }
            inside ^= end.is_some();
            rest = after;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, Failure> {
        let slots = Slots::from([("title", Value::from("Login & <b>")), ("empty", Value::from(""))]);
        fill(&environment(), Template { name: "t/mine.md", text }, &slots)
    }

    #[test]
    fn nothing_is_escaped_twice() {
        assert_eq!(filled("{{ title }}!").unwrap(), "Login & <b>!");
        assert_eq!(filled("{{ empty or title }}").unwrap(), "Login & <b>");
    }

    #[test]
    fn a_name_that_does_not_exist_is_found_where_it_stands() {
        for (text, place) in [
            ("title\n{{ title }} {{ tilte }}", "t/mine.md:2: 'tilte'"),
            ("tilte\n\n{% if empty %}{{ tilte }}{% endif %}", "t/mine.md:3: 'tilte'"),
            ("{% if\n  tilte %}x{% endif %}", "t/mine.md:2: 'tilte'"),
            ("{{ b }}\n{{ a }}", "t/mine.md:1: 'b' and 'a' are names"),
        ] {
            let failure = filled(text).unwrap_err();
            assert!(failure.message.starts_with(place), "{}", failure.message);
            assert!(failure.message.ends_with("nothing was written"));
        }
    }

    #[test]
    fn no_tag_is_longer_than_it_may_be_whatever_stands_in_its_quotes() {
        let long = ".a".repeat(100_000);
        for text in [
            format!("x\n{{{{ \"}}}}\" ~ title{long} }}}}"),
            format!("x\n{{{{ '%}}' ~ title{long} }}}}"),
            format!("x\n{{% if \"\\\"}}}}\" ~ title{long} %}}x{{% endif %}}"),
        ] {
            let failure = filled(&text).unwrap_err();
            assert!(failure.message.contains("more than 2000"), "{}", failure.message);
        }
        assert_eq!(filled("{{ '}}' ~ title }} {{ \"it's\" }}").unwrap(), "}}Login & <b> it's");
        let many = filled(&"{% if title %}x{% endif %}".repeat(300_000)).unwrap_err();
        assert!(many.message.contains("larger than 256 KiB"), "{}", many.message);
    }

    #[test]
    fn a_template_ends() {
        let nested = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}x\
            {% endfor %}{% endfor %}{% endfor %}";
        let doubled = "{% set ns = namespace(t='x') %}{% for a in range(60) %}{% set ns.t = ns.t ~ ns.t %}\
            {% if ns.t | length > 9000000 %}{{ ns.t }}{% endif %}{% endfor %}";
        let wide = "{{ '%9999999999d' | format(1) }}";
        let repeated = "{{ ('x' * 9999999999) | length }}";
        let indented = "{{ title | indent(9999999999, first=true) }}";
        for text in
            [wide, repeated, indented, nested, doubled, "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"]
        {
            let message = filled(text).unwrap_err().message;
            assert!(message.ends_with("nothing was written"), "{message}");
        }
    }

    #[test]
    fn a_template_that_cannot_be_read_says_where() {
        for text in ["\n{% if title %}", "\n{{ title", "\n{{ title | shout }}", "\n{% include 'x' %}"] {
            let message = filled(text).unwrap_err().message;
            assert!(message.starts_with("t/mine.md:2: "), "{message}");
        }
    }
}
