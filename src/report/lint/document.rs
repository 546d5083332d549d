//! A post-mortem taken apart: what people wrote in which section, and nothing else.
//!
//! Left out are headings, prompts, code, quotes (somebody's words), link targets and what was
//! generated.

use super::section::Section;
use crate::report::postmortem;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A stretch of what somebody wrote.
#[derive(Clone, Debug, Default)]
pub struct Passage {
    pub section: Section,
    /// Whether it is what an item of a list, or a row of a table, begins with.
    pub begins_item: bool,
    pub text: String,
    /// Where parts of the text stand in the source: bytes there, bytes here.
    map: Vec<(usize, usize)>,
    /// The rules that do not count here.
    pub allows: Vec<String>,
}

impl Passage {
    /// Where a byte of the text stands in the source.
    pub fn source(&self, at: usize) -> usize {
        let part = self.map.iter().rev().find(|(_, here)| *here <= at);
        part.map_or(0, |(there, here)| there + (at - here))
    }

    fn push(&mut self, text: &str, there: usize) {
        self.map.push((there, self.text.len()));
        self.text.push_str(text);
    }
}

/// A row of a table under the headings of its columns, in lower case.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub section: Section,
    pub at: usize,
    pub cells: Vec<(String, String)>,
    pub allows: Vec<String>,
}

/// An item of a list, whole.
#[derive(Clone, Debug, Default)]
pub struct Item {
    pub section: Section,
    pub at: usize,
    pub text: String,
    /// Whether its box is ticked, or all of it is struck out.
    pub is_done: bool,
    pub allows: Vec<String>,
}

/// A `hotfix:allow` comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub rule: String,
    pub reason: String,
    pub at: usize,
}

/// The whole document.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub passages: Vec<Passage>,
    pub rows: Vec<Row>,
    /// The items of lists that are no part of another item.
    pub items: Vec<Item>,
    /// The rows and items of its timeline, those that were generated as well, each on one line.
    pub chronology: Vec<String>,
    /// Where the prompts stand that nobody has answered.
    pub prompts: Vec<usize>,
    pub allowances: Vec<Allowance>,
}

/// The incident that a post-mortem is about: of its front matter, or of its table of facts.
pub fn incident(source: &str) -> Option<String> {
    let front = source.strip_prefix("---\n").and_then(|rest| rest.split("\n---").next());
    let named = front.into_iter().flat_map(str::lines).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (["id", "incident"].contains(&key.trim()) && !value.is_empty()).then(|| value.to_owned())
    });
    let listed = || {
        source.lines().find_map(|line| {
            let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
            match cells.as_slice() {
                ["Incident", id] => Some(id.trim_matches('`').to_owned()).filter(|id| !id.is_empty()),
                _ => None,
            }
        })
    };
    named.or_else(listed)
}

/// Reads a document.
pub fn read(source: &str) -> Document {
    let mut reader = Reader { generated: postmortem::generated(source), ..Reader::default() };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        reader.take(event, range);
    }
    reader.flush();
    reader.document
}

#[derive(Default)]
struct Reader {
    document: Document,
    generated: Vec<Range<usize>>,
    /// Headings that are open: level and section.
    sections: Vec<(usize, Section)>,
    heading: Option<(usize, String)>,
    titled: bool,
    current: Passage,
    /// How many blocks of the kind are open whose text does not count.
    quotes: usize,
    code: usize,
    links: usize,
    /// How many lists and tables are open.
    nested: usize,
    begins_item: bool,
    /// How many items are open, and the outermost of them.
    items: usize,
    item: Option<Item>,
    /// The table that is open: its headings, and the row that is read.
    columns: Vec<String>,
    in_head: bool,
    row: Row,
    /// Allowed in the next block, and in the one that is open.
    waiting: Vec<String>,
    allowed: Vec<String>,
}

impl Reader {
    fn section(&self) -> Section {
        self.sections.last().map(|(_, section)| *section).unwrap_or_default()
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range.start),
            Event::End(tag) => self.end(&tag),
            Event::Text(text) => self.text(&text, range.start),
            // Something stands here, so that the words around it do not touch.
            Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                self.text("\u{fffc}", range.start)
            }
            Event::SoftBreak | Event::HardBreak => self.text(" ", range.start),
            Event::Html(html) | Event::InlineHtml(html) => self.comment(&html, range.start),
            Event::TaskListMarker(done) => {
                if let Some(item) = &mut self.item {
                    item.is_done = done;
                }
            }
            Event::FootnoteReference(_) | Event::Rule => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, at: usize) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some((*level as usize, String::new()));
            }
            Tag::BlockQuote(_) => self.open_block(|r| r.quotes += 1),
            Tag::CodeBlock(_) | Tag::MetadataBlock(_) => self.open_block(|r| r.code += 1),
            Tag::Paragraph | Tag::FootnoteDefinition(_) => self.open_block(|_| {}),
            Tag::List(_) | Tag::Table(_) => self.open_block(|r| r.nested += 1),
            Tag::Item => {
                self.flush();
                self.begins_item = true;
                if self.items == 0 && self.quotes == 0 && !self.is_generated(at) {
                    self.item = Some(Item { section: self.section(), at, ..Item::default() });
                }
                self.items += 1;
            }
            Tag::Strikethrough => {
                if let Some(item) = self.item.as_mut().filter(|item| item.text.trim().is_empty()) {
                    item.is_done = true;
                }
            }
            Tag::TableHead => {
                self.in_head = true;
                self.columns.clear();
            }
            Tag::TableRow => {
                self.row = Row { section: self.section(), at, ..Row::default() };
            }
            Tag::TableCell => {
                self.flush();
                self.begins_item = !self.in_head && self.row.cells.is_empty();
            }
            Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. } => self.links += 1,
            _ => {}
        }
    }

    /// A block begins; what was allowed for the next block is allowed in it.
    fn open_block(&mut self, count: impl FnOnce(&mut Self)) {
        self.flush();
        if self.nested == 0 && self.quotes == 0 {
            self.allowed = std::mem::take(&mut self.waiting);
        }
        count(self);
    }

    fn end(&mut self, tag: &TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.close_heading(),
            TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
            TagEnd::CodeBlock | TagEnd::MetadataBlock(_) => self.code = self.code.saturating_sub(1),
            TagEnd::List(_) | TagEnd::Table => {
                self.flush();
                self.nested = self.nested.saturating_sub(1);
            }
            TagEnd::TableHead => self.in_head = false,
            TagEnd::TableRow => {
                let mut row = std::mem::take(&mut self.row);
                if self.section() == Section::Timeline {
                    let cells: Vec<&str> = row.cells.iter().map(|(_, text)| text.as_str()).collect();
                    self.document.chronology.push(cells.join(" "));
                }
                row.allows.extend(self.allowed.clone());
                if !self.is_generated(row.at) {
                    self.document.rows.push(row);
                }
            }
            TagEnd::TableCell => self.close_cell(),
            TagEnd::Item => {
                if let Some(item) = &mut self.item {
                    item.allows.extend(self.current.allows.iter().chain(&self.allowed).cloned());
                }
                self.flush();
                self.items = self.items.saturating_sub(1);
                if self.items == 0 {
                    let item = self.item.take();
                    if let Some(item) = item.as_ref().filter(|item| item.section == Section::Timeline) {
                        self.document.chronology.push(item.text.clone());
                    }
                    self.document.items.extend(item);
                }
            }
            TagEnd::Paragraph | TagEnd::FootnoteDefinition => self.flush(),
            TagEnd::Link => self.links = self.links.saturating_sub(1),
            _ => {}
        }
    }

    fn close_heading(&mut self) {
        let Some((level, title)) = self.heading.take() else { return };
        while self.sections.last().is_some_and(|(l, _)| *l >= level) {
            self.sections.pop();
        }
        // The title of the document is no section: "fix the login" is not about the fix.
        let is_title = level == 1 && !self.titled;
        self.titled = true;
        let own = if is_title { None } else { Section::of(&title) };
        let section = own.unwrap_or_else(|| self.section());
        self.sections.push((level, section));
    }

    fn close_cell(&mut self) {
        let text = self.current.text.trim().to_owned();
        if self.in_head {
            self.columns.push(text.to_lowercase());
            self.current = Passage::default();
            return;
        }
        let column = self.columns.get(self.row.cells.len()).cloned().unwrap_or_default();
        self.row.allows.append(&mut self.current.allows.clone());
        self.row.cells.push((column, text));
        self.flush();
        self.begins_item = false;
    }

    fn text(&mut self, text: &str, at: usize) {
        if let Some((_, title)) = &mut self.heading {
            title.push_str(text);
            return;
        }
        if self.code > 0 || self.is_generated(at) {
            return;
        }
        if text.contains("TODO(human)") {
            self.document.prompts.push(at);
        }
        if let Some(item) = &mut self.item {
            item.text.push_str(text);
        }
        if self.quotes == 0 && self.links == 0 {
            self.current.push(text, at);
        }
    }

    fn comment(&mut self, html: &str, at: usize) {
        if self.is_generated(at) {
            return;
        }
        for (offset, _) in html.match_indices("TODO(human)") {
            self.document.prompts.push(at + offset);
        }
        for (offset, opening) in html.match_indices("<!-- hotfix:allow") {
            let rest = html.get(offset + opening.len()..).unwrap_or_default();
            let inside = rest.split("-->").next().unwrap_or_default().trim();
            let (rule, reason) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
            let allowance =
                Allowance { rule: rule.to_owned(), reason: reason.trim().to_owned(), at: at + offset };
            // Without a reason it is said, and counts for nothing.
            if !allowance.reason.is_empty() {
                if self.current.text.trim().is_empty() && self.nested == 0 {
                    self.waiting.push(rule.to_owned());
                }
                self.current.allows.push(rule.to_owned());
            }
            self.document.allowances.push(allowance);
        }
    }

    fn is_generated(&self, at: usize) -> bool {
        self.generated.iter().any(|range| range.contains(&at))
    }

    /// Ends the passage that is being read.
    fn flush(&mut self) {
        let mut passage = std::mem::take(&mut self.current);
        if passage.text.trim().is_empty() {
            return;
        }
        passage.section = self.section();
        passage.begins_item = std::mem::take(&mut self.begins_item);
        passage.allows.extend(self.allowed.clone());
        self.document.passages.push(passage);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str) -> Vec<(Section, String)> {
        read(source).passages.into_iter().map(|p| (p.section, p.text.trim().to_owned())).collect()
    }

    #[test]
    fn only_what_people_wrote_is_read() {
        let source = "---\nid: x\n---\n# Title, fixed\n\nIntro with `code` and [a link](https://a.b/should-have).\n\n\
                      > a quote\n\n```\ncode\n```\n\n<https://example.com/auto>\n\n\
                      <!-- hotfix:auto facts hash=0123456789abcdef -->\n\ngenerated\n\n<!-- /hotfix:auto -->\n\nend\n";
        let texts: Vec<String> = said(source).into_iter().map(|(_, t)| t).collect();
        assert_eq!(texts, ["Intro with \u{fffc} and a link.", "end"]);
    }

    #[test]
    fn headings_say_what_a_section_is_about() {
        let source = "# Post-mortem: the fix\n\na\n\n## 5. Detection\n\nb\n\n### Details\n\nc\n\n## 8. The fix\n\nd\n\n\
                      ## 12. What went well\n\ne\n\n## Action items\n\n- f\n\n## 15. Roles\n\ng\n";
        use Section::{Actions, Hindsight, Lessons, Other, Work};
        let sections: Vec<Section> = said(source).into_iter().map(|(s, _)| s).collect();
        assert_eq!(sections, [Other, Hindsight, Hindsight, Work, Lessons, Actions, Other]);
    }

    #[test]
    fn items_and_rows_begin_somewhere() {
        let source = "## Actions\n\n1. one\n\n   more\n2. two\n\n| Action | Owner |\n| --- | --- |\n| three | team |\n| four | |\n";
        let document = read(source);
        let begins: Vec<(bool, &str)> =
            document.passages.iter().map(|p| (p.begins_item, p.text.trim())).collect();
        assert_eq!(
            begins,
            [(true, "one"), (false, "more"), (true, "two"), (true, "three"), (false, "team"), (true, "four")]
        );
        let cells = |n: usize| document.rows[n].cells.clone();
        assert_eq!(cells(1), [("action".into(), "four".into()), ("owner".into(), String::new())]);
    }

    #[test]
    fn places_are_those_of_the_source() {
        let source = "# T\n\nSome *very* `code` word\nnext\n";
        let passage = &read(source).passages[0];
        for word in ["Some", "very", "word", "next"] {
            let here = passage.text.find(word).unwrap();
            assert_eq!(passage.source(here), source.find(word).unwrap(), "{word}");
        }
    }

    #[test]
    fn prompts_are_counted_where_they_stand() {
        let source =
            "# T\n\n> TODO(human): What?\n\n`TODO(human)` is a prompt.\n\n<!-- TODO(human): more -->\n";
        let lines: Vec<usize> =
            read(source).prompts.iter().map(|at| super::super::words::place(source, *at).0).collect();
        assert_eq!(lines, [3, 7]);
    }

    #[test]
    fn what_is_allowed_is_allowed_in_one_block() {
        let source = "<!-- hotfix:allow name it is a service -->\na\n\nb <!-- hotfix:allow name so --> c\n\nd\n\n\
                      <!-- hotfix:allow vague-action as agreed -->\n- e\n- f\n\ng <!-- hotfix:allow name -->\n";
        let document = read(source);
        let allows: Vec<&[String]> = document.passages.iter().map(|p| p.allows.as_slice()).collect();
        let name = ["name".to_owned()];
        let vague = ["vague-action".to_owned()];
        assert_eq!(allows, [&name[..], &name[..], &[], &vague[..], &vague[..], &[]]);
        assert_eq!(document.allowances.last().unwrap().reason, "");
    }

    #[test]
    fn the_incident_is_named_at_the_top() {
        assert_eq!(
            incident("---\ntitle: x\nincident: 20261122-x-7c1e\n---\n").as_deref(),
            Some("20261122-x-7c1e")
        );
        assert_eq!(incident("# T\n\n| Incident | `20261122-x-7c1e` |\n").as_deref(), Some("20261122-x-7c1e"));
        assert_eq!(incident("# T\n\nincident: x\n"), None);
    }
}
