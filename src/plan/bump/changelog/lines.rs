//! The lines of a changelog, and which of them are text.

/// A line without its end.
pub(super) struct Line<'a> {
    /// Its first byte in the text.
    pub(super) start: usize,
    /// The byte after its end, the line break included.
    pub(super) end: usize,
    pub(super) text: &'a str,
    /// Not in a code block, a comment, or the values in front of a page.
    pub(super) plain: bool,
    pub(super) is_comment: bool,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn bullet(&self) -> Option<char> {
        let bare = self.text.trim_start();
        ['-', '*', '+', '•']
            .into_iter()
            .find(|b| bare.strip_prefix(*b).is_some_and(|rest| rest.starts_with([' ', '\t'])))
    }

    /// A line of nothing but marks below a heading.
    pub(super) fn is_underline(&self) -> bool {
        let text = self.text.trim_end();
        let mark = text.chars().next().filter(|c| "=-~^\"'*+#".contains(*c));
        text.chars().count() >= 3 && mark.is_some_and(|mark| text.chars().all(|c| c == mark))
    }
}

/// All lines of a text.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let front = front_matter(text);
    let mut fence: Option<&str> = None;
    let mut comment = false;
    let mut at = 0;
    let mut all = Vec::new();
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        let line = if start == 0 { line.trim_start_matches('\u{feff}') } else { line };
        if start < front {
            all.push(Line { start, end: at, text: line, plain: false, is_comment: false });
            continue;
        }
        let mut is_comment = comment;
        let mut plain = fence.is_none() && !comment;
        let mark = fence_mark(line);
        if let Some(open) = fence {
            if mark.is_some_and(|mark| mark.starts_with(open) && line.trim() == mark) {
                fence = None;
            }
        } else if comment {
            comment = !line.contains("-->");
        } else if let Some(open) = mark {
            (fence, plain) = (Some(open), false);
        } else if let Some((_, inside)) = line.rsplit_once("<!--") {
            comment = !inside.contains("-->");
            is_comment = line.trim_start().starts_with("<!--");
            plain = !is_comment;
        }
        all.push(Line { start, end: at, text: line, plain, is_comment });
    }
    all
}

/// Where the values in front of a page end: lines of keys between `---` or `+++`, at the very top.
fn front_matter(text: &str) -> usize {
    let bare = |line: &str| line.trim_start_matches('\u{feff}').trim_end().to_owned();
    let mut all = text.split_inclusive('\n');
    let Some(first) = all.next() else { return 0 };
    let (mark, sign) = match bare(first).as_str() {
        "---" => ("---", ':'),
        "+++" => ("+++", '='),
        _ => return 0,
    };
    let mut end = first.len();
    for (at, line) in all.enumerate() {
        end += line.len();
        if bare(line) == mark {
            return end;
        }
        if at == 0 && line.split_once(sign).is_none_or(|(key, _)| key.trim().contains(char::is_whitespace)) {
            break;
        }
    }
    0
}

/// The run of marks that opens or closes a code block.
fn fence_mark(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let run = trimmed.get(..trimmed.len() - trimmed.trim_start_matches(mark).len())?;
    // A long run of tildes alone below a title is an underline.
    let is_underline = mark == '~' && run.len() > 3 && run.len() == trimmed.trim_end().len();
    (run.len() >= 3 && line.len() - trimmed.len() < 4 && !is_underline).then_some(run)
}
