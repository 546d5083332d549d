//! How far commits are from the beginning of history, as git's commit-graph file says: the generation of a commit
//! is above those of all its ancestors. No command of git prints it.

use super::Repo;
use crate::model::oid::Oid;
use std::path::Path;

/// What the commit-graph says; nothing where there is none, or where git does not use it either.
#[derive(Debug, Default)]
pub struct Generations(Vec<Layer>);

/// One file, with where its tables begin.
#[derive(Debug)]
struct Layer {
    bytes: Vec<u8>,
    /// The length of an id.
    width: usize,
    count: usize,
    ids: usize,
    data: usize,
}

impl Generations {
    /// Reads the file, or the files of a split one. One that cannot be read says nothing.
    pub fn read(repo: &Repo) -> Self {
        if repo.is_shallow() || repo.has_grafts() {
            return Self::default();
        }
        let info = repo.common_dir().join("objects/info");
        let split = info.join("commit-graphs");
        let chain = std::fs::read_to_string(split.join("commit-graph-chain")).unwrap_or_default();
        let files = chain.lines().map(|name| split.join(format!("graph-{name}.graph")));
        Self(files.chain([info.join("commit-graph")]).filter_map(|file| Layer::read(&file)).collect())
    }

    /// Those of `tips` that may be one of `sought` or descend from one.
    pub fn may_have<'a>(&self, tips: &[&'a Oid], sought: &[&Oid]) -> Vec<&'a Oid> {
        // What is not in the file is no ancestor of what is.
        let least = sought.iter().map(|oid| self.of(oid).unwrap_or(u32::MAX)).min().unwrap_or(0);
        // Old versions of git wrote zeros.
        let may = |tip: &&&Oid| self.of(tip).is_none_or(|tip| tip == 0 || tip >= least);
        tips.iter().filter(may).copied().collect()
    }

    fn of(&self, commit: &Oid) -> Option<u32> {
        let digits = commit.as_str();
        let bytes = (0..digits.len() / 2).map(|n| u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok());
        let id: Vec<u8> = bytes.collect::<Option<_>>()?;
        self.0.iter().find_map(|layer| layer.generation(&id))
    }
}

impl Layer {
    fn read(file: &Path) -> Option<Self> {
        Self::parse(std::fs::read(file).ok()?)
    }

    /// As gitformat-commit-graph(5) has it.
    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let width = match bytes.get(..6)? {
            b"CGPH\x01\x01" => 20,
            b"CGPH\x01\x02" => 32,
            _ => return None,
        };
        let chunks = usize::from(*bytes.get(6)?);
        let table = |name: &[u8]| {
            let mut entries = (0..chunks).map_while(|n| bytes.get(8 + 12 * n..20 + 12 * n));
            let at = entries.find(|entry| entry.starts_with(name))?.get(4..)?;
            let at = usize::try_from(u64::from_be_bytes(at.try_into().ok()?)).ok()?;
            (at < bytes.len()).then_some(at)
        };
        let (fanout, ids, data) = (table(b"OIDF")?, table(b"OIDL")?, table(b"CDAT")?);
        let count = usize::try_from(number(&bytes, fanout + 255 * 4)?).ok()?;
        (count <= bytes.len() / width).then_some(Self { bytes, width, count, ids, data })
    }

    fn generation(&self, id: &[u8]) -> Option<u32> {
        if id.len() != self.width {
            return None;
        }
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let start = self.ids + middle * self.width;
            match self.bytes.get(start..start + self.width)?.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                // The tree and two parents come first, and the lowest two bits belong to the time.
                std::cmp::Ordering::Equal => {
                    let entry = self.data + middle * (self.width + 16);
                    return Some(number(&self.bytes, entry + self.width + 8)? >> 2);
                }
            }
        }
        None
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of these commits, each with the first byte of its id and its generation.
    fn file(commits: &[(u8, u32)]) -> Vec<u8> {
        let (fanout, ids) = (8 + 4 * 12, 8 + 4 * 12 + 1024);
        let data = ids + commits.len() * 20;
        let mut bytes = b"CGPH\x01\x01\x03\x00".to_vec();
        for (name, at) in
            [(b"OIDF", fanout), (b"OIDL", ids), (b"CDAT", data), (&[0; 4], data + 36 * commits.len())]
        {
            bytes.extend(name);
            bytes.extend((at as u64).to_be_bytes());
        }
        for first in 0..=255 {
            let below = commits.iter().filter(|(id, _)| *id <= first).count();
            bytes.extend((below as u32).to_be_bytes());
        }
        commits.iter().for_each(|(id, _)| bytes.extend([*id; 20]));
        for (_, generation) in commits {
            bytes.extend([7; 28]);
            bytes.extend((generation << 2 | 3).to_be_bytes());
            bytes.extend([9; 4]);
        }
        bytes
    }

    fn id(first: u8) -> Oid {
        Oid::parse(&format!("{first:02x}").repeat(20)).unwrap()
    }

    #[test]
    fn what_lies_below_has_nothing() {
        let generations = Generations(vec![
            Layer::parse(file(&[(3, 5), (7, 1), (200, 9)])).unwrap(),
            Layer::parse(file(&[(8, 12), (9, 0)])).unwrap(),
        ]);
        let all = [id(3), id(7), id(8), id(9), id(200), id(250)];
        let may_have = |sought: &[u8]| -> Vec<Oid> {
            let sought: Vec<Oid> = sought.iter().map(|first| id(*first)).collect();
            let (tips, sought) = (all.iter().collect::<Vec<_>>(), sought.iter().collect::<Vec<_>>());
            generations.may_have(&tips, &sought).into_iter().cloned().collect()
        };
        assert_eq!(may_have(&[200, 8]), [id(8), id(9), id(200), id(250)], "9 has no number, 250 is newer");
        assert_eq!(may_have(&[3]), [id(3), id(8), id(9), id(200), id(250)]);
        assert_eq!(may_have(&[251]), [id(9), id(250)], "newer than all of the file");
        assert_eq!(may_have(&[251, 9]), all);
        assert_eq!(may_have(&[]), all);
    }

    #[test]
    fn a_damaged_file_says_nothing() {
        let whole = file(&[(3, 5), (7, 1)]);
        for length in 0..whole.len() {
            let layer = Layer::parse(whole[..length].to_vec());
            let said = layer.and_then(|layer| layer.generation(&[7; 20]));
            assert!(said.is_none() || length > whole.len() - 8, "{length}");
        }
        let far = [&whole[..12], &[0xff; 8], &whole[20..]].concat();
        assert!(Layer::parse(far).is_none());
        assert!(Layer::parse(whole).unwrap().generation(&[7; 32]).is_none());
    }
}
