//! What is known about going back, on a terminal.

use crate::insight::rollback::{Evidence, Revert};
use crate::model::plan::DiffStat;
use crate::model::text::{count, safe, shorten};
use crate::terminal::style::{Tone, pad, width};

/// The lines to show; nothing where there is only one way back and no suspect.
pub fn lines(evidence: &Evidence, minus: &str) -> Vec<String> {
    let size = |s: &DiffStat| format!("{} +{} {minus}{}", count(s.files, "file"), s.added, s.removed);
    let mut lines = Vec::new();
    if evidence.releases.len() > 1 {
        let wide = width(evidence.releases.iter().map(|w| w.tag.as_str()));
        lines.push("The last releases, and what going back to each undoes:".to_owned());
        for way in &evidence.releases {
            let mut touched: Vec<String> = way.sensitive.iter().chain(&way.locks).map(|p| safe(p)).collect();
            let more = touched.len().saturating_sub(2);
            touched.truncate(2);
            if more > 0 {
                touched.push(format!("{more} more"));
            }
            let row = format!(
                "  {}  {}  {}",
                pad(&safe(&way.tag), wide),
                pad(&count(way.commits, "commit"), 11),
                pad(&size(&way.stat), 20)
            );
            let touched = if touched.is_empty() {
                String::new()
            } else {
                format!("  {}", Tone::Attention.paint(touched.join(", ")))
            };
            lines.push(format!("{}{touched}", row.trim_end()));
        }
    }
    for suspect in &evidence.suspects {
        let how = match &suspect.revert {
            Revert::Clean { stat } => format!("applies cleanly, {}", size(stat)),
            Revert::Conflict { paths } => format!("conflicts in {}", safe(&paths.join(", "))),
            Revert::Nothing => "changes nothing any more".to_owned(),
        };
        lines
            .push(format!("The fault may come from {0}; reverting {0} alone {how}:", suspect.commit.short()));
        lines.push(format!("  {}", shorten(&safe(&suspect.subject), 76)));
    }
    lines
}
