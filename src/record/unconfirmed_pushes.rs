//! Which incidents may have a push whose outcome nobody has seen: where to look, never what
//! happened. One empty file for each in the git directory.

use super::Record;
use crate::system::files;
use std::path::PathBuf;

impl Record<'_> {
    /// From now on every command looks how the push of this incident came out.
    pub fn await_outcome(&self, id: &str) {
        if let Err(error) = files::touch(&self.awaited_dir().join(id)) {
            log::debug!("{id} could not be marked as being published: {error}");
        }
    }

    /// How the push came out is in the record.
    pub fn outcome_known(&self, id: &str) {
        drop(files::remove_file(&self.awaited_dir().join(id)));
    }

    /// The incidents that have to be looked at.
    pub fn unconfirmed_pushes(&self) -> Vec<String> {
        let mut ids = files::names_in(&self.awaited_dir());
        ids.sort();
        ids
    }

    fn awaited_dir(&self) -> PathBuf {
        self.repo.common_dir().join("hotfix").join("publishing")
    }
}
