//! Reads what has to be known to judge whether places have fixes, for all of them together: a handful
//! of questions to git, whatever the number of fixes.

mod carried;
mod causes;
mod copies;
pub mod decisions;
mod elsewhere;
mod follow;
mod material;
mod reverts;
mod single;

pub use carried::{Series, carrier, gone, undone};
pub use copies::Known;
pub use material::{File, Material};
pub use reverts::Reverts;
pub use single::{Single, judge_places};

use crate::config::Guard;
use crate::git::Repo;
use crate::insight::graph::{Graph, Place, Reach};
use crate::insight::presence::content::State;
use crate::insight::presence::purpose::is_to_go;
use crate::insight::presence::{By, Decision, Facts, Part, Standing, Verdict, judge};
use crate::model::oid::Oid;
use elsewhere::Elsewhere;
use follow::{Follow, Question};
use material::{Contents, Held};

/// A fix, as far as its presence is concerned.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Its newest commit.
    pub tip: Place,
    /// What it was made on; `None` when it is the first commit, or not here.
    pub base: Option<Place>,
    /// Its commits, oldest first, merges left out.
    pub own: Vec<Place>,
    /// Other commits that bring all of it: its merge, the release.
    pub brought: Vec<Place>,
    /// Whether history is cut off inside of it: what it changes is not known.
    pub is_cut: bool,
    /// The version that it was released as.
    pub release: Option<String>,
}

/// A branch or a release in which fixes are looked for.
#[derive(Clone, Debug)]
pub struct Holder {
    pub oid: Oid,
    pub tip: Place,
    pub reach: Reach,
}

impl Holder {
    /// A place in the history; `None` when it is not part of it.
    pub fn new(graph: &Graph, oid: &Oid) -> Option<Self> {
        let tip = graph.find(oid)?;
        Some(Self { oid: oid.clone(), tip, reach: graph.reach([tip]) })
    }
}

/// Whether one place has one fix, both by position.
#[derive(Clone, Debug)]
pub struct Asked {
    pub subject: usize,
    pub holder: usize,
    /// Whether the fix has to be there.
    pub is_owed: bool,
    pub decision: Option<Decision>,
}

/// The judgement, with everything it was made from.
#[derive(Clone, Debug)]
pub struct Answer {
    pub asked: Asked,
    pub facts: Facts,
    pub verdict: Verdict,
    /// The commits by which the place got it, where those are not its own.
    pub copies: Vec<Place>,
    /// For each file of the fix where it may be there, the likeliest first.
    pub paths: Vec<Vec<String>>,
}

/// What is asked about.
pub struct Presence<'a> {
    pub repo: &'a Repo,
    pub guard: &'a Guard,
    pub graph: &'a Graph,
    pub subjects: &'a [Subject],
    pub holders: &'a [Holder],
}

impl Presence<'_> {
    /// What each fix changes, and the judgements, in the order of the questions.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn look(&self, asked: Vec<Asked>) -> anyhow::Result<(Vec<Material>, Vec<Answer>)> {
        let contents = Contents::new(self.repo);
        let materials = material::read(self.repo, self.graph, self.guard, self.subjects, &contents)?;
        let answers = self.answers(&materials, asked, &contents)?;
        Ok((materials, answers))
    }

    fn answers(
        &self,
        materials: &[Material],
        asked: Vec<Asked>,
        contents: &Contents<'_>,
    ) -> anyhow::Result<Vec<Answer>> {
        let question = |asked: Asked| {
            let (fix, material) = (self.subjects.get(asked.subject)?, materials.get(asked.subject)?);
            Some(Question::new(asked.clone(), fix, material, self.holders.get(asked.holder)?))
        };
        let mut questions: Vec<Question<'_>> = asked.into_iter().filter_map(question).collect();
        let mut held = Held::default();
        held.read(self.repo, questions.iter().flat_map(Question::wanted), contents)?;
        held.read_odd(self.repo, questions.iter().flat_map(Question::odd))?;
        let mut last: Option<&Material> = None;
        for question in &mut questions {
            if let Some(last) = last.filter(|last| !std::ptr::eq(*last, question.material)) {
                last.rest();
            }
            question.look(&held, contents);
            last = Some(question.material);
        }
        materials.iter().for_each(Material::rest);
        let reverts = Reverts::of(self.graph);
        let follow = Follow { repo: self.repo, graph: self.graph, guard: self.guard, reverts: &reverts };
        follow.all(&mut questions, &mut held, contents)?;
        let is_cut = self.graph.iter().any(|(_, node)| node.is_cut);
        let mut elsewhere = Elsewhere { repo: self.repo, held: &mut held, contents };
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            let mut facts = question.facts(is_cut, elsewhere.held, elsewhere.contents);
            let mut verdict = judge(&facts);
            if verdict.standing == Standing::Lost && elsewhere.find(&question, &verdict.lost, &mut facts)? {
                verdict = judge(&facts);
            }
            question.material.rest();
            let Question { asked, copies, paths, .. } = question;
            answers.push(Answer { asked, facts, verdict, copies, paths });
        }
        Ok(answers)
    }
}

impl Question<'_> {
    /// Everything that was found out.
    fn facts(&self, is_cut: bool, held: &Held, contents: &Contents<'_>) -> Facts {
        let mut parts = Vec::new();
        for (at, (file, states)) in self.material.files.iter().zip(&self.states).enumerate() {
            let paths = self.paths.get(at).map(Vec::as_slice).unwrap_or_default();
            let on_the_way = self.is_unread.get(at).copied().unwrap_or(false);
            let is_unread = file.is_unread || states.is_none() || on_the_way;
            let unknown = vec![State::Changed; file.change.len()];
            for (part, state) in states.as_ref().unwrap_or(&unknown).iter().enumerate() {
                let is_undone = *state == State::Out
                    || (*state == State::Changed
                        && !is_unread
                        && held.is_undone(&self.holder.oid, (file, part), paths, contents));
                parts.push(Part {
                    path: file.path.clone(),
                    part,
                    weight: file.weight,
                    lines: file.change.lines_of(part),
                    state: *state,
                    is_undone,
                    moved_to: None,
                    is_module: file.change.is_module(),
                    is_unread: is_unread && *state != State::In,
                    is_to_go: is_to_go(file.change.added(part)),
                    cause: self.causes.get(at).and_then(|c| c.get(part)).copied().flatten(),
                });
            }
        }
        Facts {
            arrived: match (self.has_commits, self.copies.is_empty()) {
                (true, _) => Some(By::Ancestry),
                (false, false) => Some(By::PatchId),
                _ => None,
            },
            parts,
            decision: self.asked.decision.clone(),
            is_owed: self.asked.is_owed,
            is_cut,
            is_blind: self.fix.is_cut,
        }
    }
}

/// What the content alone of many commits says about one fix, whatever history is between: for
/// releases by the hundred.
///
/// # Errors
/// When contents cannot be read.
pub fn by_content(
    repo: &Repo,
    guard: &Guard,
    (base, tip): (&Oid, &Oid),
    release: Option<&str>,
    commits: &[&Oid],
) -> anyhow::Result<Vec<Verdict>> {
    let contents = Contents::few(repo);
    let material = material::between(repo, guard, (base, tip), release, &contents)?;
    let paths: Vec<Vec<String>> = material.files.iter().map(File::paths).collect();
    let mut held = Held::default();
    let wanted = commits
        .iter()
        .flat_map(|commit| paths.iter().flatten().map(|path| ((*commit).clone(), path.clone())));
    held.read(repo, wanted, &contents)?;
    let judged = |commit: &&Oid| {
        let mut facts = Facts::default();
        for (file, paths) in material.files.iter().zip(&paths).filter(|(file, _)| !file.change.is_entry()) {
            let states = held.states(commit, file, paths, &contents);
            let unknown = vec![State::Changed; file.change.len()];
            for (part, state) in states.as_ref().unwrap_or(&unknown).iter().enumerate() {
                facts.parts.push(Part {
                    path: file.path.clone(),
                    part,
                    weight: file.weight,
                    lines: file.change.lines_of(part),
                    state: *state,
                    is_undone: *state == State::Out,
                    moved_to: None,
                    is_module: false,
                    is_unread: file.is_unread || states.is_none(),
                    is_to_go: false,
                    cause: None,
                });
            }
        }
        judge(&facts)
    };
    Ok(commits.iter().map(judged).collect())
}
