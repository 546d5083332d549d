//! What "auto" comes to in the repositories people have.

use super::fixture::Repo;
use super::{Config, Origin};

fn branches(config: &Config) -> (String, Vec<&str>) {
    let merge_back = config.branches.merge_back.iter().map(String::as_str).collect();
    (config.branches.production.clone(), merge_back)
}

fn check(repo: &Repo, production: &str, merge_back: &[&str]) -> Config {
    let config = repo.load();
    assert_eq!(branches(&config), (production.to_owned(), merge_back.to_vec()));
    config
}

#[test]
fn git_flow_avh() {
    let repo = Repo::cloned("origin", &["develop", "live", "main", "release/2.0"])
        .git("gitflow.branch.master", "live")
        .git("gitflow.branch.develop", "develop")
        .git("gitflow.prefix.hotfix", "fix/")
        .git("gitflow.prefix.release", "rel-")
        .git("gitflow.prefix.versiontag", "")
        .git("gitflow.branch.fix/1.4.3.base", "live");
    let config = check(&repo, "live", &["develop", "rel-*"]);
    assert_eq!(config.branches.prefix, "fix/");
    assert_eq!(config.branches.remote.as_deref(), Some("origin"));
    let origin = config.origin("branches.production");
    assert_eq!(origin, Some(&Origin::Detected("gitflow.branch.master".into())));
    assert_eq!(
        config.origin("branches.merge_back").map(ToString::to_string).as_deref(),
        Some("detected: gitflow.branch.develop and gitflow.prefix.release")
    );
}

#[test]
fn git_flow_next() {
    let repo = Repo::cloned("origin", &["dev2", "prod2"])
        .git("gitflow.branch.prod2.type", "base")
        .git("gitflow.branch.dev2.type", "base")
        .git("gitflow.branch.dev2.parent", "prod2")
        .git("gitflow.branch.hotfix.type", "topic")
        .git("gitflow.branch.hotfix.prefix", "hf/");
    let config = check(&repo, "prod2", &["dev2", "release/*"]);
    assert_eq!(config.branches.prefix, "hf/");
}

#[test]
fn both_git_flows_at_once() {
    let repo = Repo::cloned("origin", &["develop", "main"])
        .git("gitflow.branch.master", "main")
        .git("gitflow.branch.develop", "develop")
        .git("gitflow.branch.main.type", "base")
        .git("gitflow.branch.develop.type", "base")
        .git("gitflow.branch.develop.parent", "main");
    check(&repo, "main", &["develop", "release/*"]);
}

#[test]
fn a_shared_git_flow_file_stands_in_until_it_is_activated() {
    let mut repo = Repo::cloned("origin", &["next", "stable"]);
    repo.gitflow = Some(
        "[gitflow \"branch.stable\"]\n\ttype = base\n[gitflow \"branch.next\"]\n\ttype = base\n\tparent = stable\n"
            .into(),
    );
    let config = check(&repo, "stable", &["next", "release/*"]);
    let origin = config.origin("branches.production").unwrap().to_string();
    assert_eq!(origin, "detected: gitflow.branch.stable.type in .gitflow");
}

#[test]
fn git_flow_settings_that_outlived_their_branch_do_not_count() {
    let repo = Repo::cloned("origin", &["main"])
        .git("gitflow.branch.master", "master")
        .git("gitflow.branch.develop", "develop");
    check(&repo, "main", &["release/*"]);
}

#[test]
fn github_flow_and_trunk() {
    let config = check(&Repo::cloned("origin", &["main", "feature/x"]), "main", &["release/*"]);
    assert_eq!(config.branches.prefix, "hotfix/");
    assert!(config.branches.production_known);
    assert_eq!(config.origin("branches.merge_back"), Some(&Origin::BuiltIn));
    check(&Repo::cloned("origin", &["trunk", "release/1"]), "trunk", &["release/*"]);
    check(&Repo::cloned("origin", &["master"]), "master", &["release/*"]);
}

#[test]
fn develop_is_the_default_branch_on_the_forge() {
    check(&Repo::cloned("origin", &["develop", "main"]), "main", &["develop", "release/*"]);
    check(&Repo::cloned("origin", &["dev", "master"]), "master", &["dev", "release/*"]);
}

#[test]
fn an_integration_branch_is_never_production_by_being_the_default() {
    let unclear = |repo: &Repo, candidates: &[&str]| {
        let config = repo.load();
        assert!(!config.branches.production_known, "{}", config.branches.production);
        for candidate in candidates {
            assert!(config.branches.may_be.iter().any(|m| m == candidate), "{candidate}");
        }
    };
    unclear(&Repo::cloned("origin", &["next", "main"]), &["next", "main"]);
    unclear(&Repo::cloned("origin", &["staging", "master"]), &["staging", "master"]);
    unclear(&Repo::cloned("origin", &["app", "main"]), &["app", "main"]);
    unclear(&Repo::cloned("origin", &["main", "master"]), &["main", "master"]);
    unclear(&Repo::cloned("origin", &["develop", "feature/x"]), &["develop"]);
    let mut repo = Repo::cloned("origin", &["next", "main"]);
    repo.released_from = Some("main".into());
    let config = check(&repo, "main", &["release/*"]);
    let origin = config.origin("branches.production").unwrap().to_string();
    assert_eq!(origin, "detected: main carries the release tags");
    let repo = Repo::cloned("origin", &["next", "main"]).git("hotfix.branches.production", "next");
    check(&repo, "next", &["release/*"]);
}

#[test]
fn a_default_branch_that_the_remote_no_longer_has_is_stale() {
    let mut repo = Repo::cloned("origin", &["master"]);
    repo.local = vec!["master".into()];
    repo.there.insert("origin".into(), vec!["main".into()]);
    check(&repo, "main", &["release/*"]);
}

#[test]
fn the_only_branch_of_a_single_branch_clone_says_nothing() {
    let single = |branch: &str| {
        let mut repo = Repo::default().remote("origin", &[branch]);
        let spec = format!("+refs/heads/{branch}:refs/remotes/origin/{branch}");
        repo = repo.git("remote.origin.fetch", &spec);
        repo
    };
    for branch in ["develop", "feature/x"] {
        let config = single(branch).load();
        assert!(!config.branches.production_known, "{branch}");
        assert!(config.branches.may_be.iter().any(|m| m == "production"), "{branch}");
    }
    // What the remote said when it was read counts.
    let mut repo = single("develop");
    repo.there.insert("origin".into(), vec!["develop".into(), "main".into()]);
    check(&repo, "main", &["develop", "release/*"]);
}

#[test]
fn a_fork_is_never_production() {
    let fork = || Repo::cloned("origin", &["main"]).remote("upstream", &["main"]);
    let remote = |repo: Repo| repo.load().branches.remote;
    assert_eq!(remote(fork().git("branch.main.remote", "upstream")).as_deref(), Some("upstream"));
    assert_eq!(remote(fork()), None);
    assert_eq!(remote(fork().git("branch.main.remote", "origin")), None);
    assert_eq!(remote(fork().git("remote.upstream.gh-resolved", "base")).as_deref(), Some("upstream"));
    let company = || Repo::cloned("origin", &["main"]).remote("company", &["main"]);
    assert_eq!(remote(company().git("branch.main.remote", "company")).as_deref(), Some("company"));
    assert_eq!(remote(company().git("branch.main.remote", "origin")).as_deref(), Some("origin"));
    assert_eq!(remote(company()), None);
    let pushed = company().git("branch.main.remote", "origin").git("remote.pushdefault", "origin");
    assert_eq!(remote(pushed), None);
    let called = |name: &str| {
        let repo = Repo::cloned(name, &["main"]).remote("company", &["main"]);
        remote(repo.git("branch.main.remote", name))
    };
    assert_eq!([called("fork"), called("my-fork"), called("mine")], [None, None, None]);
    assert_eq!(called("work").as_deref(), Some("work"));
    let deployed = Repo::cloned("origin", &["main"]).remote("heroku", &[]);
    assert_eq!(remote(deployed).as_deref(), Some("origin"));
}

#[test]
fn develop_that_exists_only_here() {
    let mut repo = Repo::cloned("origin", &["main"]);
    repo.local = vec!["main".into(), "develop".into()];
    check(&repo, "main", &["develop", "release/*"]);
}

#[test]
fn gitlab_flow() {
    let repo = Repo::cloned("origin", &["main", "staging", "production"]);
    check(&repo, "production", &["staging", "main", "release/*"]);
    let mut repo = repo.git("git-town.main-branch", "main");
    repo.git_town = Some("[branches]\nperennials = [\"staging\", \"production\"]\n".into());
    check(&repo, "production", &["staging", "main", "release/*"]);
}

#[test]
fn git_town() {
    let config = check(
        &Repo::cloned("origin", &["dev", "core"]).git("git-town.main-branch", "core"),
        "core",
        &["dev", "release/*"],
    );
    assert_eq!(config.origin("branches.production").unwrap().to_string(), "detected: git-town.main-branch");
    let mut repo = Repo::cloned("origin", &["dev", "core"]);
    repo.git_town = Some("[branches]\nmain = \"core\"\n".into());
    check(&repo, "core", &["dev", "release/*"]);
    let repo = Repo::cloned("origin", &["develop", "main"]).git("git-town.main-branch", "develop");
    check(&repo, "main", &["develop", "release/*"]);
}

#[test]
fn a_remote_that_is_not_called_origin() {
    let config = check(&Repo::cloned("company", &["main", "develop"]), "main", &["develop", "release/*"]);
    assert_eq!(config.branches.remote.as_deref(), Some("company"));
    assert_eq!(config.origin("branches.production").unwrap().to_string(), "detected: the HEAD of company");
}

#[test]
fn several_remotes() {
    let two = || Repo::cloned("fork", &["main"]).remote("upstream", &["main", "production"]);
    let mut repo = two();
    repo.local = vec!["main".into()];
    let config = repo.load();
    assert_eq!(config.branches.remote, None);
    assert_eq!(
        config.notes,
        ["there are several remotes (fork and upstream) and it is unclear which one production is on; \
          git config hotfix.branches.remote NAME decides it"]
    );
    repo = repo.git("branch.main.remote", "upstream");
    assert_eq!(repo.load().branches.remote.as_deref(), Some("upstream"));
    assert_eq!(repo.load().branches.production, "production");
    let config = two().git("gitflow.origin", "upstream").load();
    assert_eq!(config.branches.remote.as_deref(), Some("upstream"));
    let configured = two().toml("[branches]\nremote = \"upstream\"").load();
    assert_eq!(configured.branches.production, "production");
    let typo = two().env("HOTFIX_CONFIG_BRANCHES_REMOTE", "upstraem").load();
    assert_eq!(typo.notes[0], "branches.remote is upstraem, which is not a remote here (fork and upstream)");
}

#[test]
fn without_a_remote_and_without_anything() {
    let mut repo = Repo { local: vec!["hotfix/x".into(), "master".into()], ..Repo::default() };
    check(&repo, "master", &["release/*"]);
    repo.local = vec!["solo".into()];
    assert_eq!(
        check(&repo, "solo", &["release/*"]).origin("branches.production").unwrap().to_string(),
        "detected: the only branch here"
    );
    let config = check(&Repo::default(), "main", &["release/*"]);
    assert!(!config.branches.production_known);
    assert_eq!(config.branches.remote, None);
    assert_eq!(config.notes.len(), 1, "{:?}", config.notes);
}

#[test]
fn an_empty_remote_is_seen_through_the_local_branches() {
    let mut repo = Repo::default().remote("origin", &[]);
    repo.local = vec!["main".into(), "develop".into()];
    check(&repo, "main", &["develop", "release/*"]);
}

#[test]
fn what_is_configured_is_not_detected() {
    let repo = Repo::cloned("origin", &["main", "develop"])
        .toml("[branches]\nproduction = \"release/7\"\nmerge_back = []\nprefix = \"urgent/\"");
    let config = check(&repo, "release/7", &[]);
    assert!(config.branches.production_known);
    assert_eq!(config.branches.prefix, "urgent/");
    // Pinning production to develop must not merge it into itself.
    let repo = Repo::cloned("origin", &["develop"]).toml("[branches]\nproduction = \"develop\"");
    check(&repo, "develop", &["release/*"]);
}
