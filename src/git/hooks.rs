//! Client hooks: which of them there are. git runs them; we only have to know when one is there.

use super::repo::Repo;
use crate::system::files;
use std::path::PathBuf;

impl Repo {
    /// Whether a hook is there and will run.
    pub fn has_hook(&self, name: &str) -> bool {
        files::is_executable(&self.hooks().join(name))
    }

    /// The directory git takes hooks from.
    pub fn hooks(&self) -> PathBuf {
        let configured = self.config().ok().and_then(|c| c.get("core.hookspath").map(str::to_owned));
        match configured {
            Some(path) => match path.strip_prefix("~/") {
                Some(rest) => self.home().join(rest),
                None => self.dir().join(path),
            },
            None => self.common_dir().join("hooks"),
        }
    }
}
