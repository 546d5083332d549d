//! Whole sentences about how a release ended.

use super::shop::Shop;
use std::collections::BTreeSet;

impl Shop {
    /// The tip of a branch where the truth is.
    #[track_caller]
    pub fn tip(&self, branch: &str) -> String {
        self.public().rev(&format!("refs/heads/{branch}"))
    }

    /// The tip of production where the truth is.
    #[track_caller]
    pub fn production_tip(&self) -> String {
        self.tip(&self.production)
    }

    /// Whether a branch, where the truth is, contains a commit.
    pub fn has(&self, branch: &str, commit: &str) -> bool {
        self.public().contains(&format!("refs/heads/{branch}"), commit)
    }

    /// Demands that exactly these branches and tags are public, and nothing else.
    #[track_caller]
    pub fn has_exactly(&self, branches: &[&str], tags: &[&str]) {
        let wanted: BTreeSet<String> = branches
            .iter()
            .map(|name| format!("refs/heads/{name}"))
            .chain(tags.iter().map(|name| format!("refs/tags/{name}")))
            .collect();
        let local = self.remote.is_none();
        let found: BTreeSet<String> = self
            .public()
            .refs()
            .into_keys()
            .filter(|name| !(local && name.starts_with("refs/incidents/")))
            // A forge keeps the heads of requests.
            .filter(|name| !name.starts_with("refs/pull/") && !name.starts_with("refs/merge-requests/"))
            .collect();
        assert_eq!(found, wanted, "these refs should be public, no more and no less");
    }

    /// Demands that production is released as `tag`: annotated, on production's tip, which is a
    /// merge of the old production with the fix.
    #[track_caller]
    pub fn is_released(&self, tag: &str, old: &str, fix: &str) {
        let public = self.public();
        let tip = self.production_tip();
        let tag = format!("refs/tags/{tag}");
        assert!(public.has_ref(&tag), "{tag} is not public: {:?}", public.refs());
        assert_eq!(public.git(["cat-file", "-t", &tag]), "tag", "{tag} should be annotated");
        assert_eq!(public.rev(&format!("{tag}^{{commit}}")), tip, "{tag} should stand on production's tip");
        let parents = public.parents(&tip);
        assert_eq!(parents.len(), 2, "production's tip should be a merge");
        assert_eq!(parents[0], old, "the merge's first parent should be the old production");
        assert!(public.contains(&parents[1], fix), "the merge's second parent should contain the fix");
        let fsck = public.git_call(["fsck", "--strict", "--no-dangling"]).run();
        fsck.ok();
    }

    /// Demands that a branch got the released commit and kept its own work.
    #[track_caller]
    pub fn got_the_fix(&self, branch: &str, old: &str) {
        let released = self.production_tip();
        assert!(self.has(branch, &released), "{branch} should contain the released commit");
        assert!(self.has(branch, old), "{branch} should have kept its own work");
    }

    /// Demands that the clone's own branches, where it has them, say what the remote says.
    #[track_caller]
    pub fn local_follows_the_remote(&self) {
        let (here, there) = (self.repo.refs(), self.remote_refs());
        for (name, oid) in &there {
            if let Some(mine) = here.get(name) {
                assert_eq!(mine, oid, "{name} here should be what it is on the remote");
            }
            if let Some(branch) = name.strip_prefix("refs/heads/") {
                let tracking = format!("refs/remotes/{}/{branch}", self.remote_name);
                assert_eq!(here.get(&tracking), Some(oid), "{tracking} should be what the remote has");
            }
        }
        for tag in there.keys().filter(|name| name.starts_with("refs/tags/")) {
            assert!(here.contains_key(tag), "{tag} should exist here too");
        }
    }
}
