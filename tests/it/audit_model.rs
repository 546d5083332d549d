//! Histories that are made up: a fix comes to develop or is lost on the way, among harmless changes. The
//! audit must find every loss that was planted, and no other. `HOTFIX_HISTORIES=1000 cargo test
//! audit_model` makes a thousand.

use crate::support::Shop;

/// How many histories are made when nobody asks for more.
const HISTORIES: u64 = 16;
const LINES: usize = 14;
/// The line that the fix repairs, or before which it adds one.
const AT: usize = 6;
const FAULT: &str = "    return account.unwrap();";
const REPAIR: &str = "    return account.unwrap_or(guest);";
const GUARD: &str = "    if balance.is_negative() { return refused; }";

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What the fix does: replaces a line, or adds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fix {
    Replaces,
    Adds,
}

/// What becomes of it on develop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Merged,
    Picked,
    Squashed,
    FurtherEdited,
    Retired,
    FileDeleted,
    FileMoved,
    LineMoved,
    NeverMerged,
    MergedOurs,
    ConflictOurs,
    Reverted,
    MergeReverted,
    Overwritten,
}

use Fate::*;
const FATES: [Fate; 14] = [
    Merged,
    Picked,
    Squashed,
    FurtherEdited,
    Retired,
    FileDeleted,
    FileMoved,
    LineMoved,
    NeverMerged,
    MergedOurs,
    ConflictOurs,
    Reverted,
    MergeReverted,
    Overwritten,
];

impl Fate {
    const fn is_loss(self) -> bool {
        matches!(self, NeverMerged | MergedOurs | ConflictOurs | Reverted | MergeReverted | Overwritten)
    }
}

struct Story {
    shop: Shop,
    dice: Dice,
    fix: Fix,
    count: usize,
}

fn text() -> String {
    let line = |at| if at == AT { format!("{FAULT}\n") } else { format!("    step {at} is done here\n") };
    (0..LINES).map(line).collect()
}

impl Story {
    fn begin(seed: u64, fix: Fix) -> Self {
        let shop = Shop::build()
            .in_memory()
            .no_remote()
            .file("src/account.rs", &text())
            .file("VERSION", "1.2.0\n")
            .file("tests/account.rs", "fn works() {}\n")
            .go();
        shop.git(["branch", "-q", "-f", "develop", "main"]);
        Self { shop, dice: Dice(seed), fix, count: 0 }
    }

    fn fixed(&self, text: &str) -> String {
        match self.fix {
            Fix::Replaces => text.replace(FAULT, REPAIR),
            Fix::Adds => text.replace(FAULT, &format!("{GUARD}\n{FAULT}")),
        }
    }

    fn release(&self) {
        let shop = &self.shop;
        shop.git(["switch", "-q", "-c", "hotfix/account", "main"]);
        shop.write("VERSION", "1.2.1\n");
        shop.write("tests/account.rs", "fn works() {}\nfn never_crashes() {}\n");
        shop.write("src/account.rs", &self.fixed(&text()));
        shop.git(["commit", "-q", "-am", "account: an unknown one is a guest"]);
        shop.git(["switch", "-q", "main"]);
        shop.git(["merge", "-q", "--no-ff", "--no-edit", "hotfix/account"]);
        shop.git(["tag", "v1.2.1"]);
        shop.git(["switch", "-q", "develop"]);
    }

    /// Where the file is now.
    fn path(&self) -> Option<String> {
        let files = self.shop.git(["ls-files", "lib*", "src/account.rs"]);
        files.lines().next().map(str::to_owned)
    }

    fn change(&mut self, message: &str, how: impl FnOnce(&str) -> String) {
        let Some(path) = self.path() else { return };
        self.shop.write(&path, &how(&self.shop.read(&path)));
        self.shop.git(["add", "--all"]);
        self.shop.git_agrees(["commit", "-q", "-m", message]);
    }

    /// Something that changes nothing about the fix.
    fn noise(&mut self) {
        self.count += 1;
        let n = self.count;
        match self.dice.roll(6) {
            0 => {
                let at = self.dice.roll(LINES as u64) as usize;
                let old = format!("    step {at} is done here\n");
                if at.abs_diff(AT) > 2 {
                    self.change("Work on the steps", |t| {
                        t.replace(&old, &format!("    step {at} became {n}\n"))
                    });
                }
            }
            1 => self.change("Say more", |t| format!("    // note {n}\n{t}")),
            2 => drop(self.shop.commit("VERSION", &format!("1.3.{n}\n"))),
            3 => drop(self.shop.commit("tests/account.rs", &format!("fn works_{n}() {{}}\n"))),
            4 => drop(self.shop.commit("src/search.rs", &format!("// {n}\n"))),
            _ => {
                if let Some(path) = self.path() {
                    self.shop.git(["mv", &path, &format!("lib{n}.rs")]);
                    self.shop.git(["commit", "-q", "-m", "Move it"]);
                }
            }
        }
    }

    /// Merges the hotfix; its version and tests never matter.
    fn merge(&self, how: &[&str]) {
        let words = [&["merge", "-q", "--no-ff", "--no-edit"], how, &["hotfix/account"]].concat();
        if !self.shop.git_agrees(words) {
            for path in ["VERSION", "tests/account.rs"] {
                self.shop.git_agrees(["checkout", "--ours", "--", path]);
            }
            self.shop.git(["add", "--all"]);
            self.shop.git(["commit", "-q", "--no-edit"]);
        }
    }

    fn happen(&mut self, fate: Fate) {
        match fate {
            NeverMerged => {}
            Picked => {
                if !self.shop.git_agrees(["cherry-pick", "-x", "hotfix/account"]) {
                    self.shop.git_agrees(["checkout", "--ours", "--", "VERSION"]);
                    self.shop.git_agrees(["checkout", "--ours", "--", "tests/account.rs"]);
                    self.shop.git(["add", "--all"]);
                    self.shop.git(["-c", "core.editor=true", "cherry-pick", "--continue"]);
                }
            }
            Squashed => {
                self.shop.git_agrees(["merge", "-q", "--squash", "hotfix/account"]);
                self.shop.git_agrees(["checkout", "--ours", "--", "VERSION"]);
                self.shop.git_agrees(["checkout", "--ours", "--", "tests/account.rs"]);
                self.shop.git(["add", "--all"]);
                self.shop.git(["commit", "-q", "-m", "All of it"]);
            }
            MergedOurs => self.merge(&["-s", "ours"]),
            ConflictOurs => {
                // develop works on the same line, and whoever resolves it takes only that.
                let other = match self.fix {
                    Fix::Replaces => FAULT.replace("account", "customer"),
                    Fix::Adds => format!("    log.write(account);\n{FAULT}"),
                };
                self.change("Work on the account", |t| t.replace(FAULT, &other));
                let path = self.path().unwrap();
                let ours = self.shop.read(&path);
                self.shop.git_agrees(["merge", "-q", "--no-ff", "--no-commit", "hotfix/account"]);
                self.shop.write(&path, &ours);
                for path in ["VERSION", "tests/account.rs"] {
                    self.shop.git_agrees(["checkout", "--ours", "--", path]);
                }
                self.shop.git(["add", "--all"]);
                self.shop.git(["commit", "-q", "--no-edit"]);
            }
            Merged => self.merge(&[]),
            _ => {
                self.merge(&[]);
                if !matches!(fate, Reverted | MergeReverted) {
                    self.noise();
                }
                self.later(fate);
            }
        }
    }

    fn later(&mut self, fate: Fate) {
        let line = if self.fix == Fix::Replaces { REPAIR } else { GUARD };
        match fate {
            FurtherEdited => {
                self.change("Pass the reason", |t| {
                    t.replace("guest)", "guest, reason)").replace("refused;", "refused(1);")
                });
            }
            Retired => {
                let fix = self.fix;
                self.change("Remove the workaround, accounts are always known now", |t| match fix {
                    Fix::Replaces => t.replace(REPAIR, FAULT),
                    Fix::Adds => t.replace(&format!("{GUARD}\n"), ""),
                });
            }
            FileDeleted => {
                if let Some(path) = self.path() {
                    self.shop.git(["rm", "-q", &path]);
                    self.shop.git(["commit", "-q", "-m", "Accounts are a service now"]);
                }
            }
            FileMoved => {
                self.shop.git(["mv", &self.path().unwrap(), "lib_accounts.rs"]);
                self.shop.git(["commit", "-q", "-m", "Move the accounts"]);
            }
            LineMoved => {
                self.change("Put it first", |t| format!("{line}\n{}", t.replace(&format!("{line}\n"), "")))
            }
            Overwritten => {
                let (fix, n) = (self.fix, self.count);
                // An old copy of the file with somebody's own work in it, elsewhere.
                let old = self.path().map(|path| self.shop.read(&path)).unwrap();
                if fix == Fix::Adds {
                    self.change("Work on the steps", |t| t.replace("    step 1 ", "    step one "));
                    let before = text();
                    self.change("Fix misalignment", |_| before);
                } else {
                    self.change("Fix misalignment", |_| {
                        old.replace(REPAIR, FAULT).replace("    step 12 ", &format!("    step twelve {n} "))
                    });
                }
            }
            Reverted | MergeReverted => {
                let words: &[&str] = match fate {
                    Reverted => &["revert", "--no-commit", "hotfix/account"],
                    _ => &["revert", "--no-commit", "-m", "1", "HEAD"],
                };
                let reverted = self.shop.rev(words.last().unwrap());
                if !self.shop.git_agrees(words.iter().copied()) {
                    for path in ["VERSION", "tests/account.rs"] {
                        self.shop.git_agrees(["checkout", "--ours", "--", path]);
                    }
                    self.shop.git(["add", "--all"]);
                }
                let message = format!("Revert \"it\"\n\nThis reverts commit {reverted}.");
                self.shop.git(["commit", "-q", "--allow-empty", "-m", &message]);
            }
            _ => {}
        }
    }
}

fn history(seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    dice.roll(2);
    let fate = FATES[(seed % FATES.len() as u64) as usize];
    let fix = if dice.roll(2) == 0 { Fix::Replaces } else { Fix::Adds };
    let mut story = Story::begin(dice.0, fix);
    story.shop.git(["switch", "-q", "develop"]);
    (0..dice.roll(3)).for_each(|_| story.noise());
    story.release();
    story.happen(fate);
    (0..dice.roll(3)).for_each(|_| story.noise());
    let audit = story.shop.audit();
    let told = || {
        format!(
            "seed {seed}: {fix:?} {fate:?}\n{}\n{}",
            story.shop.git(["log", "--graph", "-p", "--format=%h %s", "develop", "^v1.2.0"]),
            audit.ran
        )
    };
    let found = &audit.at("account", "develop")["state"];
    assert_eq!(*found == "lost", fate.is_loss(), "{}", told());
    assert_eq!(audit.at("account", "main")["state"], "kept", "{}", told());
}

#[test]
fn every_planted_loss_is_found_and_no_other() {
    let histories = std::env::var("HOTFIX_HISTORIES").ok().and_then(|n| n.parse().ok());
    (0..histories.unwrap_or(HISTORIES)).for_each(history);
}
