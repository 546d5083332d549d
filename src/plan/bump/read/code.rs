//! Versions that a program's text assigns: `version = "1.2.0"`, `@version "1.2.0"`,
//! `AssemblyVersion("1.2.0")`.

use super::super::leaf::Leaf;

/// Every quoted version that follows one of the names; `anywhere`: also in the middle of a line.
pub(super) fn assigned(text: &str, names: &[&str], anywhere: bool) -> Vec<Leaf> {
    let mut found: Vec<Leaf> = Vec::new();
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_end();
        let bare = line.trim_start();
        if bare.starts_with("//") || bare.starts_with('#') || bare.starts_with('*') {
            continue;
        }
        for name in names {
            for (offset, says) in after(line, name, anywhere) {
                let count =
                    found.iter().filter(|leaf| leaf.key.first().is_some_and(|key| key == *name)).count();
                let key = vec![(*name).to_owned(), format!("#{count}")];
                let from = start + offset;
                found.push(Leaf { key, range: from..from + says.len(), says: says.to_owned() });
            }
        }
    }
    found
}

fn after<'a>(line: &'a str, name: &str, anywhere: bool) -> Vec<(usize, &'a str)> {
    let in_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let value = |at: usize| {
        let before = line.get(..at)?;
        let fits = if anywhere { !before.ends_with(in_name) } else { begins(before) };
        let rest = line.get(at + name.len()..).filter(|rest| fits && !rest.starts_with(in_name))?;
        // At most one sign, or a type and a sign: `: str =`, `=>`, `(`.
        let head = rest.find(['"', '\''])?;
        let sign = rest.get(..head)?.trim();
        let known = [
            "",
            "=",
            ":",
            "=>",
            "(",
            ":=",
            ": str =",
            ": Final =",
            ": Final[str] =",
            ": String =",
            ": &str =",
        ];
        let quote = rest.get(head..)?.chars().next()?;
        let says = rest.get(head + 1..)?.split_once(quote)?.0;
        let is_version =
            says.starts_with(|c: char| c.is_ascii_digit()) && !says.contains(char::is_whitespace);
        (known.contains(&sign) && is_version).then_some((at + name.len() + head + 1, says))
    };
    line.match_indices(name).filter_map(|(at, _)| value(at)).collect()
}

/// Nothing but an owner or a declaration comes before the name.
fn begins(before: &str) -> bool {
    let before = before.trim();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | ':' | '[');
    before.is_empty()
        || (before.ends_with(['.', '@']) && before.chars().all(plain))
        || ["def", "val", "const", "const val", "export const", "[assembly:", "<Assembly:"].contains(&before)
}

/// What calls of these words require: of `gem "core", "= 1.2.0"` the last. The key is `needs`, the name, and
/// a number.
pub(super) fn needs(text: &str, words: &[&str]) -> Vec<Leaf> {
    let mut found: Vec<Leaf> = Vec::new();
    for word in words {
        for (at, _) in text.match_indices(word) {
            let line = text.get(..at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
            let is_call = line.trim().is_empty() || line.ends_with(['.', '{']);
            let after = text.get(at + word.len()..).unwrap_or_default();
            // The colon of a name belongs to the word.
            let (name, rest) = match word.strip_suffix(':') {
                Some(_) => after.split_once(',').map_or(("", after), |(name, rest)| (name.trim(), rest)),
                None => ("", after),
            };
            if !is_call
                || line.trim_start().starts_with('#')
                || (name.is_empty() && !after.starts_with([' ', '(']))
            {
                continue;
            }
            let mut all = arguments(text, text.len() - rest.len()).into_iter();
            let Some(name) = (if name.is_empty() { all.next().map(|(_, says)| says) } else { Some(name) })
            else {
                continue;
            };
            for (from, says) in all.filter(|(_, says)| says.contains(|c: char| c.is_ascii_digit())) {
                let count =
                    found.iter().filter(|leaf| leaf.key.get(1).is_some_and(|key| key == name)).count();
                let key = vec!["needs".to_owned(), name.to_owned(), format!("#{count}")];
                found.push(Leaf { key, range: from..from + says.len(), says: says.to_owned() });
            }
        }
    }
    found
}

/// What `app: :core` names.
pub(super) fn atoms(text: &str, name: &str) -> Vec<Leaf> {
    let sign = format!("{name}: :");
    let found = text.match_indices(&sign).map(|(at, _)| {
        let from = at + sign.len();
        let rest = text.get(from..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let says = rest.get(..end).unwrap_or_default().to_owned();
        Leaf { key: vec![name.to_owned()], range: from..from + end, says }
    });
    found.collect()
}

/// The quoted arguments from a place on, up to one that is something else.
pub(super) fn arguments(text: &str, at: usize) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut rest = text.get(at..).unwrap_or_default().trim_start_matches([' ', '\t', '(']);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '[');
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { break };
        let inside = rest.get(1..).unwrap_or_default();
        let Some((says, after)) = inside.split_once(quote) else { break };
        found.push((text.len() - inside.len(), says));
        let Some(next) = after.trim_start_matches([' ', '\t', ']']).strip_prefix(',') else { break };
        rest = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str, names: &[&str], anywhere: bool) -> Vec<String> {
        assigned(text, names, anywhere).into_iter().map(|leaf| leaf.says).collect()
    }

    #[test]
    fn what_is_assigned_is_found_and_nothing_else() {
        for line in [
            "version = \"1.2.0\"",
            "  version '1.2.0'",
            "version: \"1.2.0\",",
            "spec.version = '1.2.0'",
            "@version \"1.2.0\"",
            "project.version=\"1.2.0\" // now",
        ] {
            assert_eq!(says(line, &["version"], false), ["1.2.0"], "{line}");
        }
        for line in [
            "id 'x' version '1.2.0'",
            "// version = '1.2.0'",
            "aversion = '1.2.0'",
            "version = other('1.2.0')",
        ] {
            assert!(says(line, &["version"], false).is_empty(), "{line}");
        }
        assert_eq!(says("setup(name='x', version='1.2.0')", &["version"], true), ["1.2.0"]);
        assert_eq!(says("__version__: str = '1.2.0'", &["__version__"], false), ["1.2.0"]);
        assert_eq!(
            says("[assembly: AssemblyVersion(\"1.2.0.0\")]", &["AssemblyVersion"], false),
            ["1.2.0.0"]
        );
    }

    #[test]
    fn what_is_required_is_found_with_its_name() {
        let found = |text: &str, word: &str| -> Vec<String> {
            needs(text, &[word]).iter().map(|leaf| format!("{} {}", leaf.key[1], leaf.says)).collect()
        };
        let gem = "s.add_dependency \"a\", \"1.2.0\"\ns.add_dependency('b', [\">= 1\",\n  '< 2'])\n";
        assert_eq!(found(gem, "add_dependency"), ["a 1.2.0", "b >= 1", "b < 2"]);
        assert_eq!(found("gem \"a\", \"~> 1.2\", path: \"x2\"\n# gem \"b\", \"1\"\n", "gem"), ["a ~> 1.2"]);
        assert_eq!(found("deps: [{:web, \"== 1.2.0\", path: \"../w\"}]", ":"), ["web == 1.2.0"]);
        assert_eq!(found("gemspec\nmy_gem \"a\", \"1\"\n", "gem"), Vec::<String>::new());
    }
}
