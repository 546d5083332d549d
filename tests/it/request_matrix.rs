//! The same story on every forge: merge, squash and rebase; develop protected and not; with a token and
//! without; merged by the tool, and by a person in the browser who has the branch deleted.

use crate::requests::{BRANCH, NAME, is_done, ready};
use crate::support::{Flavour, Forge, Shop};

#[derive(Clone, Copy, Debug)]
struct Story {
    flavour: Flavour,
    method: &'static str,
    develop_is_protected: bool,
    token: bool,
    by_person: bool,
}

/// Approved and green, and merged where a person does that.
fn let_through(forge: &Forge, story: Story, number: u64) {
    let mut model = forge.model();
    model.approve(number);
    model.report(number, "test", "success");
    if story.by_person {
        model.deletes = true;
        model.merge(number, story.method, "", "bo").unwrap();
    }
}

/// The request from a branch: opened by the tool with a token, by a person without one.
fn request(forge: &Forge, story: Story, head: &str, base: &str) -> u64 {
    let mut model = forge.model();
    if story.token {
        let found: Vec<u64> = model.pulls.iter().filter(|p| p.base == base).map(|p| p.number).collect();
        assert_eq!(found.len(), 1, "{:?}", model.pulls);
        return found[0];
    }
    model.open(head, base, "A title", "", false).unwrap()
}

fn tell(story: Story) {
    eprintln!("{story:?}");
    let (shop, forge, hotfix): (Shop, Forge, _) = ready(story.flavour);
    {
        let mut model = forge.model();
        model.methods = vec![story.method];
        model.approvals = 1;
        model.checks = vec!["test".into()];
        if story.develop_is_protected {
            model.protect("develop");
        }
    }
    if !story.token {
        shop.git(["config", "--unset-all", "hotfix.forge.token"]);
    }
    let first = hotfix.finish();
    first.exits(8).says(if story.token { "waits for review" } else { "there is no token" });
    assert_eq!(shop.remote().show(BRANCH, "VERSION").trim(), "1.2.1", "the version is in the request");
    let number = request(&forge, story, BRANCH, "main");
    hotfix.finish().exits(8);
    let_through(&forge, story, number);
    if story.develop_is_protected {
        hotfix.finish().exits(8).says("develop is still owed");
        let back = request(&forge, story, "hotfix/back/v1.2.1-to-develop", "develop");
        hotfix.finish().exits(8);
        let_through(&forge, story, back);
    }
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
    shop.hotfix(["finish", NAME, "-y"]).ok();
    if !story.token {
        assert!(forge.calls().is_empty(), "{:?}", forge.calls());
    }
}

fn tell_all(flavour: Flavour, token: bool, by_person: bool) {
    for method in ["merge", "squash", "rebase"] {
        for develop_is_protected in [false, true] {
            tell(Story { flavour, method, develop_is_protected, token, by_person });
        }
    }
}

#[test]
fn github_merged_by_the_tool() {
    tell_all(Flavour::GitHub, true, false);
}

#[test]
fn github_merged_by_a_person() {
    tell_all(Flavour::GitHub, true, true);
}

#[test]
fn github_without_a_token() {
    tell_all(Flavour::GitHub, false, true);
}

#[test]
fn gitlab_merged_by_the_tool() {
    tell_all(Flavour::GitLab, true, false);
}

#[test]
fn gitlab_merged_by_a_person() {
    tell_all(Flavour::GitLab, true, true);
}

#[test]
fn gitlab_without_a_token() {
    tell_all(Flavour::GitLab, false, true);
}

#[test]
fn forgejo_merged_by_the_tool() {
    tell_all(Flavour::Forgejo, true, false);
}

#[test]
fn forgejo_merged_by_a_person() {
    tell_all(Flavour::Forgejo, true, true);
}

#[test]
fn forgejo_without_a_token() {
    tell_all(Flavour::Forgejo, false, true);
}
