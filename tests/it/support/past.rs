//! Hotfixes that were made by hand, in repositories that never saw the program, and what the
//! program says about them years later.

use super::call::Call;
use super::hotfix::FIXED_LOGIN;
use super::ran::Ran;
use super::repo::Repo;
use super::world::{HOTFIX, search_path_with};
use serde_json::Value;
use std::path::Path;

/// The repaired line, and what stood there before.
pub const FAULT: &str = "session.unwrap()";
pub const REPAIR: &str = "session.unwrap_or(false)";

impl Repo {
    /// A hotfix by hand: branched from production, merged into it, tagged. Returns its commit.
    pub fn hotfix_by_hand(&self, name: &str, tag: &str) -> String {
        let commit = self.hotfix_branch(name);
        self.merge_hotfix("main", name);
        self.git(["tag", "-a", "-m", tag, tag]);
        commit
    }

    /// A branch that repairs the login.
    pub fn hotfix_branch(&self, name: &str) -> String {
        self.git(["switch", "-q", "-c", &format!("hotfix/{name}"), "main"]);
        self.commit_as("login: an unknown user is no crash", "src/login.rs", FIXED_LOGIN)
    }

    /// Merges a hotfix branch into another, as git spells it.
    pub fn merge_hotfix(&self, branch: &str, name: &str) {
        self.git(["switch", "-q", branch]);
        self.git(["merge", "-q", "--no-ff", "--no-edit", &format!("hotfix/{name}")]);
    }

    /// Rewrites a file and commits it on this branch.
    pub fn edit_on(&self, branch: &str, path: &str, from: &str, to: &str) -> String {
        self.git(["switch", "-q", branch]);
        let text = self.read(path);
        assert!(text.contains(from), "{path} on {branch} does not contain {from}:\n{text}");
        self.commit(path, &text.replace(from, to))
    }

    /// Replaces the repaired line, or the faulty one, on a branch.
    pub fn edit_login(&self, branch: &str, to: &str) -> String {
        self.git(["switch", "-q", branch]);
        let text = self.read("src/login.rs");
        let from = if text.contains(REPAIR) { REPAIR } else { FAULT };
        self.edit_on(branch, "src/login.rs", from, to)
    }

    /// The audit as JSON.
    #[track_caller]
    pub fn audit(&self) -> Audited {
        let ran = self.hotfix(["audit", "--json"]);
        ran.exits_with_one_of(&[0, 1]);
        let json = ran.json();
        let lost = json["lost"].as_u64().unwrap();
        assert_eq!(ran.status, i32::from(lost > 0), "the exit status says whether one is lost\n{ran}");
        Audited { ran, json }
    }

    /// Types printed commands into a shell, nobody being there to edit a message.
    #[track_caller]
    pub fn type_all(&self, commands: &[String]) {
        assert!(!commands.is_empty(), "no command was printed");
        let hotfix = search_path_with(Path::new(HOTFIX).parent().unwrap());
        for command in commands {
            let call = Call::new(&self.world, "sh".as_ref(), ["-c", command], &self.dir);
            call.env("GIT_EDITOR", "false").env("PATH", &hotfix).run().ok();
        }
    }
}

/// The answer of an audit.
pub struct Audited {
    pub ran: Ran,
    pub json: Value,
}

impl Audited {
    /// All fixes by name.
    pub fn names(&self) -> Vec<&str> {
        self.json["fixes"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect()
    }

    /// One fix.
    #[track_caller]
    pub fn fix(&self, name: &str) -> &Value {
        let fixes = self.json["fixes"].as_array().unwrap();
        fixes.iter().find(|f| f["name"] == name).unwrap_or_else(|| panic!("no fix {name}\n{}", self.ran))
    }

    /// The state of a fix.
    #[track_caller]
    pub fn state(&self, name: &str) -> &str {
        self.fix(name)["state"].as_str().unwrap()
    }

    /// What is said about one place.
    #[track_caller]
    pub fn at(&self, name: &str, place: &str) -> &Value {
        let targets = self.fix(name)["targets"].as_array().unwrap();
        let found = targets.iter().find(|t| t["ref"] == place);
        found.unwrap_or_else(|| panic!("{name} was not looked for in {place}\n{}", self.ran))
    }

    /// Demands that a place has the fix, and by what that is shown.
    #[track_caller]
    pub fn has(&self, name: &str, place: &str, by: &str) -> &Self {
        let found = self.at(name, place);
        assert_eq!(found["present"], true, "{place} should have {name}\n{}", self.ran);
        assert_eq!(found["by"], by, "{place}\n{}", self.ran);
        self
    }

    /// Demands that a place lacks the fix, with a note that says this.
    #[track_caller]
    pub fn lacks(&self, name: &str, place: &str, note: &str) -> &Self {
        let found = self.at(name, place);
        assert_eq!(found["present"], false, "{place} should lack {name}\n{}", self.ran);
        assert_eq!(found["by"], Value::Null, "{place}\n{}", self.ran);
        let said = found["note"].as_str().unwrap();
        assert!(said.contains(note), "expected {note:?} about {place}: {said}\n{}", self.ran);
        self
    }

    /// Demands that nothing is claimed about a place.
    #[track_caller]
    pub fn cannot_tell(&self, name: &str, place: &str) -> &Self {
        let found = self.at(name, place);
        assert_eq!(found["present"], Value::Null, "{place}: {name} cannot be known\n{}", self.ran);
        self
    }

    /// The commands that repair a place.
    #[track_caller]
    pub fn repair(&self, name: &str, place: &str) -> Vec<String> {
        let commands = self.at(name, place)["repair"].as_array().unwrap();
        commands.iter().map(|c| c.as_str().unwrap().to_owned()).collect()
    }
}
