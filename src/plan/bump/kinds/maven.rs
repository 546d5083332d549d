//! Maven: a project and its modules, `<parent>`, `${revision}` and other properties, and what the
//! modules ask of each other.

use super::super::leaf::{Leaf, get, word};
use super::super::look::{Fault, Found, Look, Parsed, Unit};
use crate::model::path::{join, parent, resolve};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

type Poms = BTreeMap<String, Rc<Parsed>>;

/// The versions of the modules that move, and of everything that repeats them.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let root = look.at("pom.xml");
    let Some(file) = look.file(&root)? else { return Ok(unit) };
    let modules = modules(look, &root)?;
    let mut project = Project { look, poms: modules };
    let reached = project.reach();
    let Some(version) = project.version(&root) else { return Ok(unit) };
    if !look.is_due(&version) {
        unit.notes.push(look.says(&root, &version));
        return Ok(unit);
    }
    if word(&file.leaves, &["project", "version"]).is_none() {
        // Its version is that of a parent which is not its own.
        if project.parent_pom(&root).is_none() {
            return Ok(unit);
        }
    }
    let is_due = |path: &&String| project.version(path).is_some_and(|version| look.is_due(&version));
    let moving: Vec<&String> = reached.iter().filter(is_due).collect();
    let names: Vec<(String, String)> = moving.iter().filter_map(|path| project.name(path)).collect();
    for (path, file) in &project.poms {
        for leaf in &file.leaves {
            let is_own = leaf.is(&["project", "version"]) && moving.contains(&path);
            let is_parent = leaf.is(&["project", "parent", "version"])
                && project.parent_pom(path).is_some_and(|p| moving.contains(&p));
            let is_need =
                leaf.last() == "version" && needed(leaf, &project.group(path).unwrap_or_default(), &names);
            if is_own || is_parent || is_need {
                match property(&leaf.says) {
                    Some(name) => unit.spots.extend(project.property_spots(path, name)),
                    None => unit.spots.extend(look.whole(path, leaf)),
                }
            }
        }
    }
    Ok(unit)
}

/// Whether the version belongs to a dependency or plugin that is one of the modules.
fn needed(leaf: &Leaf, group: &str, names: &[(String, String)]) -> bool {
    let Some(owner) = leaf.key.iter().rev().nth(1) else { return false };
    let inner = owner.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    let Some((of, artifact)) = inner.and_then(|inner| inner.split_once(':')) else { return false };
    let of = if matches!(of, "${project.groupId}" | "${pom.groupId}") { group } else { of };
    names.iter().any(|(g, a)| g == of && a == artifact)
}

/// The root and its modules, and theirs. They have to be readable.
fn modules(look: &Look<'_>, root: &str) -> Result<Poms, String> {
    let mut found = Poms::new();
    let mut due = vec![root.to_owned()];
    while let Some(path) = due.pop() {
        if found.contains_key(&path) {
            continue;
        }
        let Some(file) = look.file(&path)? else { continue };
        for leaf in file.leaves.iter().filter(|leaf| leaf.last() == "module" || leaf.last() == "subproject") {
            let Some(module) = resolve(parent(&path), &leaf.says) else { continue };
            due.push(if module.ends_with(".xml") { module } else { join(&module, "pom.xml") });
        }
        found.insert(path, file);
    }
    Ok(found)
}

/// The name in `${name}`.
fn property(says: &str) -> Option<&str> {
    says.strip_prefix("${")?.split_once('}').map(|(name, _)| name)
}

struct Project<'a> {
    look: &'a Look<'a>,
    poms: Poms,
}

impl Project<'_> {
    fn word(&self, path: &str, keys: &[&str]) -> Option<&str> {
        word(&self.poms.get(path)?.leaves, keys)
    }

    /// Takes in the other poms below the root. What is returned are those that belong to the project: its
    /// modules, their parents, and whatever has one of them as its parent.
    fn reach(&mut self) -> BTreeSet<String> {
        let mut reached: BTreeSet<String> = self.poms.keys().cloned().collect();
        for path in self.look.named("pom.xml").filter(|path| self.look.is_inside(path)) {
            if let (false, Some(file)) = (self.poms.contains_key(path), self.look.other(path)) {
                self.poms.insert(path.to_owned(), file);
            }
        }
        let parents: Vec<(&String, &String)> =
            self.poms.keys().filter_map(|path| Some((path, self.parent_pom(path)?))).collect();
        loop {
            let before = reached.len();
            for (path, above) in &parents {
                if reached.contains(*path) || reached.contains(*above) {
                    reached.extend([(*path).clone(), (*above).clone()]);
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    }

    fn group(&self, path: &str) -> Option<String> {
        let own = self.word(path, &["project", "groupId"]);
        own.or_else(|| self.word(path, &["project", "parent", "groupId"])).map(str::to_owned)
    }

    fn name(&self, path: &str) -> Option<(String, String)> {
        Some((self.group(path)?, self.word(path, &["project", "artifactId"])?.to_owned()))
    }

    /// The pom of the parent, where it is one of these.
    fn parent_pom(&self, path: &str) -> Option<&String> {
        let wanted = (
            self.word(path, &["project", "parent", "groupId"])?.to_owned(),
            self.word(path, &["project", "parent", "artifactId"])?.to_owned(),
        );
        self.poms.keys().find(|other| *other != path && self.name(other).as_ref() == Some(&wanted))
    }

    /// The version with its properties put in.
    fn version(&self, path: &str) -> Option<String> {
        let own = self.word(path, &["project", "version"]);
        let raw = own.or_else(|| self.word(path, &["project", "parent", "version"]))?;
        let mut text = raw.to_owned();
        for _ in 0..8 {
            let Some(start) = text.find("${") else { break };
            let name = property(text.get(start..)?)?.to_owned();
            let value = self.property(path, &name).unwrap_or_default();
            text = text.replace(&format!("${{{name}}}"), &value);
        }
        Some(text)
    }

    fn property(&self, path: &str, name: &str) -> Option<String> {
        let mut at = Some(path.to_owned());
        for _ in 0..16 {
            let path = at?;
            if let Some(value) = self.word(&path, &["project", "properties", name]) {
                return Some(value.to_owned());
            }
            at = self.parent_pom(&path).cloned();
        }
        None
    }

    /// The property that a version refers to, in the pom that says it.
    fn property_spots(&self, path: &str, name: &str) -> Option<super::super::look::Spot> {
        let mut at = Some(path.to_owned());
        for _ in 0..16 {
            let path = at?;
            if let Some(leaf) =
                self.poms.get(&path).and_then(|f| get(&f.leaves, &["project", "properties", name]))
            {
                return self.look.whole(&path, leaf);
            }
            at = self.parent_pom(&path).cloned();
        }
        None
    }
}

/// Each module's parent is there in the version it asks for.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let poms: Poms =
        look.named("pom.xml").filter_map(|path| Some((path.to_owned(), look.other(path)?))).collect();
    let project = Project { look, poms };
    let mut faults = Vec::new();
    for path in project.poms.keys() {
        let Some(above) = project.parent_pom(path) else { continue };
        let Some(wants) = project.word(path, &["project", "parent", "version"]).filter(|v| !v.contains("${"))
        else {
            continue;
        };
        if let Some(has) = project.version(above).filter(|has| has != wants) {
            let says = format!("{path} has the parent {above} in version {wants}, which is {has}");
            faults.push(Fault { id: path.clone(), says });
        }
    }
    faults
}
