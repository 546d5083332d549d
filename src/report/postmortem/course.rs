//! Where the time went: from the first impact to its end, the part that nobody noticed included.

use super::Page;
use crate::insight::metrics::{Endpoint, Metric};
use crate::model::milestone::Milestone;
use crate::model::time::say_between;
use crate::report::markdown::table;
use chrono::{DateTime, Duration, FixedOffset};

type Moment = DateTime<FixedOffset>;

impl Page<'_> {
    /// One row for each stretch of time that took any, in the order it happened.
    pub(super) fn where_the_time_went(&self) -> String {
        let points = self.points();
        let Some((first, rest)) = points.split_first() else { return String::new() };
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut from = first;
        for point in rest {
            let took = point.1 - from.1;
            // What happened within the same minute is one step.
            if took < Duration::minutes(1) {
                continue;
            }
            rows.push(vec![
                point.0.clone(),
                say_between(from.1, point.1),
                format!("{} → {}", self.time(from.1), self.time(point.1)),
            ]);
            from = point;
        }
        if rows.is_empty() {
            return String::new();
        }
        format!("Where the time went:\n\n{}", table(&["Until", "Took", "From → to (UTC)"], &rows))
    }

    /// The points that time can be measured between, oldest first. Where two fall together the
    /// milestone is named.
    fn points(&self) -> Vec<(String, Moment)> {
        let name = |m: Milestone| match m {
            Milestone::Detected => "detected (unnoticed until then)".to_owned(),
            m => m.to_string(),
        };
        let named = [
            Milestone::Detected,
            Milestone::Declared,
            Milestone::Identified,
            Milestone::Mitigated,
            Milestone::ImpactEnded,
            Milestone::Resolved,
        ];
        let ends = |m: &Metric| -> Option<(String, Moment)> {
            let Endpoint { at, .. } = &m.to;
            Some((m.label.to_owned(), (*at)?))
        };
        let course = &self.incident.course;
        let start = course.first(Milestone::ImpactStarted).map(|at| (name(Milestone::ImpactStarted), at));
        let begin = start.unwrap_or_else(|| ("declared".to_owned(), self.incident.started_at));
        let mut points: Vec<(String, Moment)> = course
            .milestones()
            .into_iter()
            .filter(|(m, _)| named.contains(m))
            .map(|(m, at)| (name(m), at))
            .collect();
        // Between two stretches of impact no users were affected.
        let again = |at| ("impact again".to_owned(), at);
        let returned = course.intervals.iter().skip(1).map(|i| again(i.from));
        points.extend(returned);
        let single = |m: &&Metric| m.to.name != "last_commit" || m.seconds != Some(0);
        points.extend(self.metrics.legs.iter().filter(single).filter_map(ends));
        points.retain(|(_, at)| *at > begin.1);
        points.sort_by_key(|(_, at)| *at);
        points.insert(0, begin);
        points
    }
}
