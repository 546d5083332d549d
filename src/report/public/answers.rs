//! What people answered in the team's own post-mortem, as far as it can be read outside.

use crate::model::text::list;
use crate::report::lint::outside::{CODE, Outside, Told};
use crate::report::markdown::md;
use crate::report::postmortem::blocks::generated;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::ops::Range;

/// The answers by what they are about, each Markdown that is safe already, or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    pub summary: String,
    pub impact: String,
    pub causes: String,
    pub actions: String,
}

/// Takes the answers over. `template` is the document as it would be written today: its own sentences
/// are nobody's answer.
pub fn of(document: &str, template: &str, outside: &Outside<'_>) -> Answers {
    let known: BTreeSet<String> = read(template).into_iter().map(|block| block.text).collect();
    let mut answers = Answers::default();
    let mut left_out: [Vec<&'static str>; 4] = Default::default();
    for block in read(document).into_iter().filter(|block| !known.contains(&block.text)) {
        let (n, answer) = match block.topic {
            Topic::Summary => (0, &mut answers.summary),
            Topic::Impact => (1, &mut answers.impact),
            Topic::Causes => (2, &mut answers.causes),
            Topic::Actions => (3, &mut answers.actions),
            Topic::Inside => continue,
        };
        let told = match block.is_code {
            true => Told { text: String::new(), left_out: vec!["a command line"] },
            false => outside.tell(&block.text),
        };
        if let Some(reasons) = left_out.get_mut(n) {
            reasons.extend(told.left_out);
        }
        if told.text.is_empty() {
            continue;
        }
        let text = md(&told.text);
        match (block.is_item, answer.is_empty()) {
            (true, _) if answer.lines().last().is_some_and(|line| line.starts_with("- ")) => {
                answer.push_str(&format!("\n- {text}"));
            }
            (is_item, is_first) => {
                let (gap, bullet) = (if is_first { "" } else { "\n\n" }, if is_item { "- " } else { "" });
                answer.push_str(&format!("{gap}{bullet}{text}"));
            }
        }
    }
    let all = [&mut answers.summary, &mut answers.impact, &mut answers.causes, &mut answers.actions];
    for (answer, reasons) in all.into_iter().zip(left_out) {
        if reasons.is_empty() {
            continue;
        }
        let kinds: BTreeSet<&str> = reasons.iter().copied().collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let (n, were) = (reasons.len(), if reasons.len() == 1 { "sentence was" } else { "sentences were" });
        let gap = if answer.is_empty() { "" } else { "\n\n" };
        answer.push_str(&format!(
            "{gap}> TODO(human): {n} {were} left out here ({}). Say what matters to readers outside.",
            list(&kinds)
        ));
    }
    answers
}

/// What a section's answers are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Topic {
    Summary,
    Impact,
    Causes,
    Actions,
    #[default]
    Inside,
}

impl Topic {
    fn of(heading: &str) -> Self {
        let lower = heading.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
        if has(&["action item", "follow-up", "changing", "prevent"]) {
            Self::Actions
        } else if has(&["summary"]) {
            Self::Summary
        } else if has(&["impact", "affected"]) {
            Self::Impact
        } else if has(&["contributing", "cause", "what happened"]) {
            Self::Causes
        } else {
            Self::Inside
        }
    }
}

/// A paragraph, an item, or the first cell of a row: plain text.
#[derive(Clone, Debug, Default)]
struct Block {
    topic: Topic,
    is_item: bool,
    is_code: bool,
    text: String,
}

/// The blocks that people wrote. Quotations, prompts and markup are no answers.
fn read(document: &str) -> Vec<Block> {
    let generated: Vec<Range<usize>> = generated(document);
    let mut reader = Reader::default();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(document, options).into_offset_iter() {
        if !generated.iter().any(|block| block.contains(&range.start)) {
            reader.take(event);
        }
    }
    reader.end();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    current: Block,
    topic: Topic,
    heading: Option<String>,
    quotes: usize,
    items: usize,
    /// The cell of the row that is read, and whether the row is the table's head.
    cell: usize,
    is_head: bool,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.end();
                self.heading = Some(String::new());
            }
            Event::End(TagEnd::Heading(level)) => {
                let title = self.heading.take().unwrap_or_default();
                let topic = Topic::of(&title);
                // A heading below the section's own that says nothing belongs to it.
                if topic != Topic::Inside || level as usize <= 2 {
                    self.topic = topic;
                }
            }
            Event::Start(Tag::BlockQuote(_)) => {
                self.end();
                self.quotes += 1;
            }
            Event::End(TagEnd::BlockQuote(_)) => {
                self.current = Block::default();
                self.quotes = self.quotes.saturating_sub(1);
            }
            Event::Start(Tag::Item) => {
                self.end();
                self.items += 1;
            }
            Event::End(TagEnd::Item) => {
                self.end();
                self.items = self.items.saturating_sub(1);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                self.end();
                self.current.is_code = true;
            }
            Event::Start(Tag::TableHead) => self.is_head = true,
            Event::End(TagEnd::TableHead) => {
                self.is_head = false;
                self.current = Block::default();
            }
            Event::Start(Tag::TableRow) => {
                self.end();
                self.cell = 0;
            }
            Event::End(TagEnd::TableCell) => {
                // Owners, tickets and dates are the team's.
                if self.cell == 0 && !self.is_head {
                    self.items += 1;
                    self.end();
                    self.items -= 1;
                }
                self.current = Block::default();
                self.cell += 1;
            }
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph | TagEnd::CodeBlock) => self.end(),
            Event::Text(text) => self.push(&text),
            Event::Code(code) => {
                if code.trim().contains(char::is_whitespace) {
                    self.current.text.push(CODE);
                }
                self.push(&code);
            }
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        match &mut self.heading {
            Some(title) => title.push_str(text),
            None => self.current.text.push_str(text),
        }
    }

    fn end(&mut self) {
        let block = std::mem::take(&mut self.current);
        let text = block.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.quotes == 0 && !text.is_empty() {
            let (topic, is_item) = (self.topic, self.items > 0);
            self.blocks.push(Block { topic, is_item, text, ..block });
        }
    }
}
