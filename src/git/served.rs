//! One git process that hands out contents as they are asked for: git keeps what they are deltas of, and nobody has
//! to hold a long history of a large file in memory.

use super::repo::Repo;
use crate::model::oid::Oid;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::rc::Rc;

/// The most bytes of contents that are kept for being asked again.
const KEPT: usize = 32 * 1024 * 1024;

/// Contents by their ids, read when they are asked for.
pub struct Served<'a> {
    repo: &'a Repo,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    process: Option<Process>,
    kept: HashMap<Oid, Option<Rc<[u8]>>>,
    /// In the order in which they were read.
    order: VecDeque<Oid>,
    bytes: usize,
    /// Whether one could not be read.
    failed: bool,
}

impl<'a> Served<'a> {
    /// Nothing is started before the first question.
    pub fn new(repo: &'a Repo) -> Self {
        Self { repo, state: RefCell::default() }
    }

    /// A content; `None` for what cannot be read.
    pub fn get(&self, blob: &Oid) -> Option<Rc<[u8]>> {
        let mut state = self.state.borrow_mut();
        if let Some(known) = state.kept.get(blob).cloned() {
            state.failed |= known.is_none();
            return known;
        }
        let content = self.ask(&mut state, blob);
        state.failed |= content.is_none();
        state.bytes += content.as_ref().map_or(0, |c| c.len());
        state.kept.insert(blob.clone(), content.clone());
        state.order.push_back(blob.clone());
        while state.bytes > KEPT
            && let Some(oldest) = state.order.pop_front()
        {
            let gone = state.kept.remove(&oldest).flatten();
            state.bytes -= gone.map_or(0, |c| c.len());
        }
        content
    }

    /// Whether a content could not be read since this was asked last.
    pub fn take_failure(&self) -> bool {
        std::mem::take(&mut self.state.borrow_mut().failed)
    }

    fn ask(&self, state: &mut State, blob: &Oid) -> Option<Rc<[u8]>> {
        if state.process.is_none() {
            state.process = Process::start(self.repo);
        }
        let answer = state.process.as_mut()?.ask(blob);
        match answer {
            Ok(content) => content,
            // A damaged object ends git: the next question starts another one.
            Err(error) => {
                log::debug!("{blob} cannot be read: {error}");
                state.process = None;
                None
            }
        }
    }
}

struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    fn start(repo: &Repo) -> Option<Self> {
        log::debug!("git cat-file --batch (answers until the end)");
        let run = repo.git().call("cat-file").dir(repo.dir()).arg("--batch");
        let mut child = run.piped().inspect_err(|error| log::debug!("git cat-file: {error}")).ok()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take()?);
        Some(Self { child, stdin, stdout: BufReader::new(stdout) })
    }

    fn ask(&mut self, blob: &Oid) -> std::io::Result<Option<Rc<[u8]>>> {
        let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let stdin = self.stdin.as_mut().ok_or_else(broken)?;
        writeln!(stdin, "{blob}")?;
        stdin.flush()?;
        let mut header = String::new();
        self.stdout.read_line(&mut header)?;
        if header.is_empty() {
            return Err(broken());
        }
        let mut words = header.split_whitespace().skip(1);
        let (kind, size) = (words.next(), words.next().and_then(|size| size.parse::<usize>().ok()));
        let Some(size) = size else { return Ok(None) };
        let mut content = vec![0; size + 1];
        self.stdout.read_exact(&mut content)?;
        content.pop();
        Ok((kind == Some("blob")).then(|| content.into()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends when nobody can ask it any more.
        self.stdin = None;
        _ = self.child.wait();
    }
}
