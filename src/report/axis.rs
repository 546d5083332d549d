//! The milestones of an incident on a line, to scale.

use crate::model::incident::Incident;
use chrono::{DateTime, Duration, FixedOffset};
use std::collections::BTreeMap;

/// What the line is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    line: char,
    point: char,
}

/// For terminals that draw Unicode.
pub const UNICODE: Pen = Pen { line: '─', point: '●' };
/// For all others.
pub const ASCII: Pen = Pen { line: '-', point: 'o' };

/// The most columns of the line, and the fewest that are worth drawing.
const WIDTH: usize = 76;
const LEAST: usize = 36;
/// What stands left of it, and stays free right of it.
const MARGINS: usize = 4;
/// Lines of labels below it. What has no room there is in the table.
const ROWS: usize = 3;

/// The line, its labels and an empty line on a terminal of `columns`; nothing where there are fewer
/// than two different times, or too few columns.
pub fn lines(incident: &Incident, pen: Pen, columns: usize) -> Vec<String> {
    let width = columns.saturating_sub(MARGINS).min(WIDTH);
    if width < LEAST {
        return Vec::new();
    }
    let mut labels: BTreeMap<DateTime<FixedOffset>, Vec<String>> = BTreeMap::new();
    for (milestone, at) in incident.course.milestones() {
        // What happened in the same minute has one label: the time is told in minutes.
        let minute = at - Duration::seconds(at.timestamp().rem_euclid(60));
        labels.entry(minute).or_default().push(milestone.to_string());
    }
    let (Some(first), Some(last)) = (labels.keys().next().copied(), labels.keys().next_back().copied())
    else {
        return Vec::new();
    };
    let span = (last - first).num_seconds();
    if span < 1 {
        return Vec::new();
    }
    let column = |at: DateTime<FixedOffset>| {
        let right = i64::try_from(width - 1).unwrap_or_default();
        let place = (at - first).num_seconds().saturating_mul(right) / span;
        usize::try_from(place).unwrap_or_default().min(width - 1)
    };
    let points: Vec<usize> = labels.keys().map(|at| column(*at)).collect();
    let line: String = (0..width).map(|n| if points.contains(&n) { pen.point } else { pen.line }).collect();
    let mut out = vec![format!("  {line}")];
    let mut rows: Vec<String> = vec![String::new(); ROWS];
    for (at, names) in labels {
        let label = format!("{} {}", at.to_utc().format("%H:%M"), names.join(", "));
        // A label begins below its point, or ends at the right edge.
        let start = column(at).min(width.saturating_sub(label.len()));
        let free = |row: &&mut String| row.is_empty() || row.len() < start;
        if let Some(row) = rows.iter_mut().find(free) {
            row.push_str(&" ".repeat(start - row.len()));
            row.push_str(&label);
        }
    }
    out.extend(rows.into_iter().filter(|row| !row.is_empty()).map(|row| format!("  {row}")));
    out.push(String::new());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Kind;
    use crate::model::incident::fixture::marks;

    fn drawn(list: &[(&'static str, Kind)]) -> Vec<String> {
        drawn_on(80, list)
    }

    fn drawn_on(columns: usize, list: &[(&'static str, Kind)]) -> Vec<String> {
        lines(&marks(list), ASCII, columns)
    }

    #[test]
    fn to_scale() {
        let found = drawn(&[("14:02", Kind::ImpactStarted), ("14:22", Kind::Mitigated)]);
        let points: Vec<usize> = found[0].char_indices().filter(|(_, c)| *c == 'o').map(|(n, _)| n).collect();
        assert_eq!(points, [2, 2 + 37, 2 + 75], "declared at 14:12 is half way\n{found:#?}");
        assert!(found[1].starts_with("  14:02 impact started") && found[1].ends_with("14:22 mitigated"));
        assert_eq!(found[1].find("14:12 declared"), Some(2 + 37));
    }

    #[test]
    fn what_broke_again_is_on_it() {
        let found = drawn(&[
            ("12:00", Kind::ImpactStarted),
            ("13:00", Kind::Resolved),
            ("18:00", Kind::ImpactStarted),
        ]);
        assert!(found.iter().any(|l| l.contains("12:00 impact started")), "{found:#?}");
        assert!(found.iter().any(|l| l.ends_with("18:00 impact started")), "{found:#?}");
    }

    #[test]
    fn it_stays_within_a_narrow_terminal() {
        let list = [("14:02", Kind::ImpactStarted), ("14:22", Kind::Mitigated)];
        let found = drawn_on(60, &list);
        assert!(found.iter().all(|l| l.chars().count() <= 58), "{found:#?}");
        assert!(found[2].ends_with("14:22 mitigated"), "{found:#?}");
        assert!(drawn_on(39, &list).is_empty());
    }

    #[test]
    fn one_time_is_no_line() {
        assert!(drawn(&[]).is_empty());
        assert!(drawn(&[("14:12", Kind::Detected)]).is_empty());
    }

    #[test]
    fn a_crowd_fits_eighty_columns() {
        let kinds =
            [Kind::ImpactStarted, Kind::Detected, Kind::Acknowledged, Kind::Identified, Kind::ImpactEnded];
        let times = ["14:12", "14:13", "14:14", "14:15", "14:16"];
        let mut list: Vec<(&str, Kind)> = times.into_iter().zip(kinds).collect();
        list.push(("23:59", Kind::Resolved));
        let found = drawn(&list);
        assert!(found.len() <= 2 + ROWS, "{found:#?}");
        assert!(found.iter().all(|l| l.chars().count() <= 78), "{found:#?}");
        assert!(found.iter().any(|l| l.ends_with("23:59 resolved")), "{found:#?}");
    }
}
