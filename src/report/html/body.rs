//! The Markdown document as HTML, what people wrote in it included.
//!
//! Raw HTML is shown as text, comments are left out, and a link goes to the web, to a mail address
//! or to a place beside the document; anything else is only its text.

use super::text::escape;
use crate::model::text::count;
use crate::report::markdown::{FOLD, FOLD_END, FOLD_TITLE};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// How many rows of a table are shown.
const ROWS: usize = 1000;
/// How a prompt that nobody has answered begins.
const PROMPT: &str = "TODO(human):";

/// A document, taken apart where the page puts something between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// What its first heading says, as text.
    pub title: Option<String>,
    /// HTML in front of the first section.
    pub lead: String,
    /// The sections, in their order.
    pub sections: Vec<Part>,
    /// How many prompts nobody has answered.
    pub open: usize,
}

/// A section of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Where to jump to.
    pub id: String,
    /// What it is called, as text.
    pub title: String,
    /// Its heading and what follows, as HTML.
    pub html: String,
}

/// Renders Markdown.
pub fn render(markdown: &str) -> Body {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut writer = Writer { out: vec![String::new()], level: 1, ..Writer::default() };
    for event in Parser::new_ext(markdown, options) {
        writer.take(event);
    }
    writer.end()
}

#[derive(Default)]
struct Writer {
    body: Body,
    /// What is written, and above it the blocks whose place is decided when they end.
    out: Vec<String>,
    /// The level of the last heading.
    level: usize,
    /// The text of the heading that is open.
    heading: Option<String>,
    /// Whether what comes is left out: front matter, pictures in a language of their own.
    silent: bool,
    /// Raw HTML that is being collected.
    raw: Option<String>,
    /// How many folded parts are open.
    folds: usize,
    /// For each open link, whether it became one.
    links: Vec<bool>,
    table: Table,
    /// How many quotes are open.
    quotes: usize,
    /// Questions that nobody has answered, as far as they follow each other.
    questions: Vec<String>,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    row: usize,
    in_head: bool,
    /// Rows of two cells are a name and what it is.
    named: bool,
}

impl Writer {
    fn end(mut self) -> Body {
        self.ask();
        while self.out.len() > 1 {
            self.close();
        }
        let mut rest = self.out.pop().unwrap_or_default();
        rest.push_str(&"</div></details>\n".repeat(std::mem::take(&mut self.folds)));
        self.section().push_str(&rest);
        self.body
    }

    /// Where what was written belongs: the section that is open, or what comes before all.
    fn section(&mut self) -> &mut String {
        match self.body.sections.last_mut() {
            Some(part) => &mut part.html,
            None => &mut self.body.lead,
        }
    }

    fn put(&mut self, html: &str) {
        let hidden = self.silent || (self.table.row > ROWS && !self.table.in_head);
        if let Some(out) = self.out.last_mut().filter(|_| !hidden) {
            out.push_str(html);
        }
    }

    /// Ends the innermost block whose place was open and hands it on as it is.
    fn close(&mut self) {
        let inner = self.out.pop().unwrap_or_default();
        self.put(&inner);
    }

    fn text(&mut self, text: &str) {
        if let Some(raw) = &mut self.raw {
            raw.push_str(text);
            return;
        }
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        }
        self.put(&escape(text));
    }

    fn take(&mut self, event: Event<'_>) {
        if self.quotes == 0 && !matches!(event, Event::Start(Tag::BlockQuote(_))) {
            self.ask();
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.finish(tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
            Event::Code(text) => {
                self.put("<code>");
                self.text(&text);
                self.put("</code>");
            }
            Event::Html(html) => self.text(&html),
            Event::InlineHtml(html) => self.text(&without_comments(&html)),
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.put("<br>\n"),
            Event::Rule => self.put("<hr>\n"),
            Event::TaskListMarker(done) => self.put(if done { "☑ " } else { "☐ " }),
            Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.out.push("<p dir=\"auto\">".to_owned()),
            Tag::Heading { .. } => {
                self.heading = Some(String::new());
                self.out.push(String::new());
            }
            Tag::BlockQuote(_) => {
                self.quotes += 1;
                self.out.push(String::new());
            }
            Tag::CodeBlock(kind) => {
                // What it draws stands in this page as a picture.
                self.silent = matches!(&kind, CodeBlockKind::Fenced(language) if &**language == "mermaid");
                self.put("<pre tabindex=\"0\"><code>");
            }
            Tag::HtmlBlock => self.raw = Some(String::new()),
            Tag::List(None) => self.put("<ul>\n"),
            Tag::List(Some(first)) => self.put(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.put("<li dir=\"auto\">"),
            Tag::Table(alignments) => {
                self.table = Table { named: alignments.len() == 2, alignments, ..Table::default() };
                self.put(
                    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n",
                );
            }
            Tag::TableHead => {
                (self.table.in_head, self.table.column) = (true, 0);
                self.put("<thead><tr>");
            }
            Tag::TableRow => {
                self.table.row += 1;
                self.table.column = 0;
                self.put("<tr>");
            }
            Tag::TableCell => {
                let align = match self.table.alignments.get(self.table.column) {
                    Some(Alignment::Right) => " class=\"right\"",
                    Some(Alignment::Center) => " class=\"center\"",
                    _ => "",
                };
                let open = match (self.table.in_head, self.is_name()) {
                    (true, _) => "th scope=\"col\"",
                    (false, true) => "th scope=\"row\"",
                    (false, false) => "td",
                };
                self.put(&format!("<{open}{align} dir=\"auto\">"));
            }
            Tag::Emphasis => self.put("<em>"),
            Tag::Strong => self.put("<strong>"),
            Tag::Strikethrough => self.put("<del>"),
            Tag::Link { dest_url, .. } => {
                let target = harmless(&dest_url);
                self.links.push(target.is_some());
                if let Some(target) = target {
                    self.put(&format!("<a href=\"{}\" rel=\"noopener noreferrer\">", escape(&target)));
                }
            }
            // A picture would have to be loaded.
            Tag::Image { .. } => self.put("<span class=\"picture\">[picture: "),
            Tag::MetadataBlock(_) => self.silent = true,
            _ => {}
        }
    }

    fn finish(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                let text = self.out.pop().unwrap_or_default();
                // It explains markers that are not here.
                if !text.contains("<code>hotfix:auto</code>") {
                    self.put(&text);
                    self.put("</p>\n");
                }
            }
            TagEnd::Heading(level) => self.headed(level as usize),
            TagEnd::BlockQuote(_) => self.quoted(),
            TagEnd::CodeBlock => {
                self.put("</code></pre>\n");
                self.silent = false;
            }
            TagEnd::HtmlBlock => {
                let raw = without_comments(&self.raw.take().unwrap_or_default());
                if let Some(title) = folding(raw.trim()) {
                    self.folds += 1;
                    self.put(&format!("<details><summary>{}</summary><div>\n", escape(title)));
                } else if raw.trim() == FOLD_END && self.folds > 0 {
                    self.folds -= 1;
                    self.put("</div></details>\n");
                } else if !raw.trim().is_empty() {
                    self.put(&format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", escape(raw.trim())));
                }
            }
            TagEnd::List(true) => self.put("</ol>\n"),
            TagEnd::List(false) => self.put("</ul>\n"),
            TagEnd::Item => self.put("</li>\n"),
            TagEnd::Table => {
                let more = self.table.row.saturating_sub(ROWS);
                self.table = Table::default();
                self.put("</tbody></table></div>\n");
                if more > 0 {
                    let rows = count(more, "more row");
                    self.put(&format!(
                        "<p class=\"quiet\">{rows}: in the Markdown form of this document.</p>\n"
                    ));
                }
            }
            TagEnd::TableHead => {
                self.put("</tr></thead><tbody>\n");
                self.table.in_head = false;
            }
            TagEnd::TableRow => self.put("</tr>\n"),
            TagEnd::TableCell => {
                let head = self.table.in_head || self.is_name();
                self.put(if head { "</th>" } else { "</td>" });
                self.table.column += 1;
            }
            TagEnd::Emphasis => self.put("</em>"),
            TagEnd::Strong => self.put("</strong>"),
            TagEnd::Strikethrough => self.put("</del>"),
            TagEnd::Link => {
                let close = self.links.pop() == Some(true);
                self.put(if close { "</a>" } else { "" });
            }
            TagEnd::Image => self.put("]</span>"),
            TagEnd::MetadataBlock(_) => self.silent = false,
            _ => {}
        }
    }

    const fn is_name(&self) -> bool {
        self.table.named && self.table.column == 0
    }

    /// The first heading is the page's; the others follow each other without a gap.
    fn headed(&mut self, level: usize) {
        let html = self.out.pop().unwrap_or_default();
        let plain = self.heading.take().unwrap_or_default();
        if level == 1 && self.body.title.is_none() && self.body.sections.is_empty() {
            self.body.title = Some(plain);
            return;
        }
        let level = level.clamp(2, self.level + 1);
        self.level = level;
        if level > 2 || self.out.len() > 1 {
            self.put(&format!("<h{level} dir=\"auto\">{html}</h{level}>\n"));
            return;
        }
        let mut written = self.out.pop().unwrap_or_default();
        written.push_str(&"</div></details>\n".repeat(std::mem::take(&mut self.folds)));
        self.section().push_str(&written);
        let id = format!("s{}", self.body.sections.len() + 1);
        self.out.push(format!("<h2 id=\"{id}\" dir=\"auto\">{html}</h2>\n"));
        self.body.sections.push(Part { id, title: plain, html: String::new() });
    }

    fn quoted(&mut self) {
        let inner = self.out.pop().unwrap_or_default();
        self.quotes = self.quotes.saturating_sub(1);
        let prompt = format!("<p dir=\"auto\">{PROMPT}");
        match inner.strip_prefix(&prompt) {
            Some(question) => {
                self.body.open += 1;
                self.questions.push(question.to_owned());
            }
            None => {
                self.ask();
                self.put(&format!("<blockquote>\n{inner}</blockquote>\n"));
            }
        }
        if self.quotes > 0 {
            self.ask();
        }
    }

    /// Puts the questions that follow each other: several are folded.
    fn ask(&mut self) {
        match std::mem::take(&mut self.questions).as_slice() {
            [] => {}
            [one] => self.put(&format!(
                "<div class=\"open\"><p dir=\"auto\"><strong>Not answered yet:</strong>{one}</div>\n"
            )),
            several => {
                let questions: String =
                    several.iter().map(|q| format!("<p dir=\"auto\">{}", q.trim_start())).collect();
                self.put(&format!(
                    "<details class=\"open\"><summary><strong>Not answered yet:</strong> {}</summary>\n\
                     {questions}</details>\n",
                    count(several.len(), "question")
                ));
            }
        }
    }
}

/// The title of a part that is folded: text alone.
fn folding(raw: &str) -> Option<&str> {
    let title = raw.strip_prefix(FOLD)?.strip_suffix(FOLD_TITLE)?;
    (!title.contains(['<', '>', '\n'])).then_some(title)
}

/// Where a link may go.
fn harmless(target: &str) -> Option<String> {
    // Browsers skip white space and control characters in front of and inside a scheme.
    let target: String = target.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let scheme = target.split(['/', '?', '#']).next().and_then(|head| head.split_once(':'));
    match scheme {
        None => Some(target).filter(|t| !t.is_empty()),
        Some((scheme, _)) => {
            let scheme = scheme.to_ascii_lowercase();
            ["http", "https", "mailto"].contains(&scheme.as_str()).then_some(target)
        }
    }
}

/// Raw HTML without its comments, an unfinished one included.
fn without_comments(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, comment)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        let body = render(markdown);
        let parts: Vec<String> = body.sections.into_iter().map(|part| part.html).collect();
        format!("{}{}", body.lead, parts.join(""))
    }

    #[test]
    fn questions_that_follow_each_other_are_folded() {
        let one = html("> TODO(human): One?\n\nanswer\n\n> TODO(human): Two?\n");
        assert_eq!(one.matches("<div class=\"open\">").count(), 2, "{one}");
        let body =
            render("# T\n\n## A\n\n> TODO(human): One?\n\n> TODO(human): Two?\n\n> quoted\n\n## B\n\nb\n");
        let html = &body.sections[0].html;
        let folded = html.find("<summary><strong>Not answered yet:</strong> 2 questions</summary>").unwrap();
        let (quote, two) = (html.find("<blockquote>").unwrap(), html.find("Two?").unwrap());
        assert!(folded < two && two < quote && body.open == 2, "{html}");
        assert!(html.contains("Two?</p>\n</details>\n<blockquote>"), "{html}");
    }

    #[test]
    fn raw_html_is_text_and_comments_are_gone() {
        let text = html(
            "a <b>bold</b> <!-- x --> end\n\n<script>alert(1)</script>\n\n<!-- hotfix:auto x -->\nyes\n",
        );
        assert!(text.contains("a &lt;b&gt;bold&lt;/b&gt;  end"), "{text}");
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{text}");
        assert!(!text.contains("<script") && !text.contains("hotfix:auto"), "{text}");
        assert_eq!(without_comments("a<!-- b -->c<!-- d"), "ac");
    }

    #[test]
    fn links_go_to_the_web_and_nowhere_else() {
        for (target, kept) in [
            ("https://example.com/a:b", true),
            ("MAILTO:a@example.com", true),
            ("other.md#x:y", true),
            ("#top", true),
            ("javascript:alert(1)", false),
            ("JaVa&#10;Script:alert(1)", false),
            ("&#1;javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("vbscript:x", false),
            ("file:///etc/passwd", false),
        ] {
            let text = html(&format!("[a]({target})"));
            assert_eq!(text.contains("<a href"), kept, "{target}: {text}");
            assert!(text.contains('a'));
        }
        let text = html("![alt \"x\"](https://example.com/x.png) <https://example.com/?a=\"b'>");
        assert!(text.contains("[picture: alt &quot;x&quot;]") && !text.contains("<img"), "{text}");
        assert!(!text.contains("=\"b'"), "{text}");
    }

    #[test]
    fn headings_follow_each_other() {
        let body = render("# Title `x`\n\nlead\n\n#### deep\n\n# One\n\n## Two\n\n##### Five\n\n## Six\n");
        assert_eq!(body.title.as_deref(), Some("Title x"));
        assert_eq!(
            body.sections.iter().map(|part| part.title.as_str()).collect::<Vec<_>>(),
            ["deep", "One", "Two", "Six"]
        );
        assert!(
            body.lead.contains("lead") && body.sections[2].html.contains("<h3 dir=\"auto\">Five</h3>"),
            "{body:?}"
        );
    }

    #[test]
    fn what_is_folded_stays_within_its_section() {
        let text = html("<details><summary>All</summary>\n\n| a |\n| --- |\n| b |\n\n</details>\n\nend\n");
        assert!(text.starts_with("<details><summary>All</summary><div>\n<div class=\"scroll\""), "{text}");
        assert!(text.contains("</div></details>\n<p dir=\"auto\">end</p>"), "{text}");
        let open = html("<details><summary>All</summary>\n\na\n\n## Next\n\nb\n\n</details>\n\nc\n");
        assert!(open.contains("<p dir=\"auto\">a</p>\n</div></details>\n<h2"), "{open}");
        assert!(open.contains("&lt;/details&gt;") && open.contains("<p dir=\"auto\">c</p>"), "{open}");
        for strange in
            ["<details open><summary>x</summary>", "<details><summary><b>x</b></summary>", "<details>"]
        {
            assert!(!html(&format!("{strange}\n\na\n")).contains("<details"), "{strange}");
        }
    }

    #[test]
    fn prompts_are_counted_and_quotes_stay() {
        let body = render("> TODO(human): Why?\n\n> somebody's words\n\n> TODO(human): How <b>?\n");
        assert_eq!(body.open, 2);
        let quoted = "<blockquote>\n<p dir=\"auto\">somebody&#39;s words</p>";
        assert!(body.lead.contains(quoted), "{}", body.lead);
        assert!(body.lead.contains("How &lt;b&gt;?"), "{}", body.lead);
    }

    #[test]
    fn tables_name_their_rows_and_columns() {
        let text = html("| Fact | Value |\n| --- | ---: |\n| a | b |\n");
        assert!(text.contains("<th scope=\"col\" dir=\"auto\">Fact</th>"), "{text}");
        assert!(
            text.contains("<th scope=\"row\" dir=\"auto\">a</th><td class=\"right\" dir=\"auto\">b</td>"),
            "{text}"
        );
        let long: String = (0..1500).map(|n| format!("| {n} |\n")).collect();
        let text = html(&format!("| N |\n| --- |\n{long}\nafter"));
        assert!(text.contains("999") && !text.contains("1400") && text.contains("500 more rows"));
        assert!(text.contains("after"));
    }

    #[test]
    fn what_is_drawn_in_another_language_is_left_out() {
        let text = html("---\nid: x\n---\n\n```mermaid\ngantt\n```\n\n```text\n<kept>\n```\n");
        assert!(
            !text.contains("gantt") && !text.contains("id: x") && text.contains("&lt;kept&gt;"),
            "{text}"
        );
    }
}
