//! The texts of an XML file.

use super::super::leaf::Leaf;
use super::{Read, body};
use roxmltree::{Document, Node, ParsingOptions};

pub(super) fn read(text: &str) -> Read {
    let (body, shift) = body(text);
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    if depth(body) > DEEPEST {
        return Err("is nested too deeply");
    }
    let document = Document::parse_with_options(body, options).map_err(|_| "is not well-formed XML")?;
    let mut found = Vec::new();
    walk(document.root_element(), body, shift, &mut Vec::new(), &mut found);
    Ok(found)
}

/// No project file is nested like that, and what reads it would run out of stack.
const DEEPEST: usize = 200;

/// At least as deep as the elements are nested.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for part in text.split('<').skip(1) {
        let tag = part.split_once('>').map_or(part, |(tag, _)| tag);
        if tag.starts_with('/') {
            now = now.saturating_sub(1);
        } else if !tag.ends_with('/') && !tag.starts_with(['!', '?']) {
            now += 1;
            most = most.max(now);
        }
    }
    most
}

fn walk(node: Node<'_, '_>, body: &str, shift: usize, key: &mut Vec<String>, found: &mut Vec<Leaf>) {
    key.push(name(node));
    for child in node.children() {
        if child.is_element() {
            walk(child, body, shift, key, found);
        } else if child.is_text()
            && let Some(says) = child.text().map(str::trim).filter(|says| !says.is_empty())
            && let Some(raw) = body.get(child.range())
            && raw.trim() == says
        {
            let start = child.range().start + raw.len() - raw.trim_start().len() + shift;
            found.push(Leaf { key: key.clone(), range: start..start + says.len(), says: says.to_owned() });
        }
    }
    key.pop();
}

/// The element's name, with what tells it from others of the same name.
fn name(node: Node<'_, '_>) -> String {
    let tag = node.tag_name().name();
    let child = |name: &str| {
        let child = node.children().find(|child| child.tag_name().name() == name)?;
        child.text().map(str::trim).map(str::to_owned)
    };
    // Whatever has coordinates goes by them, but for the project that a file is about.
    if !matches!(tag, "project" | "parent")
        && let Some(artifact) = child("artifactId")
    {
        return format!("{tag}({}:{artifact})", child("groupId").unwrap_or_default());
    }
    if tag == "profile" {
        return format!("profile({})", child("id").unwrap_or_default());
    }
    tag.to_owned()
}
