//! What every page begins with, whoever wrote the rest of it: the policy that nothing is loaded and
//! nothing runs. And putting a value into a page, so that text stays text.

use crate::model::failure::Failure;
use crate::report::template::{self, Slots, Template};
use minijinja::{AutoEscape, HtmlEscape};

/// What every page of this program has in its head, and no other file.
pub const MARK: &str = "<meta name=\"generator\" content=\"hotfix ";

/// Only the styles of the page itself count.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'";

/// The beginning of a page, up to what differs.
pub fn head() -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         {MARK}{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// Fills the template of a page. No template can put a text into it as markup: what is not HTML of
/// this program is escaped, also where the template says otherwise.
///
/// # Errors
/// The template is malformed, or uses a name that is not among the slots.
pub fn fill(template: Template<'_>, slots: &Slots) -> Result<String, Failure> {
    // The policy has no say over a page that sends its reader elsewhere.
    let moves = |line: &str| line.to_ascii_lowercase().contains("http-equiv");
    if let Some(n) = template.text.lines().position(moves) {
        return Err(template::refused(template, Some(n + 1), "'http-equiv' is the program's own"));
    }
    let mut environment = template::environment();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.remove_filter("safe");
    environment.set_formatter(|out, _, value| {
        if value.is_safe() {
            Ok(out.write_str(value.as_str().unwrap_or_default())?)
        } else {
            Ok(write!(out, "{}", HtmlEscape(&value.to_string()))?)
        }
    });
    let rest = template::fill(&environment, template, slots)?;
    Ok(format!("{}{}\n", head(), rest.trim_end()))
}

/// Whether a style sheet stays within the page's `style`.
///
/// # Errors
/// It does not; names the line.
pub fn check_style(style: Template<'_>) -> Result<(), Failure> {
    match style.text.lines().position(|line| line.contains("</")) {
        None => Ok(()),
        Some(n) => Err(template::refused(style, Some(n + 1), "'</' would end the style sheet")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::Value;

    fn filled(text: &str) -> Result<String, Failure> {
        let slots = Slots::from([
            ("title", Value::from("<b>'T' & \"u\"</b>")),
            ("body", Value::from_safe_string("<p>mine</p>".into())),
        ]);
        fill(Template { name: "page.html", text }, &slots)
    }

    #[test]
    fn text_stays_text_whatever_the_template_says() {
        for text in [
            "{{ title }}",
            "{% autoescape false %}{{ title }}{% endautoescape %}",
            "{% autoescape 'none' %}{{ title }}{{ title ~ '<b>' }}{% endautoescape %}",
            "{% autoescape false %}{% set t %}{{ title }}{% endset %}{{ t }}{% endautoescape %}",
            "{{ title | upper }}{{ [title, title] | join('<i>') }}{{ '%s' | format(title) }}",
            "{{ title | replace('<', '<<') }}{{ [title] }}{{ {title: title} }}{{ title | list }}",
            "{% macro m(t) %}{{ t }}{% endmacro %}{% autoescape false %}{{ m(title) }}{% endautoescape %}",
            "{% autoescape false %}{% filter upper %}{{ title }}{% endfilter %}{% endautoescape %}",
            "{% for c in title %}{{ c }}{% endfor %}{{ title[:9] }}{{ body ~ title }}",
        ] {
            let page = filled(text).unwrap();
            let rest = page.strip_prefix(&head()).unwrap();
            let marks = rest.replace("<p>mine</p>", "");
            assert!(!marks.contains(['<', '>', '"', '\'']), "{text}: {marks}");
        }
        assert!(filled("{{ body }}").unwrap().ends_with("<p>mine</p>\n"));
        let moved = "\n<meta HTTP-EQUIV=\"refresh\" content=\"0;url=https://example.org/{{ title }}\">";
        assert!(filled(moved).unwrap_err().message.starts_with("page.html:2: "));
        for text in ["\n{{ title | safe }}", "\n{{ titel }}", "\n{{ title.size.more }}"] {
            assert!(filled(text).unwrap_err().message.starts_with("page.html:2: "), "{text}");
        }
    }

    #[test]
    fn a_style_sheet_cannot_leave_its_place() {
        let check = |text| check_style(Template { name: "mine.css", text });
        assert!(check("p { color: red }\n").is_ok());
        for text in ["p {}\n</style><b>", "a\n</ style"] {
            assert!(check(text).unwrap_err().message.starts_with("mine.css:2: "), "{text}");
        }
    }
}
