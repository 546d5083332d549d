//! The numbers as one page that needs nothing else: no script, no file beside it, no network.

use super::html::{self, escape_line as text};
use super::stats::{day, found, heading, is_listed, numbers, rate, said, values, verdict};
use super::template::Template;
use crate::insight::stats::{Month, Spread, Stats};
use crate::model::failure::Failure;
use crate::model::text::list;

/// The longest bar, in pixels.
const BAR: i64 = 200;

/// The whole page, in a style sheet.
///
/// # Errors
/// The style sheet cannot be used.
pub fn page(stats: &Stats, style: Template<'_>) -> Result<String, Failure> {
    html::check_style(style)?;
    let mut out = format!(
        "{}<title>Hotfixes</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n<h1>Hotfixes</h1>\n<p>{}</p>\n",
        html::head(),
        style.text,
        text(&heading(stats))
    );
    if let Some(found) = found(stats) {
        out.push_str(&format!("<p>{}</p>\n", text(&found)));
    }
    if let Some(rate) = rate(stats) {
        out.push_str(&format!("<p>Deployment rework rate: <strong>{}</strong></p>\n", text(&rate)));
    }
    if let Some(verdict) = verdict(stats) {
        out.push_str(&format!("<p class=\"draft\" role=\"note\">{}</p>\n", text(&verdict)));
    }
    out.push_str(&months(&stats.months));
    out.push_str(&spreads("How long it took", &stats.durations, stats.incidents));
    out.push_str(&spreads("Where the time went", &stats.legs, stats.incidents));
    if !stats.files.is_empty() {
        let row = |path: &str, hotfixes: &[String]| {
            format!("<tr><td><code>{}</code></td><td>{}</td></tr>\n", text(path), text(&list(hotfixes)))
        };
        let rows: String = stats.files.iter().map(|f| row(&f.path, &f.hotfixes)).collect();
        out.push_str(&table("Hotfixed again and again", &["File", "Hotfixes"], &rows));
    }
    out.push_str(&format!(
        "<p><small>Until {}. Times are UTC.</small></p>\n</main>\n</body>\n</html>\n",
        day(stats.until)
    ));
    Ok(out)
}

fn months(months: &[Month]) -> String {
    if months.is_empty() {
        return String::new();
    }
    let most = months.iter().map(|m| m.hotfixes).max().unwrap_or_default();
    let row = |m: &Month| {
        let bar = bar(number(m.hotfixes), number(most));
        let (month, hotfixes, releases) = (&m.month, m.hotfixes, m.releases);
        format!("<tr><td>{month}</td><td>{hotfixes}</td><td>{releases}</td><td>{bar}</td></tr>\n")
    };
    let rows: String = months.iter().map(row).collect();
    table("Hotfixes per month", &["Month", "Hotfixes", "All releases", ""], &rows)
}

fn spreads(title: &str, spreads: &[Spread], incidents: usize) -> String {
    if spreads.iter().all(|s| s.n == 0) {
        return String::new();
    }
    let most = spreads.iter().filter_map(|s| s.median).max().unwrap_or_default();
    let row = |s: &Spread| {
        let listed =
            if is_listed(s) { format!("<br><small>{}</small>", text(&values(s))) } else { String::new() };
        let median = s.median.map_or_else(|| "unknown".to_owned(), said);
        format!(
            "<tr><td>{} → {}</td><td>{}</td><td>{}</td><td>{}{listed}</td></tr>\n",
            text(&s.from),
            text(&s.to),
            text(&median),
            bar(s.median.unwrap_or_default(), most),
            text(&numbers(s, incidents)),
        )
    };
    let rows: String = spreads.iter().map(row).collect();
    table(title, &["From → to", "Median", "", "Median, range, n"], &rows)
}

fn table(title: &str, head: &[&str], rows: &str) -> String {
    let head: String = head.iter().map(|h| format!("<th>{}</th>", text(h))).collect();
    format!(
        "<h2>{}</h2>\n<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n",
        text(title)
    )
}

/// A bar for a number, beside others of which `most` is the largest.
fn bar(value: i64, most: i64) -> String {
    let width = value.saturating_mul(BAR).checked_div(most).unwrap_or_default();
    format!(
        "<svg class=\"bar\" width=\"{BAR}\" height=\"12\" role=\"presentation\"><rect width=\"{width}\" height=\"12\"/></svg>"
    )
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
