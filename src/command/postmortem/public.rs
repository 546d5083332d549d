//! `hotfix postmortem --public`: what is written for readers outside, and what stays inside.

use super::default_path;
use crate::command::templates;
use crate::facts::fix::tip_of;
use crate::facts::{Hotfix, Workspace, people};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::report::lint::names::Names;
use crate::report::lint::outside::Outside;
use crate::report::postmortem::{self as report, Facts};
use crate::report::public;
use crate::report::public::answers::{self, Answers};
use crate::system::files;

/// The incident, and the document about it, for readers outside.
pub(super) struct Published {
    pub incident: Incident,
    pub answers: Answers,
    pub text: String,
}

/// Writes the public form: the record without what is not for outside, and the answers of the team's
/// own document. `whole` is the record with its restricted events, `fresh` the team's document as it
/// would be written today.
pub(super) fn of(
    workspace: &Workspace,
    hotfix: &Hotfix,
    whole: &Incident,
    incident: &Incident,
    fresh: &str,
) -> anyhow::Result<Published> {
    let people = people::people(workspace, whole, tip_of(hotfix, whole).as_ref())?;
    let names = Names::new(people.iter().map(|(name, email)| (name.as_str(), email.as_str())));
    let record = workspace.record();
    let clean = |line: &str| record.redact(line);
    let outside = Outside::new(&names, whole, incident, &clean);
    let told = public::of(incident, &outside)
        .ok_or_else(|| Failure::failed("the record cannot be read without its names; nothing was written"))?;
    let inside = match default_path(workspace, incident, false, "md") {
        Ok(path) => files::read_optional(&path).ok().flatten().unwrap_or_default(),
        Err(_) => String::new(),
    };
    let answers = answers::of(&inside, fresh, &outside);
    let template = templates::of(workspace, report::PUBLIC)?;
    let text = report::render_public(template.template(), &Facts::bare(&told), &answers)?;
    Ok(Published { incident: told, answers, text })
}
