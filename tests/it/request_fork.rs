//! Forks: a person who may push only to a fork of production's repository releases through a request from
//! there, and a fork on its own is never taken for production.

use crate::requests::{BRANCH, NAME, is_done, versioned};
use crate::support::{Flavour, Forge, Hotfix, Repo, Shop, TOKEN};

/// `upstream` is team/shop, `origin` our fork of it, me/shop, over ssh. What may be written is decided by
/// files: `writes` beside them lets us push to production's repository.
struct Forked {
    shop: Shop,
    forge: Forge,
    fork: Repo,
}

const DENIED: [(Flavour, &str); 3] = [
    (Flavour::GitHub, "ERROR: Permission to team/shop.git denied to me."),
    (Flavour::GitLab, "remote: ERROR: You are not allowed to push code to this project."),
    (Flavour::Forgejo, "Forgejo: User permission denied for writing."),
];

fn forked(flavour: Flavour) -> Forked {
    let shop = versioned().go();
    let forge = Forge::of(&shop, flavour);
    let root = shop.world.root.clone();
    let fork = Repo::at(&shop.world, root.join("fork.git"));
    let here = shop.remote().dir.display().to_string();
    Repo::at(&shop.world, &root).git(["clone", "-q", "--bare", &here, &fork.dir.display().to_string()]);
    let words = DENIED.iter().find(|(of, _)| *of == flavour).unwrap().1;
    let (team, me) = (here, fork.dir.display().to_string());
    let ssh = format!(
        "#!/bin/sh\ncase \"$2\" in\n\"git-receive-pack 'team/shop.git'\")\n  \
         [ -e '{0}/writes' ] || {{ echo '{words}' >&2; exit 1; }};;\nesac\n\
         case \"$2\" in *team/shop.git*) dir='{team}';; *) dir='{me}';; esac\nexec ${{2%% *}} \"$dir\"\n",
        root.display()
    );
    let program = root.join("ssh");
    shop.world.write_program(&program, &ssh);
    shop.git(["config", "core.sshCommand", &program.display().to_string()]);
    shop.git(["config", "ssh.variant", "simple"]);
    shop.git(["remote", "rename", "origin", "upstream"]);
    shop.git(["remote", "set-url", "upstream", "git@forge.test:team/shop.git"]);
    shop.git(["remote", "add", "origin", "git@forge.test:me/shop.git"]);
    shop.git(["config", "hotfix.branches.remote", "upstream"]);
    shop.git(["config", "--unset", "hotfix.forge.repository"]);
    forge.model().fork = Some(fork.dir.clone());
    Forked { shop, forge, fork }
}

impl Forked {
    fn ready(&self) -> Hotfix {
        self.shop.ready(NAME)
    }

    /// The one request from our fork into a branch.
    #[track_caller]
    fn request(&self, base: &str) -> u64 {
        let model = self.forge.model();
        let found: Vec<_> = model.pulls.iter().filter(|p| p.base == base).collect();
        assert_eq!(found.len(), 1, "{:?}", model.pulls);
        assert!(found[0].forked, "it comes from the fork");
        found[0].number
    }

    fn merged_by_maintainer(&self, number: u64, method: &str) {
        let mut model = self.forge.model();
        model.approve(number);
        model.merge(number, method, "", "bo").unwrap();
    }

    fn tagged_by_maintainer(&self) {
        let merged = self.forge.model().pulls[0].merged_as.clone().unwrap();
        self.shop.remote().git(["tag", "-a", "-m", "v1.2.1", "v1.2.1", &merged]);
    }
}

#[test]
fn the_request_goes_from_the_fork_to_production() {
    for (flavour, _) in DENIED {
        for method in ["merge", "squash"] {
            eprintln!("{flavour:?} {method}");
            let forked = forked(flavour);
            forked.forge.model().approvals = 1;
            let hotfix = forked.ready();
            let (shop, fork) = (&forked.shop, &forked.fork);
            hotfix.finish().exits(8).says("you cannot push to upstream").says("waits for review");
            assert_eq!(fork.show(BRANCH, "VERSION").trim(), "1.2.1");
            assert!(!shop.remote_refs().keys().any(|name| name.contains(NAME)), "nothing of it upstream");
            let number = forked.request("main");
            let dry = hotfix.finish_with(&["--dry-run"]);
            dry.does_not_say("git push upstream");
            hotfix.finish().exits(8);
            forked.merged_by_maintainer(number, method);
            hotfix.finish().exits(8).says("v1.2.1");
            let back = forked.request("develop");
            forked.tagged_by_maintainer();
            forked.merged_by_maintainer(back, "merge");
            hotfix.finish().ok();
            is_done(shop, &forked.forge, &hotfix);
            assert!(!fork.refs().keys().any(|name| name.contains("hotfix/")), "{:?}", fork.refs());
            let tags = |name: &&String| name.starts_with("refs/tags/v1.2.1");
            assert_eq!(fork.refs().keys().filter(tags).count(), 0, "the fork is not released");
        }
    }
}

#[test]
fn a_review_is_asked_for_from_the_fork() {
    for (flavour, _) in DENIED {
        let forked = forked(flavour);
        forked.forge.model().approvals = 1;
        let hotfix = forked.ready();
        for _ in 0..2 {
            forked.shop.hotfix(["review", NAME, "--request"]).ok().says("is open").does_not_say("no request");
        }
        let number = forked.request("main");
        assert_eq!(forked.fork.refs().get(&format!("refs/heads/{BRANCH}")), Some(&hotfix.tip()));
        assert!(!forked.shop.remote_refs().keys().any(|name| name.contains(NAME)), "nothing of it upstream");
        // The same request goes on.
        hotfix.finish().exits(8);
        assert_eq!(forked.request("main"), number);
        forked.merged_by_maintainer(number, "merge");
        hotfix.finish().exits(8).says("v1.2.1");
    }
}

#[test]
fn a_person_who_may_push_to_both_uses_production_and_git_can_say_otherwise() {
    let forked = forked(Flavour::GitHub);
    std::fs::write(forked.shop.world.root.join("writes"), "").unwrap();
    forked.forge.model().approvals = 1;
    let hotfix = forked.ready();
    hotfix.finish().exits(8);
    assert!(!forked.forge.model().pulls[0].forked);

    let forked = self::forked(Flavour::GitHub);
    std::fs::write(forked.shop.world.root.join("writes"), "").unwrap();
    forked.shop.git(["config", "remote.pushDefault", "origin"]);
    forked.forge.model().approvals = 1;
    let hotfix = forked.ready();
    hotfix.finish().exits(8);
    forked.request("main");
}

#[test]
fn a_strangers_branch_of_the_same_name_is_not_ours() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let forked = forked(flavour);
        std::fs::write(forked.shop.world.root.join("writes"), "").unwrap();
        forked.forge.model().approvals = 1;
        // Somebody else's fork has a branch of that name, with other commits.
        forked.fork.git(["update-ref", &format!("refs/heads/{BRANCH}"), "refs/heads/develop"]);
        forked.forge.model().open(&format!("me:{BRANCH}"), "main", "Not ours", "", false).unwrap();
        forked.shop.git(["remote", "remove", "origin"]);
        let hotfix = forked.ready();
        hotfix.finish().exits(8).does_not_say("Not ours");
        let model = forked.forge.model();
        let ours: Vec<_> = model.pulls.iter().filter(|p| !p.forked).collect();
        assert_eq!(ours.len(), 1, "{:?}", model.pulls);
    }
}

#[test]
fn without_a_token_the_address_compares_with_the_fork() {
    for (flavour, _) in DENIED {
        eprintln!("{flavour:?}");
        let forked = forked(flavour);
        forked.shop.git(["config", "--unset-all", "hotfix.forge.token"]);
        let hotfix = forked.ready();
        let ran = hotfix.finish();
        ran.exits(8).says(match flavour {
            Flavour::GitLab => "https://forge.test/me/shop/-/merge_requests/new",
            _ => "https://forge.test/team/shop/compare/main...me:hotfix/fix-login-crash",
        });
        let number = forked.forge.model().open(&format!("me:{BRANCH}"), "main", "Fix", "", false).unwrap();
        forked.merged_by_maintainer(number, "squash");
        forked.tagged_by_maintainer();
        hotfix.finish().exits(8).says("develop");
        let back = "me:hotfix/back/v1.2.1-to-develop";
        let back = forked.forge.model().open(back, "develop", "Back", "", false).unwrap();
        forked.merged_by_maintainer(back, "merge");
        hotfix.finish().ok();
        is_done(&forked.shop, &forked.forge, &hotfix);
    }
}

#[test]
fn without_a_fork_and_without_the_right_to_push_it_is_said() {
    let forked = forked(Flavour::GitHub);
    forked.shop.git(["remote", "remove", "origin"]);
    let hotfix = forked.ready();
    let before = forked.shop.remote_refs();
    hotfix.finish().exits(4).says("Permission to team/shop.git denied to me").says("git remote add fork");
    assert_eq!(forked.shop.remote_refs(), before);
}

#[test]
fn a_lone_fork_is_not_released() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let shop = versioned().go();
        let forge = Forge::of(&shop, flavour);
        std::fs::write(shop.remote().dir.join("protected"), "").unwrap();
        forge.model().parent = Some("upstream/shop");
        let before = shop.snapshot();
        let refused = shop.hotfix(["start", NAME]);
        refused.exits(3).says("origin is a fork of upstream/shop").says("git remote add upstream");
        refused.says("git config hotfix.branches.remote upstream").does_not_say(TOKEN);
        before.still_holds();
        // It is asked once, and a person may say that the fork is production.
        shop.hotfix(["start", NAME]).exits(3);
        assert_eq!(forge.calls().len(), 1, "{:?}", forge.calls());
        shop.git(["config", "hotfix.branches.remote", "origin"]);
        shop.ready(NAME).finish().ok();
    }
}

#[test]
fn a_hotfix_that_was_begun_before_that_was_known_is_not_released_either() {
    let shop = versioned().go();
    let hotfix = shop.ready(NAME);
    let forge = Forge::of(&shop, Flavour::GitHub);
    std::fs::write(shop.remote().dir.join("protected"), "").unwrap();
    forge.model().parent = Some("upstream/shop");
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("origin is a fork of upstream/shop");
    shop.hotfix(["rollback", "--confirm", "v1.2.0"]).exits(3).says("origin is a fork of upstream/shop");
    before.still_holds();
}

#[test]
fn a_branch_of_that_name_in_a_fork_that_was_only_fetched_stays() {
    let forked = forked(Flavour::GitHub);
    std::fs::write(forked.shop.world.root.join("writes"), "").unwrap();
    std::fs::write(forked.shop.remote().dir.join("protected"), "").unwrap();
    forked.fork.git(["update-ref", &format!("refs/heads/{BRANCH}"), "refs/heads/develop"]);
    forked.shop.git(["fetch", "-q", "origin"]);
    forked.ready().finish().ok();
    assert!(forked.fork.refs().contains_key(&format!("refs/heads/{BRANCH}")));
}
