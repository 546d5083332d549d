//! What git-flow's settings say: those of git-flow AVH, which name branches by value
//! (`gitflow.branch.master = main`), and those of git-flow-next, which give every branch a
//! subsection (`gitflow.branch.main.type = base`). Both may stand side by side.

/// A finding and what it was seen in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub value: String,
    pub place: String,
}

/// What git-flow's settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Candidates for production, the surest first.
    pub production: Vec<Seen>,
    /// Long-lived branches that production flows back into.
    pub merge_back: Vec<Seen>,
    pub hotfix_prefix: Option<Seen>,
    pub release_prefix: Option<Seen>,
    pub remote: Option<Seen>,
}

/// Reads `key, value` pairs as `git config --list` prints them; `file` is named when the pairs
/// come from a file of their own.
pub fn read<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, file: Option<&str>) -> Flow {
    let mut pairs: Vec<(&str, &str)> =
        pairs.filter(|(k, v)| k.starts_with("gitflow.") && !v.trim().is_empty()).collect();
    // The last setting of a key counts; looked through from behind, it comes first.
    pairs.reverse();
    let seen = |(key, value): (&str, &str)| Seen {
        value: value.to_owned(),
        place: file.map_or_else(|| key.to_owned(), |file| format!("{key} in {file}")),
    };
    let get = |key: &str| pairs.iter().find(|(k, _)| *k == key).map(|pair| seen(*pair));
    let bases = bases(&pairs);
    let parent = |name: &str| get(&format!("gitflow.branch.{name}.parent"));
    let base = |name: &str| Seen {
        value: name.to_owned(),
        place: seen((&format!("gitflow.branch.{name}.type"), "")).place,
    };

    let mut flow = Flow {
        hotfix_prefix: get("gitflow.prefix.hotfix").or_else(|| get("gitflow.branch.hotfix.prefix")),
        release_prefix: get("gitflow.prefix.release").or_else(|| get("gitflow.branch.release.prefix")),
        remote: get("gitflow.origin").or_else(|| get("gitflow.remote")),
        ..Flow::default()
    };
    flow.production.extend(get("gitflow.branch.master"));
    flow.production.extend(get("gitflow.branch.main"));
    let mut roots: Vec<&str> = bases.iter().copied().filter(|name| parent(name).is_none()).collect();
    // Of several roots, hotfixes say which one they leave from.
    let home = parent("hotfix").map(|p| p.value);
    roots.sort_by_key(|name| Some(*name) != home.as_deref());
    flow.production.extend(roots.into_iter().map(base));
    flow.merge_back.extend(get("gitflow.branch.develop"));
    for name in bases.iter().copied().filter(|name| parent(name).is_some()) {
        if !flow.merge_back.iter().any(|s| s.value == name) {
            flow.merge_back.push(base(name));
        }
    }
    flow
}

impl Flow {
    /// Falls back on another source, setting by setting.
    pub fn or(mut self, other: Self) -> Self {
        self.production.extend(other.production);
        if self.merge_back.is_empty() {
            self.merge_back = other.merge_back;
        }
        self.hotfix_prefix = self.hotfix_prefix.or(other.hotfix_prefix);
        self.release_prefix = self.release_prefix.or(other.release_prefix);
        self.remote = self.remote.or(other.remote);
        self
    }
}

/// The names of git-flow-next's base branches, in the order they were written.
fn bases<'a>(reversed: &[(&'a str, &'a str)]) -> Vec<&'a str> {
    let mut out: Vec<&str> = Vec::new();
    for (key, value) in reversed.iter().rev() {
        let name = key.strip_prefix("gitflow.branch.").and_then(|rest| rest.strip_suffix(".type"));
        match name {
            Some(name) if value.eq_ignore_ascii_case("base") && !out.contains(&name) => out.push(name),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(pairs: &[(&str, &str)]) -> Flow {
        read(pairs.iter().copied(), None)
    }

    fn values(seen: &[Seen]) -> Vec<&str> {
        seen.iter().map(|s| s.value.as_str()).collect()
    }

    #[test]
    fn avh() {
        let flow = flow(&[
            ("gitflow.branch.master", "old"),
            ("gitflow.branch.master", "main"),
            ("gitflow.branch.develop", "develop"),
            ("gitflow.branch.hotfix/1.4.3.base", "main"),
            ("gitflow.prefix.hotfix", "fix/"),
            ("gitflow.prefix.support", ""),
            ("gitflow.origin", "upstream"),
        ]);
        assert_eq!(values(&flow.production), ["main"]);
        assert_eq!(values(&flow.merge_back), ["develop"]);
        assert_eq!(flow.hotfix_prefix.map(|s| s.value).as_deref(), Some("fix/"));
        assert_eq!(flow.remote.map(|s| s.place).as_deref(), Some("gitflow.origin"));
    }

    #[test]
    fn next_with_a_chain_of_branches() {
        let flow = flow(&[
            ("gitflow.branch.production.type", "base"),
            ("gitflow.branch.staging.type", "base"),
            ("gitflow.branch.staging.parent", "production"),
            ("gitflow.branch.main.type", "base"),
            ("gitflow.branch.main.parent", "staging"),
            ("gitflow.branch.hotfix.type", "topic"),
            ("gitflow.branch.hotfix.parent", "production"),
            ("gitflow.branch.hotfix.prefix", "hf/"),
        ]);
        assert_eq!(values(&flow.production), ["production"]);
        assert_eq!(values(&flow.merge_back), ["staging", "main"]);
        assert_eq!(flow.hotfix_prefix.map(|s| s.value).as_deref(), Some("hf/"));
    }

    #[test]
    fn both_shapes_of_the_same_key() {
        let flow = flow(&[
            ("gitflow.branch.master", "main"),
            ("gitflow.branch.develop", "develop"),
            ("gitflow.branch.docs.type", "base"),
            ("gitflow.branch.main.type", "base"),
            ("gitflow.branch.develop.type", "base"),
            ("gitflow.branch.develop.parent", "main"),
            ("gitflow.branch.hotfix.parent", "main"),
        ]);
        assert_eq!(values(&flow.production), ["main", "main", "docs"]);
        assert_eq!(values(&flow.merge_back), ["develop"]);
    }
}
