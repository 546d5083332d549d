//! What must hold at every moment of a release, also on the wreck of a run that was killed.

use super::repo::Repo;
use super::shop::Shop;
use std::collections::BTreeMap;
use std::path::Path;

/// What one hotfix may change, and how everything was before.
pub struct Promises {
    pub production: String,
    /// The branches it is merged back to.
    pub targets: Vec<String>,
    pub branch: String,
    pub tag: String,
    /// The tip of the hotfix branch.
    pub fix: String,
    public: BTreeMap<String, String>,
    here: BTreeMap<String, String>,
    log: Vec<(String, String)>,
}

impl Promises {
    /// Looks at a shop before the release.
    pub fn about(shop: &Shop, branch: &str, targets: &[String], tag: &str) -> Self {
        let here = refs(&shop.repo);
        let full = format!("refs/heads/{branch}");
        let is_log = |name: &str| name.starts_with("refs/incidents/") && name.ends_with("/log");
        Self {
            production: shop.production.clone(),
            targets: targets.to_vec(),
            branch: branch.to_owned(),
            tag: tag.to_owned(),
            fix: here.get(&full).cloned().unwrap_or_default(),
            public: refs(shop.public()),
            log: here.iter().filter(|(name, _)| is_log(name)).map(|(n, o)| (n.clone(), o.clone())).collect(),
            here,
        }
    }

    /// Demands that every promise holds now.
    #[track_caller]
    pub fn hold(&self, shop: &Shop) {
        let public = refs(shop.public());
        self.no_half_state_is_public(shop, &public);
        self.the_branch_goes_last(shop, &public);
        self.nothing_else_has_moved("public", &self.public, &public);
        let here = refs(&shop.repo);
        self.nothing_else_has_moved("here", &self.here, &here);
        for (log, old) in &self.log {
            let now = here.get(log).unwrap_or_else(|| panic!("{log} is gone"));
            assert!(contains(&shop.repo, now, old), "{log} has lost events");
        }
    }

    fn has(&self, shop: &Shop, branch: &str, commit: &str) -> bool {
        let tip = refs(shop.public()).remove(&format!("refs/heads/{branch}"));
        tip.is_some_and(|tip| contains(shop.public(), &tip, commit))
    }

    fn no_half_state_is_public(&self, shop: &Shop, public: &BTreeMap<String, String>) {
        let tag = format!("refs/tags/{}", self.tag);
        let (tagged, merged) = (public.contains_key(&tag), self.has(shop, &self.production, &self.fix));
        assert_eq!(tagged, merged, "half a release is public: the tag is there, production has the fix");
        if tagged {
            let place = shop.public();
            let commit = annotated(place, &public[&tag]).expect("the tag should be annotated");
            assert!(self.has(shop, &self.production, &commit), "{tag} is not on {}", self.production);
            assert!(contains(place, &commit, &self.fix), "{tag} does not contain the fix");
        }
    }

    fn the_branch_goes_last(&self, shop: &Shop, public: &BTreeMap<String, String>) {
        let full = format!("refs/heads/{}", self.branch);
        let gone_there = self.public.contains_key(&full) && !public.contains_key(&full);
        let gone_here = self.here.contains_key(&full) && !refs(&shop.repo).contains_key(&full);
        if gone_there || gone_here {
            let here = refs(&shop.repo);
            if here.iter().any(|(name, oid)| name.ends_with("/keep/aborted") && *oid == self.fix) {
                return;
            }
            for branch in self.targets.iter().chain([&self.production]) {
                let has = self.has(shop, branch, &self.fix);
                assert!(has, "the hotfix branch is gone and {branch} does not have the fix");
            }
        }
    }

    fn nothing_else_has_moved(
        &self,
        place: &str,
        before: &BTreeMap<String, String>,
        now: &BTreeMap<String, String>,
    ) {
        for name in before.keys().chain(now.keys()) {
            let changed = before.get(name) != now.get(name);
            assert!(!changed || self.may_move(name), "{place}: {name} should not have changed");
        }
    }

    fn may_move(&self, name: &str) -> bool {
        let mine = |b: &str| b == self.production || b == self.branch || self.targets.iter().any(|t| t == b);
        name.strip_prefix("refs/heads/").is_some_and(mine)
            || name.strip_prefix("refs/tags/").is_some_and(|tag| tag == self.tag)
            || name.starts_with("refs/remotes/")
            || name.starts_with("refs/incidents/")
            || name == "refs/stash"
    }
}

impl Repo {
    /// Demands that no lock file and no half-done operation of git is left in here.
    #[track_caller]
    pub fn is_tidy(&self) {
        let mut left = Vec::new();
        leftovers(&self.common_dir(), &mut left);
        assert!(left.is_empty(), "left behind: {left:#?}");
    }
}

// Asked in process: a sweep looks hundreds of times.

fn open(repo: &Repo) -> git2::Repository {
    git2::Repository::open(&repo.dir).unwrap()
}

fn refs(repo: &Repo) -> BTreeMap<String, String> {
    let opened = open(repo);
    let all = opened.references().unwrap().flatten();
    all.filter_map(|r| Some((r.name().ok()?.to_owned(), r.target()?.to_string()))).collect()
}

fn contains(repo: &Repo, tip: &str, commit: &str) -> bool {
    let (Ok(tip), Ok(commit)) = (git2::Oid::from_str(tip), git2::Oid::from_str(commit)) else { return false };
    tip == commit || open(repo).graph_descendant_of(tip, commit).unwrap_or(false)
}

/// The commit an annotated tag names.
fn annotated(repo: &Repo, tag: &str) -> Option<String> {
    let opened = open(repo);
    let tag = opened.find_tag(git2::Oid::from_str(tag).ok()?).ok()?;
    Some(tag.target_id().to_string())
}

fn leftovers(dir: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            leftovers(&path, found);
        } else if name.ends_with(".lock") || name == "MERGE_HEAD" {
            found.push(path.display().to_string());
        }
    }
}
