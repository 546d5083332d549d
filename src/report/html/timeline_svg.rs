//! The incident as a picture: when users were affected, and what happened meanwhile.

use super::lanes::{Mark, line, marks, several_days, told};
use super::scale::{Piece, Scale};
use super::text::escape;
use crate::insight::impact::Interval;
use crate::insight::metrics::Metrics;
use crate::model::event_kind::Lane;
use crate::model::incident::Incident;
use crate::model::text::{count, shorten};
use chrono::{DateTime, FixedOffset};
use std::fmt::Write;

const WIDTH: f64 = 1000.0;
/// Where the names of the lanes end and time begins.
const LEFT: f64 = 104.0;
const RIGHT: f64 = 984.0;
/// Where the axis is.
const AXIS: f64 = 40.0;
/// From a lane's top to its marks.
const BASE: f64 = 18.0;
const LINE: f64 = 15.0;
/// How many events a mark names when it is pointed at.
const NAMED: usize = 6;

/// A picture and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub svg: String,
    /// HTML.
    pub caption: String,
}

/// Draws the timeline of an incident.
pub fn draw(incident: &Incident, metrics: &Metrics) -> Figure {
    let events = told(incident);
    let mut times: Vec<i64> = events.iter().map(|e| e.at.timestamp()).collect();
    times.push(incident.started_at.timestamp());
    times.extend(metrics.intervals.iter().flat_map(|i| [i.from.timestamp(), i.to.timestamp()]));
    let Some(scale) = Scale::over(&times, LEFT + 10.0, RIGHT - 10.0) else {
        return Figure { svg: String::new(), caption: String::new() };
    };
    let lanes: Vec<(Lane, Vec<Mark<'_>>)> = Lane::ALL
        .into_iter()
        .map(|lane| (lane, marks(&events, lane, &scale, LEFT, RIGHT)))
        .filter(|(_, marks)| !marks.is_empty())
        .collect();
    let days = several_days(&events);
    let mut content = String::new();
    let mut y = AXIS + 10.0;
    impact(&mut content, incident.course.unended(), &metrics.intervals, &scale, y);
    y += 38.0;
    for (lane, marks) in &lanes {
        y += draw_lane(&mut content, *lane, marks, y, days);
    }
    let height = y + 6.0;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-labelledby=\"when-title when-desc\">\n\
         <title id=\"when-title\">Timeline</title>\n<desc id=\"when-desc\">{}</desc>\n",
        escape(&description(metrics, events.len()))
    );
    axis(&mut svg, &scale, height);
    svg.push_str(&content);
    svg.push_str("</svg>");
    Figure { svg, caption: caption(&lanes, events.len(), &scale) }
}

fn description(metrics: &Metrics, events: usize) -> String {
    // How to record it is no part of a picture.
    let impact = match metrics.impact.length() {
        Some(length) => format!("{length} ({})", metrics.impact.span()),
        None => "its length is not recorded".to_owned(),
    };
    let events = count(events, "event");
    format!(
        "{events} on one axis in UTC. Impact: {impact}. The table in the timeline's section tells the same."
    )
}

fn caption(lanes: &[(Lane, Vec<Mark<'_>>)], events: usize, scale: &Scale) -> String {
    let all = || lanes.iter().flat_map(|(_, marks)| marks);
    let joined = all().filter(|m| m.events.len() > 1).count();
    let mute = all().filter(|m| m.label.is_none()).count();
    let cut = scale.pieces.iter().filter(|p| p.gap).count();
    let mut said = vec![format!("Times are UTC. {}", count(events, "event"))];
    if joined > 0 {
        let verb = if joined == 1 { "stands" } else { "stand" };
        said.push(format!("{} with a number {verb} for several", count(joined, "mark")));
    }
    if mute > 0 {
        said.push(format!("{} without room for words: point at it, or read the table", count(mute, "mark")));
    }
    if cut > 0 {
        said.push(format!(
            "{} without events cut short (dotted)",
            count(cut, "stretch").replace("stretchs", "stretches")
        ));
    }
    format!("{}.", said.join("; "))
}

fn axis(svg: &mut String, scale: &Scale, height: f64) {
    for Piece { left, right, .. } in scale.pieces.iter().filter(|p| !p.gap) {
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{left:.1}\" y1=\"{AXIS}\" x2=\"{right:.1}\" y2=\"{AXIS}\"/>"
        );
    }
    for piece in scale.pieces.iter().filter(|p| p.gap) {
        let (left, right) = (piece.left, piece.right);
        let _ = writeln!(
            svg,
            "<rect class=\"gap\" x=\"{left:.1}\" y=\"{AXIS}\" width=\"{:.1}\" height=\"{:.1}\"/>\
             <line class=\"axis cut\" x1=\"{left:.1}\" y1=\"{AXIS}\" x2=\"{right:.1}\" y2=\"{AXIS}\"/>\
             <text class=\"tick middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            right - left,
            height - AXIS,
            f64::midpoint(left, right),
            AXIS - 7.0,
            escape(&piece.length())
        );
    }
    for tick in scale.ticks() {
        let x = tick.x;
        let (middle, day_x) = if tick.begins { ("", x) } else { (" middle", x - 14.0) };
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{AXIS}\" x2=\"{x:.1}\" y2=\"{height:.1}\"/>\
             <text class=\"tick{middle}\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            AXIS - 7.0,
            tick.time
        );
        if let Some(day) = tick.day {
            let _ = writeln!(svg, "<text class=\"day\" x=\"{day_x:.1}\" y=\"13\">{day}</text>");
        }
    }
}

/// The stretches of impact as bands; `unended` is when the one began that has no end.
fn impact(
    svg: &mut String,
    unended: Option<DateTime<FixedOffset>>,
    intervals: &[Interval],
    scale: &Scale,
    y: f64,
) {
    if intervals.is_empty() {
        let _ = writeln!(
            svg,
            "<text class=\"lane\" x=\"0\" y=\"{:.1}\">Impact</text>\
             <text class=\"label\" x=\"{LEFT}\" y=\"{:.1}\">{}</text>",
            y + BASE,
            y + BASE,
            unended.map_or_else(
                || "its length is not recorded".to_owned(),
                |at| format!("since {} UTC; its end is not recorded", at.to_utc().format("%H:%M"))
            )
        );
        return;
    }
    let _ = writeln!(svg, "<text class=\"lane\" x=\"0\" y=\"{:.1}\">Impact</text>", y + BASE);
    for interval in intervals {
        let (from, to) = (interval.from.to_utc(), interval.to.to_utc());
        let form = if from.date_naive() == to.date_naive() { "%H:%M" } else { "%-d %b %H:%M" };
        let day = "%Y-%m-%d %H:%M";
        band(
            svg,
            (scale.x(from.timestamp()), scale.x(to.timestamp()), y),
            &format!("impact {} to {} UTC", from.format(day), to.format(day)),
            &format!("{} to {}", from.format(form), to.format(form)),
        );
    }
    if let Some(at) = unended {
        let at = at.to_utc();
        band(
            svg,
            (scale.x(at.timestamp()), RIGHT, y),
            &format!("impact since {} UTC; its end is not recorded", at.format("%Y-%m-%d %H:%M")),
            &format!("since {}", at.format("%H:%M")),
        );
    }
}

/// A band from `left` to `right`, with words on it where they fit.
fn band(svg: &mut String, (left, right, y): (f64, f64, f64), title: &str, words: &str) {
    let _ = writeln!(
        svg,
        "<g><title>{title}</title>\
         <rect class=\"impact\" x=\"{left:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"26\" rx=\"3\"/>",
        (right - left).max(2.0)
    );
    if right - left > 84.0 {
        let _ = writeln!(
            svg,
            "<text class=\"onband\" x=\"{:.1}\" y=\"{:.1}\">{words}</text>",
            left + 8.0,
            y + BASE - 0.5
        );
    }
    svg.push_str("</g>\n");
}

/// Draws a lane and returns how high it is.
fn draw_lane(svg: &mut String, lane: Lane, marks: &[Mark<'_>], top: f64, days: bool) -> f64 {
    let y = top + BASE;
    let lines = marks.iter().filter_map(|m| m.label.as_ref()).map(|l| l.line + 1).max().unwrap_or(0);
    let _ = writeln!(
        svg,
        "<text class=\"lane\" x=\"0\" y=\"{:.1}\">{}</text><line class=\"rail\" x1=\"{LEFT}\" \
         y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\"/>",
        y + 4.0,
        lane.name()
    );
    let label_y = |line: usize| y + 22.0 + line as f64 * LINE;
    // Leaders below, then words, then marks: words stay readable.
    for mark in marks {
        if let Some(label) = mark.label.as_ref().filter(|l| l.line > 0) {
            let (x, to) = (mark.x, label_y(label.line) - 10.0);
            let _ = writeln!(
                svg,
                "<line class=\"leader\" x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{x:.1}\" y2=\"{to:.1}\"/>"
            );
        }
    }
    for mark in marks {
        if let Some(label) = &mark.label {
            let class = match (mark.bad, lane) {
                (true, _) => "label bad",
                (false, Lane::Milestones) => "label milestones",
                _ => "label",
            };
            let (x, at) = (label.x, label_y(label.line));
            let _ = writeln!(
                svg,
                "<text class=\"{class}\" x=\"{x:.1}\" y=\"{at:.1}\">{}</text>",
                escape(&label.text)
            );
        }
    }
    for mark in marks {
        draw_mark(svg, lane, mark, y, days);
    }
    BASE + 16.0 + lines as f64 * LINE + 8.0
}

fn draw_mark(svg: &mut String, lane: Lane, mark: &Mark<'_>, y: f64, days: bool) {
    let x = mark.x;
    let mut told: Vec<String> =
        mark.events.iter().take(NAMED).map(|e| shorten(&line(e, days), 100)).collect();
    let more = mark.events.len().saturating_sub(NAMED);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    let class = if mark.bad { "mark bad".to_owned() } else { format!("mark {}", lane.name().to_lowercase()) };
    let _ = write!(svg, "<g class=\"{class}\"><title>{}</title>", escape(&told.join("\n")));
    let n = mark.events.len();
    if n > 1 {
        let half = 5.0 + 3.4 * n.to_string().len() as f64;
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"17\" rx=\"8.5\"/><text \
             class=\"number\" x=\"{x:.1}\" y=\"{:.1}\">{n}</text>",
            x - half,
            y - 8.5,
            half * 2.0,
            y + 4.0
        );
    } else if mark.bad {
        // A cross: not told by its colour alone.
        let (l, r, t, b) = (x - 5.0, x + 5.0, y - 5.0, y + 5.0);
        let _ = write!(
            svg,
            "<path class=\"cross\" d=\"M{l:.1} {t:.1}L{r:.1} {b:.1}M{r:.1} {t:.1}L{l:.1} {b:.1}\"/>"
        );
    } else if lane == Lane::Milestones {
        let _ = write!(svg, "<path d=\"M{x:.1} {:.1}l7 7l-7 7l-7 -7z\"/>", y - 7.0);
    } else {
        let _ = write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>");
    }
    svg.push_str("</g>\n");
}
