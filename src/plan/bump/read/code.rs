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
}
