//! Putting text that came from outside into Markdown, so that it stays text.

use crate::model::text;

/// How far cells are padded to line up; longer ones stand out rather than push all others away.
const PAD_MAX: usize = 44;

/// Text on one line of Markdown, without any meaning of its own.
pub fn md(outside: &str) -> String {
    text::markdown(text::safe(outside).trim())
}

/// A name or a command as code where that is possible, else as escaped text.
pub fn code(outside: &str) -> String {
    let plain = text::safe(outside).trim().to_owned();
    // Inside a code span a backtick ends it, a pipe ends the table cell, and an angle bracket
    // could complete one of our own markers.
    if plain.is_empty() || plain.contains(['`', '|', '<', '>']) {
        text::markdown(&plain)
    } else {
        format!("`{plain}`")
    }
}

/// A fenced block. Its lines are indented, so that none of them can be a marker of ours.
pub fn fence(outside: &str) -> String {
    let (fence, content) = text::fenced(outside);
    let lines: Vec<String> =
        content.trim_end().lines().map(|line| format!("  {line}").trim_end().to_owned()).collect();
    format!("{fence}text\n{}\n{fence}", lines.join("\n"))
}

/// Somebody's words, line by line.
pub fn quote(outside: &str) -> String {
    let plain = text::safe_lines(outside);
    let lines: Vec<String> = plain.trim().lines().map(md).collect();
    let mut out = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        // A backslash keeps a line break the author set; spaces would be stripped by editors.
        let goes_on = !line.is_empty() && lines.get(n + 1).is_some_and(|next| !next.is_empty());
        out.push(format!("> {line}{}", if goes_on { "\\" } else { "" }).trim_end().to_owned());
    }
    out.join("\n")
}

/// A table whose columns line up in the source too. Cells must be Markdown already.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |n: usize| {
        let cells = rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count());
        let title = head.get(n).map_or(0, |title| title.chars().count());
        cells.filter(|w| *w <= PAD_MAX).chain([title, 3]).max().unwrap_or(3)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("| {} |", padded.join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|w| "-".repeat(*w)).collect();
    let mut lines = vec![line(head.to_vec()), line(rule.iter().map(String::as_str).collect())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

/// A list, one item a line. Items must be Markdown already.
pub fn bullets(items: &[String]) -> String {
    items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}

/// Paragraphs and tables with an empty line between them; empty ones are left out.
pub fn stack(parts: &[String]) -> String {
    parts.iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hides_behind_leading_space_or_invisible_characters() {
        assert_eq!(md("   - item"), "\\- item");
        assert_eq!(md("\u{200b} - item"), "\\- item");
        assert_eq!(md("\n\n# head"), "&#35; head");
    }

    #[test]
    fn code_only_where_it_cannot_be_escaped_from() {
        assert_eq!(code("hotfix/x"), "`hotfix/x`");
        assert_eq!(code("a`b|c"), "a\\`b\\|c");
        assert_eq!(code("<!-- x -->"), "&lt;\\!-- x --&gt;");
    }

    #[test]
    fn tables_line_up() {
        let rows = vec![vec!["a".into(), "long cell".into()], vec!["bcd".into(), "x".into()]];
        assert_eq!(
            table(&["K", "Value"], &rows),
            "| K   | Value     |\n| --- | --------- |\n| a   | long cell |\n| bcd | x         |"
        );
    }

    #[test]
    fn a_fence_holds_what_it_is_given() {
        let block = fence("ok\n```\n<!-- /hotfix:auto -->\n");
        assert_eq!(block, "````text\n  ok\n  ```\n  <!-- /hotfix:auto -->\n````");
        assert_eq!(quote("one\n> two"), "> one\\\n> &gt; two");
        assert_eq!(quote("one\n\ntwo"), "> one\n>\n> two");
    }
}
