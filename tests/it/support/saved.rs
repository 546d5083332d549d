//! A world put aside, to go back to as often as a test needs it: the same paths, the same clock.

use super::world::World;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// The state of a world at one moment.
pub struct Saved {
    world: Arc<World>,
    copy: TempDir,
    seconds: i64,
}

impl Saved {
    /// Puts everything in the world aside.
    pub fn of(world: &Arc<World>) -> Self {
        let copy = tempfile::Builder::new().prefix("hotfix-saved-").tempdir_in(world.place()).unwrap();
        copy_everything(&world.root, copy.path());
        Self { world: Arc::clone(world), copy, seconds: world.seconds() }
    }

    /// Brings it back.
    pub fn restore(&self) {
        for entry in std::fs::read_dir(&self.world.root).unwrap() {
            let path = entry.unwrap().path();
            let is_dir = path.is_dir() && !path.is_symlink();
            if is_dir { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) }.unwrap();
        }
        copy_everything(self.copy.path(), &self.world.root);
        self.world.set_seconds(self.seconds);
    }
}

fn copy_everything(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap();
    assert!(status.success(), "cannot copy {} to {}", from.display(), to.display());
}
