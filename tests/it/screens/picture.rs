//! The picture of the README: a session as an SVG that plays by itself, without scripts.

use super::session::{COLUMNS, Screen, Span};
use std::fmt::Write;

const LINE: usize = 18;
const CHARACTER: f64 = 8.4;
const MARGIN: usize = 16;
/// How long a screen is shown: once, and for each of its lines.
const SECONDS: f64 = 2.5;
const SECONDS_A_LINE: f64 = 0.22;

/// Each screen after the other, for ever; the last one alone where motion is not wanted.
pub fn picture(screens: &[Screen]) -> String {
    let lines = screens.iter().map(|screen| rows(screen).len()).max().unwrap_or_default();
    let (width, height) = (f64::from(COLUMNS) * CHARACTER + 2.0 * MARGIN as f64, lines * LINE + 2 * MARGIN);
    let times: Vec<f64> =
        screens.iter().map(|screen| SECONDS + SECONDS_A_LINE * rows(screen).len() as f64).collect();
    let total: f64 = times.iter().sum();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height}\" width=\"{width:.0}\" \
         height=\"{height}\" role=\"img\" aria-label=\"A hotfix from start to finish in a terminal\">\n<style>\n\
         text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; \
         fill: #d7dae0; white-space: pre }}\n\
         .b {{ font-weight: bold }} .d {{ fill: #8b919c }} .c1 {{ fill: #ff7b72 }} .c2 {{ fill: #7ee787 }}\n\
         .c3 {{ fill: #f2cc60 }} .c4 {{ fill: #79b8ff }} .c5 {{ fill: #d2a8ff }} .c6 {{ fill: #76e3ea }}\n\
         g {{ visibility: hidden }}\n"
    );
    let mut start = 0.0;
    for (at, time) in times.iter().enumerate() {
        let (from, to) = (100.0 * start / total, 100.0 * (start + time) / total);
        let _ = writeln!(
            out,
            ".s{at} {{ animation: s{at} {total:.1}s step-end infinite }} \
             @keyframes s{at} {{ 0% {{ visibility: {first} }} {from:.2}% {{ visibility: visible }} \
             {to:.2}% {{ visibility: {last} }} }}",
            first = if at == 0 { "visible" } else { "hidden" },
            last = if at + 1 == times.len() { "visible" } else { "hidden" },
        );
        start += time;
    }
    let last = screens.len().saturating_sub(1);
    let _ = writeln!(
        out,
        "@media (prefers-reduced-motion: reduce) {{ g {{ animation: none }} .s{last} {{ visibility: visible }} }}\n\
         </style>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>"
    );
    for (at, screen) in screens.iter().enumerate() {
        let _ = writeln!(out, "<g class=\"s{at}\">");
        for (row, spans) in rows(screen).iter().enumerate().filter(|(_, spans)| !spans.is_empty()) {
            let y = MARGIN + LINE * row + 13;
            let _ = writeln!(out, "<text x=\"{MARGIN}\" y=\"{y}\">{}</text>", line(spans));
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

/// The command, and below it what was printed.
fn rows(screen: &Screen) -> Vec<Vec<Span>> {
    let bold = |text: &str| {
        vec![Span { text: text.to_owned(), colour: vt100::Color::Default, is_bold: true, is_dim: false }]
    };
    screen.command.lines().map(bold).chain(screen.rows.iter().cloned()).collect()
}

fn line(spans: &[Span]) -> String {
    let mut out = String::new();
    for span in spans {
        let mut classes = Vec::new();
        match span.colour {
            // Bright colours look like the others.
            vt100::Color::Idx(number @ 1..=14) if number % 8 != 0 && number != 7 => {
                classes.push(format!("c{}", number % 8));
            }
            vt100::Color::Idx(8) => classes.push("d".to_owned()),
            _ => {}
        }
        classes.extend(span.is_bold.then(|| "b".to_owned()));
        classes.extend(span.is_dim.then(|| "d".to_owned()));
        let text = span.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        if classes.is_empty() {
            out.push_str(&text);
        } else {
            let _ = write!(out, "<tspan class=\"{}\">{text}</tspan>", classes.join(" "));
        }
    }
    out
}
