//! Sharing incident logs with another repository: read what it has, join, and send each log in a
//! push of its own, with the value it must have until then. Losing a race means reading again.

use super::share_choice::{fetch, say_left};
use super::share_failure::{credentials, pause, unreadable};
use super::share_target::Place;
use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::git_command::NetworkPolicy;
use crate::git::push::{Push, Report, Said, push};
use crate::git::records::{self, Logs, log_ref};
use crate::git::{GitError, Repo};
use crate::model::event::Kind as EventKind;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};
use crate::model::text::safe;
use crate::record::Record;
use crate::record::join::Suspicion;
use crate::system::fault::fault;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often a log is joined and sent again while others are faster.
const RACES: u32 = 200;

/// How often it is sent again while the remote's log stays as it is: a collision of two writers on
/// the server looks like a refusal, once.
const STILL: u32 = 2;

/// What came of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Both sides have the same now.
    Shared,
    /// It has events that were not sent, because nobody agreed or a send before it was refused.
    Kept,
    /// It was not sent: events in it seem to hold secrets.
    Suspicious(Vec<Suspicion>),
    /// The remote said no.
    Refused(String),
    /// What the remote has under this id is not joined, for this reason.
    Foreign(String),
}

/// One log after sharing.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub id: String,
    pub state: State,
    /// Events that came from there.
    pub received: usize,
    /// Events that went there, or would.
    pub sent: usize,
}

/// Sharing with one place, between reading it and the last push.
pub struct Sharing<'a> {
    workspace: &'a Workspace,
    record: Record<'a>,
    place: &'a Place,
    policy: NetworkPolicy,
    there: Logs,
    outcomes: BTreeMap<String, Outcome>,
    /// Events that came in with another record of the same hotfix.
    united: BTreeMap<String, usize>,
    /// No further log is sent after this; it waits for the next time.
    until: Option<Instant>,
}

impl<'a> Sharing<'a> {
    /// Reads the logs of a place and takes in what can be taken in without making a commit.
    ///
    /// # Errors
    /// When it cannot be reached, or the record cannot be written.
    pub fn with_remote(
        workspace: &'a Workspace,
        place: &'a Place,
        policy: NetworkPolicy,
    ) -> anyhow::Result<Self> {
        Self::reading(workspace, place, policy, false)
    }

    /// As [`Sharing::with_remote`]; `all`: every log that the place has.
    ///
    /// # Errors
    /// As [`Sharing::with_remote`].
    pub fn reading(
        workspace: &'a Workspace,
        place: &'a Place,
        policy: NetworkPolicy,
        all: bool,
    ) -> anyhow::Result<Self> {
        // A committed file alone must not make git read a directory here or run a remote helper. Commands that
        // can ask have asked before this.
        if let Some(path) = place.untrusted(&workspace.repo) {
            return Err(Failure::refused(format!(
                "{} in hotfix.toml is not used for the incident log: not trusted here yet",
                safe(path)
            ))
            .hint("hotfix sync")
            .into());
        }
        let (there, choice) = fetch(workspace, place, policy, all)?;
        say_left(place, &choice);
        Self::begin(workspace, place, policy, there)
    }

    /// The same for what was read from a bundle.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn begin(
        workspace: &'a Workspace,
        place: &'a Place,
        policy: NetworkPolicy,
        there: Logs,
    ) -> anyhow::Result<Self> {
        let (outcomes, united) = (BTreeMap::new(), BTreeMap::new());
        let mut sharing = Self {
            workspace,
            record: workspace.record(),
            place,
            policy,
            there,
            outcomes,
            united,
            until: None,
        };
        sharing.record.replay();
        sharing.judge()?;
        sharing.unite()?;
        sharing.compare()?;
        Ok(sharing)
    }

    /// Leaves out what is no log, and what belongs to another incident of the same id.
    fn judge(&mut self) -> anyhow::Result<()> {
        let here = records::local(&self.workspace.repo)?;
        let mut foreign = Vec::new();
        for (id, tip) in &self.there {
            let mine = here.get(id);
            if mine == Some(tip) {
                continue;
            }
            match self.strangeness(id, mine, tip) {
                Ok(None) => {}
                Ok(Some(why)) => foreign.push((id.clone(), why)),
                Err(error) => foreign.push((id.clone(), format!("it cannot be read ({})", error.detail()))),
            }
        }
        for (id, why) in foreign {
            self.there.remove(&id);
            let sent = here.get(&id).map_or(Ok(0), |mine| self.record.news(mine, None))?;
            let outcome = Outcome { id: id.clone(), state: State::Foreign(why), received: 0, sent };
            self.outcomes.insert(id, outcome);
        }
        Ok(())
    }

    fn strangeness(&self, id: &str, mine: Option<&Oid>, tip: &Oid) -> Result<Option<String>, GitError> {
        if self.workspace.repo.peel(tip)?.as_ref() != Some(tip) {
            return Ok(Some("it is not a commit".to_owned()));
        }
        let Some(mine) = mine else { return self.record.objection(id, tip, None) };
        if self.workspace.repo.merge_base(mine, tip)?.is_some() {
            return self.record.objection(id, tip, Some(mine));
        }
        if let Some(why) = self.record.objection(id, tip, None)? {
            return Ok(Some(why));
        }
        let same = self.branch_of(id, mine)? == self.branch_of(id, tip)?;
        Ok((!same).then(|| "it is a different incident from the one here".to_owned()))
    }

    fn branch_of(&self, id: &str, tip: &Oid) -> Result<Option<String>, GitError> {
        Ok(self.record.folded(id, tip)?.map(|i| i.branch))
    }

    /// A record that was opened for a branch whose own record had not come here (a review in a
    /// fresh clone) becomes part of that one as soon as both are known.
    fn unite(&mut self) -> anyhow::Result<()> {
        let here = records::local(&self.workspace.repo)?;
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for id in here.keys().chain(self.there.keys().filter(|id| !here.contains_key(*id))) {
            by_name.entry(slug(id).to_owned()).or_default().push(id.clone());
        }
        for ids in by_name.into_values().filter(|ids| ids.len() > 1) {
            let mut known: Vec<(Incident, Oid)> = Vec::new();
            for id in ids.iter().filter(|id| !self.outcomes.contains_key(*id)) {
                for tip in [here.get(id), self.there.get(id)].into_iter().flatten() {
                    known.extend(self.record.folded(id, tip)?.map(|i| (i, tip.clone())));
                }
            }
            for (lesser, tip) in &known {
                // What is here is judged by what is here: what others have under its id says nothing about it.
                if here.get(&lesser.id).is_some_and(|mine| mine != tip) {
                    continue;
                }
                let home = known.iter().find(|(i, _)| is_home_of(i, lesser));
                if let Some((home, home_tip)) = home {
                    let before = self.record.follow(&home.id, home_tip)?;
                    if !here.contains_key(&lesser.id) {
                        let news = self.record.news(tip, Some(&before))?;
                        *self.united.entry(home.id.clone()).or_default() += news;
                    }
                    self.record.takes_along(&lesser.id, &home.id);
                    self.record.follow(&home.id, tip)?;
                    if let Some(theirs) = self.there.get(&lesser.id) {
                        self.record.follow(&home.id, theirs)?;
                    }
                    self.absorbed(&lesser.id, &home.id)?;
                }
            }
        }
        Ok(())
    }

    /// The log is part of another now. It goes only when all of it is there.
    fn absorbed(&mut self, id: &str, home: &str) -> anyhow::Result<()> {
        let (repo, name) = (&self.workspace.repo, log_ref(id));
        if let (Some(expect), Some(home)) = (repo.find_ref(&name)?, repo.find_ref(&log_ref(home))?) {
            if !repo.is_ancestor(&expect, &home)? {
                return Ok(());
            }
            repo.delete_ref(&Deletion { name, expect })?;
        }
        self.there.remove(id);
        Ok(())
    }

    /// What is to be sent and received, log by log.
    fn compare(&mut self) -> anyhow::Result<()> {
        let here = records::local(&self.workspace.repo)?;
        let is_new = |id: &String| !here.contains_key(id) && !self.outcomes.contains_key(id);
        let new = self.there.iter().filter(|(id, _)| is_new(id));
        self.record.take_new(new.map(|(id, tip)| (id.as_str(), tip)))?;
        for id in here.keys().chain(self.there.keys().filter(|id| !here.contains_key(*id))) {
            if self.outcomes.contains_key(id) {
                continue;
            }
            let (mine, theirs) = (here.get(id), self.there.get(id));
            let united = self.united.get(id).copied().unwrap_or_default();
            let received = united + theirs.map_or(Ok(0), |t| self.record.news(t, mine))?;
            let sent = mine.map_or(Ok(0), |m| self.record.news(m, theirs))?;
            let is_behind = match (mine, theirs) {
                (Some(mine), Some(theirs)) => self.workspace.repo.is_ancestor(mine, theirs)?,
                (mine, _) => mine.is_none(),
            };
            if is_behind && let Some(theirs) = theirs {
                self.record.follow(id, theirs)?;
            }
            let state = if is_behind { State::Shared } else { State::Kept };
            let outcome = Outcome { id: id.clone(), state, received, sent };
            self.outcomes.insert(id.clone(), outcome);
        }
        Ok(())
    }

    /// Ends sending after this long, between two logs.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.until = Instant::now().checked_add(limit);
        self
    }

    /// The logs that hold something the place has not.
    pub fn waiting(&self) -> Vec<&Outcome> {
        self.outcomes.values().filter(|o| o.state == State::Kept).collect()
    }

    /// Sends what waits, one push a log. `harmless`: events that are no secrets, though they look
    /// like one. `show` is told what is going on.
    ///
    /// # Errors
    /// When credentials are missing, the connection is lost for good, or the record cannot be written.
    pub fn send(&mut self, harmless: &[String], show: impl Fn(&str)) -> anyhow::Result<()> {
        let ids: Vec<String> = self.waiting().into_iter().map(|o| o.id.clone()).collect();
        let mut refusal = None;
        for id in ids {
            if self.until.is_some_and(|until| Instant::now() >= until) {
                break;
            }
            show(&id);
            let state = self.send_one(&id, harmless)?;
            if let State::Refused(why) = &state {
                refusal = Some(why.clone());
            }
            if let Some(outcome) = self.outcomes.get_mut(&id) {
                outcome.state = state;
            }
            if refusal.is_some() {
                break;
            }
        }
        if let Err(error) = self.place.took(&self.workspace.repo, refusal.as_deref()) {
            log::debug!("the remote's answer could not be saved: {error}");
        }
        Ok(())
    }

    fn send_one(&mut self, id: &str, harmless: &[String]) -> anyhow::Result<State> {
        let repo = &self.workspace.repo;
        let (mut races, mut still) = (0, 0);
        loop {
            let theirs = self.there.get(id).cloned();
            let Some(mine) = repo.find_ref(&log_ref(id))? else { return Ok(State::Shared) };
            let joined = match &theirs {
                Some(theirs) => self.record.join(&mine, theirs)?,
                None => mine,
            };
            if theirs.as_ref() == Some(&joined) {
                return self.settled(id, &joined);
            }
            let mut found = self.record.suspicions(&joined, theirs.as_ref())?;
            found.retain(|s| !harmless.contains(&s.event));
            if !found.is_empty() {
                self.record.follow(id, &joined)?;
                return Ok(State::Suspicious(found));
            }
            let name = log_ref(id);
            let updates = [Update { name: name.clone(), expect: theirs.clone(), new: joined.clone() }];
            let what = Push { updates: &updates, without_hook: true, ..Push::default() };
            let report = push(repo, &self.place.remote, what, self.policy)?;
            fault!("sync: the push has returned");
            if report.confirms(std::iter::once(name.as_str())) {
                return self.settled(id, &joined);
            }
            if report.authentication {
                self.record.follow(id, &joined)?;
                return Err(credentials(self.place).into());
            }
            // The join stays unused when somebody was faster: the next one is made from both ends.
            let now = records::fetch_one(
                repo,
                &self.place.remote,
                &name,
                &records::elsewhere_ref(&self.place.key, id),
                self.policy,
            )
            .map_err(|error| unreadable(self.place, &error))?;
            if now == theirs {
                still += 1;
                if still >= STILL {
                    self.record.follow(id, &joined)?;
                    return Ok(State::Refused(self.record.redact(&words(&report, &name))));
                }
            } else {
                still = 0;
                races += 1;
                if let Some(now) = &now
                    && let Some(why) = self.record.objection(id, now, theirs.as_ref())?
                {
                    return Ok(State::Foreign(why));
                }
                self.there.remove(id);
                self.there.extend(now.map(|now| (id.to_owned(), now)));
            }
            if races >= RACES {
                return Err(Failure::failed(format!(
                    "other clones keep pushing to {}; the incident log here is complete",
                    self.place.name()
                ))
                .hint(format!("hotfix sync {}", self.place.word()))
                .into());
            }
            pause(races);
        }
    }

    fn settled(&self, id: &str, tip: &Oid) -> anyhow::Result<State> {
        self.record.follow(id, tip)?;
        records::remember(&self.workspace.repo, &self.place.key, id, tip)?;
        Ok(State::Shared)
    }

    /// Ends it: what came from there is in the log here, whether anything was sent or not.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn end(self) -> anyhow::Result<Vec<Outcome>> {
        let joins = |o: &&Outcome| !matches!(o.state, State::Foreign(_));
        for outcome in self.outcomes.values().filter(joins) {
            if let Some(theirs) = self.there.get(&outcome.id) {
                self.record.follow(&outcome.id, theirs)?;
            }
        }
        Ok(self.outcomes.into_values().collect())
    }
}

/// Whether every log here is at the place as far as is known here: no network is asked.
///
/// # Errors
/// When the refs cannot be read.
pub fn is_all_there(repo: &Repo, place: &Place) -> Result<bool, GitError> {
    let there = records::last_known(repo, &place.key)?;
    Ok(records::local(repo)?.iter().all(|(id, tip)| there.get(id) == Some(tip)))
}

/// The server's reason, with its own first line.
fn words(report: &Report, name: &str) -> String {
    let said = report.server_words().into_iter().next();
    match report.refs.get(name) {
        Some(Said::Refused(reason)) => match said {
            Some(said) if !reason.contains(&said) => format!("{reason}: {said}"),
            _ => reason.clone(),
        },
        _ => said.or_else(|| report.own_words().pop()).unwrap_or_else(|| "the push failed".to_owned()),
    }
}

/// Whether `lesser` was opened only because the record `home` of the same branch was not known.
fn is_home_of(home: &Incident, lesser: &Incident) -> bool {
    // Clocks of two machines may differ, but not by a day.
    let began = home.started_at <= lesser.started_at + chrono::Duration::days(1);
    let ended = home
        .events
        .iter()
        .rev()
        .find(|e| matches!(e.kind, EventKind::Finished | EventKind::Cancelled | EventKind::Declined))
        .filter(|_| home.end.is_some());
    let was_open = began && ended.is_none_or(|e| e.at >= lesser.started_at);
    let first = !home.is_adopted() || (home.started_at, &home.id) < (lesser.started_at, &lesser.id);
    lesser.is_adopted() && home.id != lesser.id && home.branch == lesser.branch && was_open && first
}

/// The slug inside an incident id.
fn slug(id: &str) -> &str {
    id.get(9..).and_then(|rest| rest.rsplit_once('-')).map_or(id, |(slug, _)| slug)
}
