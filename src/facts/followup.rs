//! Whether a follow-up is done: as somebody said, or as a fact that git knows.

use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::fetch::{last_known, local_tags};
use crate::git::search::{self, Wanted};
use crate::git::tags;
use crate::model::done_when::{DoneWhen, State, of};
use crate::model::incident::{End, Incident};
use crate::model::oid::Oid;
use crate::model::text::safe;
use crate::model::topic::{DONE, Topic};
use crate::model::trailer::{self, INCIDENT};
use crate::model::version::split_tag;

/// What is found in documents proves nothing: the follow-up itself is told in the post-mortem.
const DOCUMENTS: [&str; 4] = [":(exclude)*.md", ":(exclude)*.txt", ":(exclude)*.html", ":(exclude)*.json"];

/// A follow-up, held against the repository.
#[derive(Clone, Debug)]
pub struct Followup {
    pub topic: Topic,
    pub state: State,
    /// What is to be done, without the condition.
    pub what: String,
    /// The words of the condition.
    pub done_when: Option<String>,
    /// What was found.
    pub evidence: Option<String>,
}

/// Where facts are looked up: production as it is known here, else what is checked out.
pub struct Ground {
    tip: Option<(String, Oid)>,
}

impl Ground {
    /// Finds it, without asking a remote.
    ///
    /// # Errors
    /// When refs cannot be read.
    pub fn find(workspace: &Workspace) -> anyhow::Result<Self> {
        let production = &workspace.config.branches.production;
        let view = last_known(&workspace.repo, workspace.remote())?;
        let tip = match view.heads.get(production) {
            Some(tip) => Some((production.clone(), tip.clone())),
            None => workspace.repo.head()?.oid.map(|oid| ("HEAD".to_owned(), oid)),
        };
        Ok(Self { tip })
    }

    /// Holds one follow-up of an incident against it. What somebody said is done is done.
    pub fn check(&self, workspace: &Workspace, incident: &Incident, topic: Topic) -> Followup {
        let (what, done_when) = of(&topic);
        let (what, done_when) = (what.to_owned(), done_when.map(str::to_owned));
        let mut found = Followup { state: State::Open, what, done_when, evidence: None, topic };
        if found.topic.state == DONE {
            found.state = State::Done;
            return found;
        }
        if let Some(words) = &found.done_when {
            let look = self.look(workspace, incident, &DoneWhen::read(words));
            let (state, evidence) = look.unwrap_or_else(|error| {
                log::debug!("a follow-up could not be checked: {error:#}");
                (State::Unknown, "git could not answer".to_owned())
            });
            found.evidence = Some(evidence);
            // Who has said that it is open again knows more than the fact does.
            let reopened = found.topic.event != found.topic.id;
            found.state = if reopened { State::Open } else { state };
        }
        found
    }

    fn look(
        &self,
        workspace: &Workspace,
        incident: &Incident,
        condition: &DoneWhen,
    ) -> anyhow::Result<(State, String)> {
        if let DoneWhen::Unclear(_) = condition {
            return Ok((State::Unknown, "not a fact that git can check".to_owned()));
        }
        if let DoneWhen::Tag(tag) = condition {
            return reached(workspace, tag);
        }
        if let DoneWhen::Contains(branch, tag) = condition {
            return contains(workspace, branch, tag);
        }
        let Some((name, tip)) = &self.tip else {
            return Ok((State::Unknown, "there is no commit to look at".to_owned()));
        };
        let place = format!("{} at {}", safe(name), tip.short());
        let found = match condition {
            DoneWhen::Path(path) => has_path(workspace, tip, path)?.then(|| format!("on {place}")),
            DoneWhen::Test(test) => {
                named_in(workspace, tip, test)?.map(|path| format!("in {path} on {place}"))
            }
            DoneWhen::Commit(path) => touched(workspace, tip, &incident.id, path)?
                .map(|commit| format!("{} on {place}", commit.short())),
            DoneWhen::Tag(_) | DoneWhen::Contains(..) | DoneWhen::Unclear(_) => None,
        };
        Ok(match found {
            Some(evidence) => (State::Done, evidence),
            None if matches!(condition, DoneWhen::Commit(_)) => {
                (State::Open, format!("no such commit with 'Incident: {}' on {place}", incident.id))
            }
            None => (State::Open, format!("not on {place}")),
        })
    }
}

/// Whether the branch, as it is known here, has that release.
fn contains(workspace: &Workspace, branch: &str, tag: &str) -> anyhow::Result<(State, String)> {
    let view = last_known(&workspace.repo, workspace.remote())?;
    let (Some(tip), Some(release)) = (view.heads.get(branch), tags::commit_of(&workspace.repo, tag)?) else {
        return Ok((State::Unknown, "the branch or the tag is not here".to_owned()));
    };
    let place = format!("{} at {}", safe(branch), tip.short());
    Ok(match workspace.repo.is_ancestor(&release, tip)? {
        true => (State::Done, format!("on {place}")),
        false => (State::Open, format!("not on {place}")),
    })
}

/// The branches that were skipped and lack the release, as they are known here.
///
/// # Errors
/// When history cannot be read.
pub fn lacking(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Vec<String>> {
    let Some(tag) = incident.tag.as_deref().filter(|_| incident.end == Some(End::Finished)) else {
        return Ok(Vec::new());
    };
    let mut lacking = Vec::new();
    for branch in incident.skipped.keys() {
        if contains(workspace, branch, tag)?.0 == State::Open {
            lacking.push(branch.clone());
        }
    }
    Ok(lacking)
}

fn has_path(workspace: &Workspace, tip: &Oid, path: &str) -> anyhow::Result<bool> {
    let run = workspace.repo.call("rev-parse").args(["--quiet", "--verify"]).arg(format!("{tip}:{path}"));
    Ok(workspace.repo.git().finish(run)?.success())
}

/// The first file, documents left out, in which the name stands as a word.
fn named_in(workspace: &Workspace, tip: &Oid, test: &str) -> anyhow::Result<Option<String>> {
    let mut paths = vec!["."];
    paths.extend(DOCUMENTS);
    let wanted = Wanted { text: test, as_word: true, paths: &paths };
    Ok(search::holding(&workspace.repo, tip, wanted)?.first().map(|path| safe(path)))
}

/// The newest commit with the incident's trailer that changes something below the path. Merges bring
/// what others did, so they do not count.
fn touched(workspace: &Workspace, tip: &Oid, incident: &str, path: &str) -> anyhow::Result<Option<Oid>> {
    let run = workspace
        .repo
        .call("log")
        .args(["-z", "--no-merges", "--no-show-signature", "--encoding=UTF-8", "--fixed-strings"])
        .arg(format!("--grep={INCIDENT}: {incident}"))
        .args(["--format=%H%n%B", tip.as_str(), "--"])
        .arg(format!(":(top,literal){path}"));
    let text = workspace.repo.git().text(run)?;
    let names = |entry: &str| {
        let (commit, message) = entry.split_once('\n')?;
        trailer::values(message, INCIDENT).contains(&incident).then(|| Oid::parse(commit)).flatten()
    };
    Ok(text.split('\0').find_map(names))
}

/// Whether that release is there, or a later one of its kind.
fn reached(workspace: &Workspace, tag: &str) -> anyhow::Result<(State, String)> {
    let tags = local_tags(&workspace.repo)?;
    if tags.contains_key(tag) {
        return Ok((State::Done, "it is tagged".to_owned()));
    }
    let Some((scheme, wanted)) = split_tag(tag) else {
        return Ok((State::Open, "there is no such tag here".to_owned()));
    };
    let later =
        tags.keys().filter_map(|name| Some((scheme.version(name)?, name))).filter(|(v, _)| *v > wanted);
    Ok(match later.min() {
        Some((_, name)) => (State::Done, format!("{} is later", safe(name))),
        None => (State::Open, "not tagged here, and no later tag either".to_owned()),
    })
}
