//! Blocks of the README and the book that hold what the program prints.
//!
//! `<!-- screen: NAME -->` stands before such a block, and a test compares the block with a run.

use super::updates;
use std::path::{Path, PathBuf};

fn place(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// Where the text of a block begins and ends.
fn block(document: &str, name: &str) -> Option<(usize, usize)> {
    let marker = format!("<!-- screen: {name} -->\n```console\n");
    let start = document.find(&marker)? + marker.len();
    let end = start + document[start..].find("```\n")?;
    Some((start, end))
}

/// Demands that the block of this name in this file is this text, or puts it there.
#[track_caller]
pub fn shows(file: &str, name: &str, text: &str) {
    let path = place(file);
    let document = std::fs::read_to_string(&path).unwrap();
    let (start, end) = block(&document, name).unwrap_or_else(|| panic!("{file} has no screen {name}"));
    let text = format!("{text}\n");
    if updates() {
        std::fs::write(path, format!("{}{text}{}", &document[..start], &document[end..])).unwrap();
    } else {
        let how = "INSTA_UPDATE=always cargo test --test it screens";
        assert_eq!(&document[start..end], text, "{file}, screen {name}, is out of date; run {how}");
    }
}

/// Demands that this file is this text, or writes it.
#[track_caller]
pub fn is(file: &str, text: &str) {
    if updates() {
        std::fs::write(place(file), text).unwrap();
    } else {
        let found = std::fs::read_to_string(place(file)).unwrap_or_default();
        let how = "INSTA_UPDATE=always cargo test --test it screens";
        assert!(found == text, "{file} is out of date; run {how}");
    }
}

/// Every block that is marked is compared by a test: its file and name are in the source of one.
#[test]
fn every_marked_block_is_compared() {
    let stories = std::fs::read_to_string(place("tests/it/screens/stories.rs")).unwrap();
    for (file, text) in crate::book::documents() {
        if file == "CONTRIBUTING.md" {
            continue;
        }
        for part in text.split("<!-- screen: ").skip(1) {
            let name = part.split(" -->").next().unwrap();
            let wanted = format!("\"{file}\", \"{name}\"");
            assert!(stories.contains(&wanted), "{file}: no test compares the screen {name} ({wanted})");
        }
    }
}
