//! What a run works with besides the plan.

use super::deploy::Watch;
use super::resolution::Resolution;
use crate::facts::{Hotfix, Workspace};
use crate::forge::Forge;
use crate::model::incident::Incident;
use crate::record::Record;
use crate::system::lock::RunLock;
use std::cell::Cell;

/// What a run works with besides the plan.
pub struct Run<'a> {
    pub workspace: &'a Workspace,
    pub record: &'a Record<'a>,
    /// The incident's id; every hotfix has a record when it is finished.
    pub id: &'a str,
    pub incident: Option<&'a Incident>,
    /// What is finished; a rollback has no branch of its own.
    pub hotfix: Option<&'a Hotfix>,
    pub lock: Option<&'a RunLock>,
    /// The merges that a person has resolved.
    pub resolutions: &'a [Resolution],
    /// Shows what happens while commands run.
    pub watch: &'a dyn Watch,
    /// How long rejected merge-backs are tried again.
    pub patience: &'a Cell<chrono::Duration>,
    /// The command that goes on after a stop.
    pub again: &'a str,
    /// Somebody said `--deployed no`.
    pub takes_over: bool,
    /// The forge that knows of deployments, where the plan asks it.
    pub forge: Option<&'a dyn Forge>,
}
