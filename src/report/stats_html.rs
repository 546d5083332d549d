//! The numbers as one page that needs nothing else: no script, no file beside it, no network.

use super::stats::{day, heading, is_listed, numbers, rate, said, values, verdict};
use crate::insight::stats::{Month, Spread, Stats};
use crate::model::text::{list, safe};

/// Nothing is loaded and nothing runs; only the styles of the page itself count.
const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Hotfixes</title>\n<style>\n\
:root { color-scheme: light dark }\n\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }\n\
table { border-collapse: collapse } td, th { text-align: left; padding: .2rem 1.2rem .2rem 0; vertical-align: top }\n\
.warn { border-left: .3rem solid #c60; padding-left: .8rem } small { opacity: .7 } rect { fill: #37c }\n\
</style>\n</head>\n<body>\n<h1>Hotfixes</h1>\n";
/// The longest bar, in pixels.
const BAR: i64 = 200;

/// The whole page.
pub fn page(stats: &Stats) -> String {
    let mut out = format!("{HEAD}<p>{}</p>\n", text(&heading(stats)));
    if let Some(rate) = rate(stats) {
        out.push_str(&format!("<p>Deployment rework rate: <strong>{}</strong></p>\n", text(&rate)));
    }
    if let Some(verdict) = verdict(stats) {
        out.push_str(&format!("<p class=\"warn\">{}</p>\n", text(&verdict)));
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
        "<p><small>Until {}. Times are UTC.</small></p>\n</body>\n</html>\n",
        day(stats.until)
    ));
    out
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
    format!("<h2>{}</h2>\n<table>\n<tr>{head}</tr>\n{rows}</table>\n", text(title))
}

/// A bar for a number, beside others of which `most` is the largest.
fn bar(value: i64, most: i64) -> String {
    let width = value.saturating_mul(BAR).checked_div(most).unwrap_or_default();
    format!(
        "<svg width=\"{BAR}\" height=\"12\" role=\"presentation\"><rect width=\"{width}\" height=\"12\"/></svg>"
    )
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Text that stays text between tags and in attributes.
fn text(outside: &str) -> String {
    let mut out = String::with_capacity(outside.len());
    for c in safe(outside).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
