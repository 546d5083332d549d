//! Whether commits have a good signature, as git said. Each costs a program, and whoever can push a log can put
//! thousands into it: what git said is kept by commit, one run asks for so many and not for longer than a while, and
//! what was not asked counts as unsigned.

use crate::git::records::hash_of;
use crate::git::{GitError, Repo};
use crate::model::oid::Oid;
use crate::system::files;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many signatures are asked about in one go.
const MOST: usize = 500;
/// How many one git checks.
const PIECE: usize = 100;
/// The longest all of it may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Whether it was said in this run that some are left.
static SAID: AtomicBool = AtomicBool::new(false);

/// Of these commits those with a good signature, and whom it names.
///
/// # Errors
/// When git cannot be asked.
pub(super) fn good(repo: &Repo, commits: &[Oid]) -> Result<BTreeMap<Oid, String>, GitError> {
    if commits.is_empty() {
        return Ok(BTreeMap::new());
    }
    let kept = Kept::open(repo)?;
    let mut known = kept.as_ref().map(Kept::read).unwrap_or_default();
    let unknown: Vec<Oid> = commits.iter().filter(|oid| !known.contains_key(*oid)).cloned().collect();
    let began = Instant::now();
    let mut left = unknown.len();
    for piece in unknown.get(..MOST.min(unknown.len())).unwrap_or_default().chunks(PIECE) {
        let Some(limit) = LIMIT.checked_sub(began.elapsed()) else { break };
        let said = match ask(repo, piece, limit) {
            Ok(said) => said,
            Err(GitError::Failed { timed_out: true, .. }) => break,
            Err(error) => return Err(error),
        };
        if let Some(kept) = &kept {
            kept.add(&said);
        }
        known.extend(said.into_iter().map(|(oid, _, signer)| (oid, signer)));
        left -= piece.len();
    }
    if left > 0 && !SAID.swap(true, Ordering::SeqCst) {
        log::warn!(
            "{left} signatures of other clones' events were not checked in this run, and count as missing"
        );
    }
    let of = |oid: &Oid| Some((oid.clone(), known.get(oid)?.clone()?));
    Ok(commits.iter().filter_map(of).collect())
}

/// What git says of commits: its letter, and the signer of a good signature.
fn ask(repo: &Repo, commits: &[Oid], limit: Duration) -> Result<Vec<(Oid, char, Option<String>)>, GitError> {
    let run = repo
        .call("log")
        .args(["--no-walk=unsorted", "--no-show-signature", "--format=%H%x00%G?%x00%GS", "--stdin"])
        .stdin(commits.iter().map(|oid| format!("{oid}\n")).collect::<String>())
        .limit(Some(limit));
    let said = |line: &str| {
        let mut fields = line.split('\0');
        let (oid, state, signer) = (fields.next()?, fields.next()?.chars().next()?, fields.next()?);
        Some((Oid::parse(oid)?, state, (state == 'G').then(|| signer.to_owned())))
    };
    Ok(repo.git().text(run)?.lines().filter_map(said).collect())
}

/// What git said before, by the same keys.
struct Kept {
    path: PathBuf,
    /// The file of keys that it holds for.
    keys: String,
}

impl Kept {
    /// `None` where the keys are not in a file: a key ring changes without a word.
    fn open(repo: &Repo) -> Result<Option<Self>, GitError> {
        let read = |key: &str| -> Result<Option<String>, GitError> {
            let path = repo.git().finish(repo.call("config").args(["--type=path", "--get", key]))?.text();
            Ok(files::read_optional(path.trim().as_ref()).ok().flatten().filter(|text| !text.is_empty()))
        };
        if repo.config()?.get("gpg.format") != Some("ssh") {
            return Ok(None);
        }
        let Some(allowed) = read("gpg.ssh.allowedSignersFile")? else { return Ok(None) };
        let revoked = read("gpg.ssh.revocationFile")?.unwrap_or_default();
        let keys = hash_of(&format!("{allowed}\0{revoked}"));
        Ok(Some(Self { path: repo.common_dir().join("hotfix").join("signatures"), keys }))
    }

    /// By commit the signer, or that there is none.
    fn read(&self) -> BTreeMap<Oid, Option<String>> {
        let text = files::read_optional(&self.path).ok().flatten().unwrap_or_default();
        let line = |line: &str| {
            let (keys, rest) = line.split_once(' ')?;
            let (commit, signer) = rest.split_once(' ')?;
            let signer = (!signer.is_empty()).then(|| signer.to_owned());
            (keys == self.keys).then_some((Oid::parse(commit)?, signer))
        };
        text.lines().filter_map(line).collect()
    }

    /// Keeps what does not change by itself: an error may.
    fn add(&self, said: &[(Oid, char, Option<String>)]) {
        let lines: Vec<String> = said
            .iter()
            .filter(|(_, state, _)| matches!(state, 'G' | 'B' | 'N' | 'U'))
            .map(|(oid, _, signer)| format!("{} {oid} {}", self.keys, signer.as_deref().unwrap_or_default()))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        if let Err(error) = files::append_lines(&self.path, &lines, false) {
            log::debug!("what git says of signatures cannot be kept: {error}");
        }
    }
}
