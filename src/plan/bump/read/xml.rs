//! The texts of an XML file.

use super::super::leaf::Leaf;
use super::{Read, body};
use roxmltree::{Document, Node, ParsingOptions};

pub(super) fn read(text: &str) -> Read {
    let (body, shift) = body(text);
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(body, options).map_err(|_| "is not well-formed XML")?;
    let mut found = Vec::new();
    walk(document.root_element(), body, shift, &mut Vec::new(), &mut found);
    Ok(found)
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
    if matches!(tag, "dependency" | "plugin" | "extension" | "exclusion")
        && let Some(artifact) = child("artifactId")
    {
        return format!("{tag}({}:{artifact})", child("groupId").unwrap_or_default());
    }
    if tag == "profile" {
        return format!("profile({})", child("id").unwrap_or_default());
    }
    tag.to_owned()
}
