//! What each system does in its own way: processes, groups, permissions, and what a sync means.
//!
//! Everything else is the same on all of them. What is only words (names, paths, command lines) lies
//! in `names`, is pure, and is tested everywhere.

#[cfg(unix)]
#[path = "unix.rs"]
mod own;
#[cfg(not(unix))]
#[path = "windows.rs"]
mod own;

pub mod names;

pub use own::*;
