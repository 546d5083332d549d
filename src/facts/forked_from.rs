//! Whether production's remote is a fork, by the forge's word. It is asked once for each repository; the
//! answer is kept in a file beside the repository that can be deleted at any time.

use super::forge::{believed, push_url};
use super::workspace::{Workspace, keeping};
use crate::config::Origin;
use crate::forge::{self, Places};
use crate::git::http::reach;
use crate::model::text::shell_word;
use crate::system::files;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The longest that a forge is asked.
const PATIENCE: Duration = Duration::from_secs(3);

/// The repository that a fork was made from.
pub struct Parent {
    pub path: String,
    address: String,
}

impl Parent {
    /// The line that makes it production's.
    pub fn line(&self) -> String {
        let add = format!("git remote add upstream {}", shell_word(&self.address));
        format!("{add} && {}", keeping("branches.remote", "upstream"))
    }
}

/// The repository that production's remote is a fork of. `None` also where no forge
/// is known or there is no token for it, and where a person has named the remote as production's.
pub fn forked_from(workspace: &Workspace) -> Option<Parent> {
    let (repo, env) = (&workspace.repo, &workspace.env);
    if !matches!(workspace.config.origin("branches.remote"), Some(Origin::Detected(_))) {
        return None;
    }
    let (url, own) = (push_url(workspace), believed(workspace, false));
    let place = forge::place(env, repo, &url, &own, None)?;
    let (page, path) = (place.page(), &place.address.path);
    let mut known = read(workspace);
    if !known.contains_key(&page) {
        let token = Places { env, repo, place: &place, named: &own.token }.find()?;
        let mut way = reach(repo, env, &place.api);
        way.limit = Some(PATIENCE);
        let said = forge::client(&place, Some(&token), way).ok()?.parent();
        let parent = said.map_err(|error| log::debug!("whether {path} is a fork: {error}")).ok()?;
        known.insert(page.clone(), parent.unwrap_or_default());
        let kept = serde_json::to_string(&known).map(|text| files::write_atomically(&file(workspace), &text));
        if !matches!(kept, Ok(Ok(()))) {
            log::debug!("whether {path} is a fork could not be kept");
        }
    }
    let parent = known.remove(&page).filter(|parent| !parent.is_empty())?;
    let address = if url.contains(path.as_str()) {
        url.replacen(path.as_str(), &parent, 1)
    } else {
        place.page_of(&parent) + ".git"
    };
    Some(Parent { path: parent, address })
}

fn file(workspace: &Workspace) -> PathBuf {
    workspace.repo.common_dir().join("hotfix").join("forks")
}

/// By page; what is no fork has an empty name.
fn read(workspace: &Workspace) -> BTreeMap<String, String> {
    let text = files::read_optional(&file(workspace)).ok().flatten().unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
