//! The change of the fix, line by line, as far as it is short enough to be read.

use super::text::{escape, escape_short};
use crate::model::patch::{FilePatch, Hunk};
use crate::model::text::{count, shorten};
use std::fmt::Write;

/// How many lines and files are shown, and how much of a line.
const LINES: usize = 400;
const FILES: usize = 40;
const WIDTH: usize = 300;

/// The change as HTML, without a heading of its own. `None` where nothing changed.
pub fn render(patch: &[FilePatch]) -> Option<String> {
    if patch.is_empty() {
        return None;
    }
    let mut left = LINES;
    let mut html = String::new();
    for file in patch.iter().take(FILES) {
        let path = match (&file.old, &file.new) {
            (Some(old), Some(new)) if old != new => {
                format!("{} → {}", escape_short(old, WIDTH), escape_short(new, WIDTH))
            }
            _ => escape_short(file.path(), WIDTH),
        };
        let news = match (&file.old, &file.new) {
            (None, _) => " (new)",
            (_, None) => " (deleted)",
            _ => "",
        };
        let _ = writeln!(html, "<h3><code>{path}</code>{news}</h3>");
        if file.opaque {
            html.push_str("<p class=\"quiet\">Not shown line by line.</p>\n");
        } else if !file.hunks.is_empty() {
            let lines: String = file.hunks.iter().map(|hunk| lines(hunk, &mut left)).collect();
            if !lines.is_empty() {
                let _ = writeln!(html, "<pre class=\"diff\" tabindex=\"0\"><code>{lines}</code></pre>");
            }
        }
    }
    let all: usize = patch.iter().flat_map(|f| &f.hunks).map(|h| h.removed.len() + h.added.len()).sum();
    let hidden = all.saturating_sub(LINES - left);
    let files = patch.len().saturating_sub(FILES);
    let more = [(hidden, "line"), (files, "file")]
        .map(|(n, what)| if n > 0 { count(n, &format!("more {what}")) } else { String::new() });
    let more: Vec<String> = more.into_iter().filter(|m| !m.is_empty()).collect();
    if !more.is_empty() {
        let _ = writeln!(html, "<p class=\"quiet\">{}: git shows them.</p>", more.join(" and "));
    }
    Some(html)
}

fn lines(hunk: &Hunk, left: &mut usize) -> String {
    if *left == 0 {
        return String::new();
    }
    let mut html = format!("<span class=\"at\">line {}</span>", hunk.at.max(1));
    let removed = hunk.removed.iter().map(|l| ("del", "−", l));
    let added = hunk.added.iter().map(|l| ("ins", "+", l));
    for (element, sign, line) in removed.chain(added) {
        if *left == 0 {
            break;
        }
        *left -= 1;
        let text = escape(&shorten(&line.replace('\t', "    "), WIDTH)).replace('\n', " ");
        let _ = write!(html, "<{element}>{sign}{text}</{element}>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> FilePatch {
        let added = (0..lines).map(|n| format!("\t<b>{n}</b>\u{202e}")).collect();
        let hunks = vec![Hunk { at: 3, removed: vec!["old & gone".into()], added }];
        FilePatch { old: Some(path.into()), new: Some(path.into()), opaque: false, hunks }
    }

    #[test]
    fn lines_are_text_with_their_sign() {
        assert_eq!(render(&[]), None);
        let html = render(&[file("src/<x>.rs", 1)]).unwrap();
        assert!(html.contains("src/&lt;x&gt;.rs") && html.contains("<del>−old &amp; gone</del>"), "{html}");
        assert!(html.contains("<ins>+    &lt;b&gt;0&lt;/b&gt;</ins>"), "{html}");
        let logo = FilePatch { opaque: true, new: Some("logo.png".into()), ..FilePatch::default() };
        assert!(render(&[logo]).unwrap().contains("logo.png</code> (new)"));
    }

    #[test]
    fn a_large_change_is_cut_and_says_so() {
        let patch: Vec<FilePatch> = (0..100).map(|n| file(&format!("f{n}"), 100)).collect();
        let html = render(&patch).unwrap();
        assert!(html.len() < 60_000, "{}", html.len());
        assert!(html.contains("9700 more lines and 60 more files"), "{html}");
    }
}
