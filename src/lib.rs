//! `hotfix` takes an engineer from "production is broken" to a tagged release that is merged back
//! everywhere, and writes the incident log meanwhile.
//!
//! A command looks (`facts`), plans (`plan`, pure), shows (`terminal`) and does (`engine`). What
//! happened is asked of git and the remote, never of a state file. Arrows between the modules run
//! downwards only; `ARCHITECTURE.md` has the picture and a test keeps it.

pub mod cli;
pub mod command;
pub mod config;
pub mod engine;
pub mod facts;
pub mod forge;
pub mod git;
pub mod insight;
pub mod model;
pub mod plan;
pub mod record;
pub mod report;
pub mod system;
pub mod terminal;

pub use command::run;
