//! What several fuzz targets start from.

use hotfix::config::{Changelog, TagBy, Version, VersionFiles};
use hotfix::model::habit::Reading;
use hotfix::plan::bump::{File, Tree};
use std::collections::BTreeMap;

/// The settings without a configuration.
pub const fn version() -> Version {
    Version {
        scheme: Reading::Auto,
        tag: None,
        files: VersionFiles { known: true, listed: Vec::new() },
        changelog: Changelog::Auto,
        tag_by: TagBy::Auto,
    }
}

/// Two texts out of an input, so that seeds are readable files: a byte of zero stands between them.
pub fn two(data: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(data).ok()?;
    Some(text.split_once('\0').unwrap_or((text, "")))
}

/// Files in memory.
#[derive(Default)]
pub struct Files {
    paths: Vec<String>,
    files: BTreeMap<String, File>,
}

impl Files {
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files: BTreeMap<String, File> =
            files.into_iter().map(|(path, text)| (path.to_owned(), File::Text(text.into()))).collect();
        Self { paths: files.keys().cloned().collect(), files }
    }
}

impl Tree for Files {
    fn paths(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, path: &str) -> Option<File> {
        self.files.get(path).cloned()
    }
}
