//! Putting text that came from outside into Markdown, so that it stays text.

use crate::model::text;

/// How far cells are padded to line up; longer ones stand out rather than push all others away.
const PAD_MAX: usize = 44;

/// Text on one line of Markdown, without any meaning of its own but for its links: web addresses,
/// and numbers of issues (`#6834`).
pub fn md(outside: &str) -> String {
    let plain = text::safe(outside);
    let plain = plain.trim();
    let mut out = String::with_capacity(plain.len() + 8);
    let mut done = 0;
    for (at, word) in words(plain) {
        let Some((skip, link)) = link_in(word) else { continue };
        let (from, to) = (at + skip, at + skip + link.text.len());
        out.push_str(&escaped(plain.get(done..from).unwrap_or_default(), done == 0));
        out.push_str(&if link.is_address { format!("<{}>", link.text) } else { link.text.to_owned() });
        done = to;
    }
    out.push_str(&escaped(plain.get(done..).unwrap_or_default(), done == 0));
    out
}

/// A stretch of text; only at the beginning of a line a dash or a number begins a list.
fn escaped(stretch: &str, is_start: bool) -> String {
    let (front, rest) = stretch.split_at(stretch.len() - stretch.trim_start().len());
    let (inner, back) = rest.split_at(rest.trim_end().len());
    if is_start {
        return format!("{front}{}{back}", text::markdown(inner));
    }
    // The word in front keeps what follows from being at the beginning.
    let escaped = text::markdown(&format!("x{inner}"));
    format!("{front}{}{back}", escaped.strip_prefix('x').unwrap_or(&escaped))
}

/// The words of a line, and the byte each begins at.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split(' ').map(move |word| {
        let here = at;
        at += word.len() + 1;
        (here, word)
    })
}

struct Link<'a> {
    text: &'a str,
    is_address: bool,
}

/// The link in a word, and how many bytes of it come before: brackets and the like around it stay.
fn link_in(word: &str) -> Option<(usize, Link<'_>)> {
    let skip = word.len() - word.trim_start_matches(['(', '"', '\'', '“', '‘']).len();
    let rest = word.get(skip..)?;
    if let Some(digits) = rest.strip_prefix('#') {
        let digits = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let after = rest.get(1 + digits..)?;
        let ends =
            after.trim_start_matches([')', '.', ',', ';', ':', '!', '?', '"', '\'', '”', '’']).is_empty();
        return ((1..=9).contains(&digits) && ends)
            .then_some((skip, Link { text: rest.get(..=digits)?, is_address: false }));
    }
    let text = rest.trim_end_matches([')', '.', ',', ';', ':', '!', '?', '"', '\'', '”', '’']);
    let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let (host, path) = address.split_at(address.find(['/', '?', '#']).unwrap_or(address.len()));
    let is_host = !host.is_empty()
        && host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
    // Everything else could end the link, a cell of a table, or one of our own markers.
    let is_path = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/?#=&%+,:;@$".contains(&b))
        && !path.contains("--");
    (is_host && is_path).then_some((skip, Link { text, is_address: true }))
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

/// A link to a page, or the image at an address that ends like one. What could end the address early is
/// written as its code.
pub fn evidence(url: &str) -> String {
    let mut address = String::new();
    for c in text::safe(url).chars() {
        match c {
            ' ' | '(' | ')' | '<' | '>' | '|' | '\\' | '"' | '`' => {
                address.push_str(&format!("%{:02X}", u32::from(c)))
            }
            _ => address.push(c),
        }
    }
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return md(url);
    }
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_image =
        ["png", "jpg", "jpeg", "gif", "svg", "webp"].iter().any(|end| path.ends_with(&format!(".{end}")));
    let words = md(address.split_once("//").map_or(address.as_str(), |(_, rest)| rest));
    format!("{}[{words}]({address})", if is_image { "!" } else { "" })
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

/// What is long and read by few, folded on forges and on the page. Both must be Markdown already.
pub fn folded(title: &str, content: &str) -> String {
    if content.is_empty() {
        String::new()
    } else {
        format!("{FOLD}{title}{FOLD_TITLE}\n\n{content}\n\n{FOLD_END}")
    }
}

/// The only HTML in a document, each on a line of its own.
pub const FOLD: &str = "<details><summary>";
pub const FOLD_TITLE: &str = "</summary>";
pub const FOLD_END: &str = "</details>";

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
    fn links_stay_links_and_nothing_else_becomes_markup() {
        for (text, wanted) in [
            ("see #6834.", "see #6834."),
            ("(#6834) and #12: done", "(#6834) and #12: done"),
            ("#6834", "#6834"),
            ("# 6834, #x, a#1, #1a", "&#35; 6834, &#35;x, a&#35;1, &#35;1a"),
            ("at https://example.com/a_b?x=1&y=2#z, now", "at <https://example.com/a_b?x=1&y=2#z>, now"),
            ("https://example.com - *x*", "<https://example.com> - \\*x\\*"),
            ("- https://example.com", "\\- <https://example.com>"),
            ("https://example.com/a|b", "https://example.com/a\\|b"),
            ("https://example.com/--> <b>", "https://example.com/--&gt; &lt;b&gt;"),
            ("https://example.com/[x](y)", "https://example.com/\\[x\\](y)"),
            ("https://user:pw@example.com", "https://user:pw&#64;example.com"),
            ("javascript:alert(1) ftp://x", "javascript:alert(1) ftp://x"),
            ("https://", "https://"),
        ] {
            assert_eq!(md(text), wanted, "{text}");
        }
    }

    #[test]
    fn code_only_where_it_cannot_be_escaped_from() {
        assert_eq!(code("hotfix/x"), "`hotfix/x`");
        assert_eq!(code("a`b|c"), "a\\`b\\|c");
        assert_eq!(code("<!-- x -->"), "&lt;\\!-- x --&gt;");
    }

    #[test]
    fn links_stay_links_and_cannot_be_escaped_from() {
        assert_eq!(evidence("https://e.org/t/6834"), "[e.org/t/6834](https://e.org/t/6834)");
        assert!(evidence("https://e.org/g.png?x=1").starts_with("![e.org/g.png"));
        let bad = evidence("https://e.org/a)[x](javascript:1)|<b>");
        assert!(!bad.contains(")[x](") && bad.ends_with("%3Cb%3E)"), "{bad}");
        assert_eq!(evidence("javascript:alert(1)"), md("javascript:alert(1)"));
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
