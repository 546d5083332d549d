//! Everything about git. `git` itself is the authority: it merges, signs, runs hooks and talks to
//! remotes. libgit2 answers questions in process and writes plain objects; where it cannot read a
//! repository (SHA-256, reftable) or fails, `git` answers the same question.

pub mod access;
pub mod apart;
pub mod attributes;
pub mod blame;
pub mod command;
pub mod compare;
pub mod config;
mod convert;
pub mod error;
pub mod fetch;
pub mod generation;
pub mod git_command;
pub mod history;
pub mod hooks;
pub mod http;
pub mod identity;
pub mod library;
pub mod line;
pub mod merge;
pub mod moves;
pub mod object;
pub mod own_files;
pub mod patch;
pub mod promised;
pub mod push;
pub mod records;
pub mod refs;
mod related;
pub mod releases;
pub mod removed;
pub mod repo;
pub mod search;
pub mod served;
pub mod state;
mod strays;
pub mod submodule;
pub mod tags;
pub mod tree;
pub mod worktree;

pub use error::GitError;
pub use repo::Repo;

/// The outcome of asking git something.
pub type Result<T> = std::result::Result<T, GitError>;
