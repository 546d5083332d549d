//! What was merged where, as a picture: production, the hotfix, and the branches that get it back.

use super::text::{escape, escape_short};
use crate::model::event::{Kind, Pointer};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::CommitLine;
use crate::model::text::count;
use std::fmt::Write;

const WIDTH: f64 = 1000.0;
/// Where production is, and how far the lanes are apart.
const TOP: f64 = 60.0;
const LANE: f64 = 66.0;
/// Where production was left, and the first commit of the fix.
const BASE: f64 = 200.0;
const FIRST: f64 = 330.0;
/// How far commits may be apart, and the room that they share.
const APART: f64 = 170.0;
const ROOM: f64 = 480.0;
/// How many letters of a branch's name are drawn in any case, and how wide one is.
const NAME: usize = 23;
const LETTER: f64 = 7.3;
/// What stays free behind the last branch, for what is written there.
const TAIL: f64 = 260.0;
/// The room for the subject of a single commit.
const SUBJECT: f64 = 300.0;
/// How many commits and how many branches are drawn.
const COMMITS: usize = 4;
const BRANCHES: usize = 12;

/// Draws the branches of a hotfix. `targets` names each branch and what happened there. `None`
/// where nothing is known that could be drawn. `nth` of them on one page.
pub fn draw(
    incident: &Incident,
    commits: &[CommitLine],
    targets: &[(String, String)],
    nth: usize,
) -> Option<String> {
    if incident.base.is_none() && commits.is_empty() && incident.released.is_none() {
        return None;
    }
    let merged = incident.of_kind(&Kind::Merged).filter_map(|e| e.reference(Pointer::Branch)).next_back();
    let production = incident.production.as_deref().or(merged).unwrap_or("production");
    let back: Vec<&(String, String)> = targets.iter().filter(|(branch, _)| branch != production).collect();
    let shown = commits.len().min(COMMITS);
    // A long fix is drawn as its first commits, how many are left out, and its last.
    let nodes = if commits.len() > COMMITS { COMMITS + 1 } else { shown.max(1) };
    let apart = (ROOM / nodes as f64).min(APART);
    // Longer names move everything to the right, as far as there is room.
    let names = back.iter().take(BRANCHES).map(|(branch, _)| branch.as_str());
    let longest = names.chain([production, &incident.branch]).map(|name| name.chars().count()).max();
    let wanted = longest.unwrap_or_default().saturating_sub(NAME) as f64 * LETTER;
    let room = (WIDTH - TAIL - FIRST - nodes as f64 * apart).max(0.0);
    let shift = wanted.min(room);
    let letters = NAME + (shift / LETTER) as usize;
    let first = FIRST + shift;
    let released = first + nodes as f64 * apart + 10.0;
    let lanes = 2 + back.len().min(BRANCHES);
    let more = back.len().saturating_sub(BRANCHES);
    let height = TOP + (lanes as f64 - 1.0) * LANE + if more > 0 { 58.0 } else { 36.0 };
    let name = if nth == 0 { "where".to_owned() } else { format!("where-{}", nth + 1) };
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-labelledby=\"{name}-title {name}-desc\">\n\
         <title id=\"{name}-title\">Where the fix went</title>\n<desc id=\"{name}-desc\">{}</desc>\n",
        escape(&description(incident, production, commits.len(), &back))
    );
    rail(&mut svg, TOP, production, letters);
    let hotfix = TOP + LANE;
    let _ = writeln!(
        svg,
        "<text class=\"lane\" x=\"8\" y=\"{:.1}\">{}</text>",
        hotfix + 4.0,
        escape_short(&incident.branch, letters)
    );
    let last = first + (nodes as f64 - 1.0) * apart;
    curve(&mut svg, "fix", (BASE + shift, TOP), (first, hotfix));
    let _ = writeln!(
        svg,
        "<line class=\"fix\" x1=\"{first:.1}\" y1=\"{hotfix}\" x2=\"{last:.1}\" y2=\"{hotfix}\"/>"
    );
    commit_nodes(&mut svg, commits, (first, hotfix), apart);
    base(&mut svg, incident, BASE + shift);
    release(&mut svg, incident, (last, hotfix), released);
    for (n, (branch, state)) in back.iter().take(BRANCHES).enumerate() {
        let y = TOP + (n as f64 + 2.0) * LANE;
        rail(&mut svg, y, branch, letters);
        target(&mut svg, incident, branch, state, released, y);
    }
    if more > 0 {
        let _ = writeln!(
            svg,
            "<text class=\"label\" x=\"8\" y=\"{:.1}\">and {}: see the table of action items</text>",
            height - 12.0,
            count(more, "more branch").replace("branchs", "branches")
        );
    }
    svg.push_str("</svg>");
    Some(svg)
}

fn description(incident: &Incident, production: &str, commits: usize, back: &[&(String, String)]) -> String {
    let from = incident
        .base_tag
        .as_deref()
        .or(incident.base.as_ref().map(Oid::short))
        .unwrap_or("an unknown commit");
    let fix = count(commits, "commit");
    let release = incident
        .tag
        .as_deref()
        .map_or("not released".to_owned(), |tag| format!("released on {production} as {tag}"));
    let back: Vec<String> =
        back.iter().take(BRANCHES).map(|(branch, state)| format!("{branch} {state}")).collect();
    let back = if back.is_empty() { String::new() } else { format!(" {}.", back.join("; ")) };
    format!("{} left {production} at {from}, {fix}, {release}.{back}", incident.branch)
}

fn rail(svg: &mut String, y: f64, branch: &str, letters: usize) {
    let _ = writeln!(
        svg,
        "<line class=\"rail\" x1=\"8\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/><text class=\"lane\" x=\"8\" y=\"{:.1}\">{}</text>",
        WIDTH - 8.0,
        y - 8.0,
        escape_short(branch, letters)
    );
}

fn curve(svg: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let middle = f64::midpoint(from.0, to.0);
    let _ = writeln!(
        svg,
        "<path class=\"{class}\" d=\"M{:.1} {:.1}C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}\"/>",
        from.0, from.1, from.1, to.1, to.0, to.1
    );
}

fn below(svg: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let _ = writeln!(svg, "<text class=\"{class} middle\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
}

fn base(svg: &mut String, incident: &Incident, x: f64) {
    let _ = writeln!(svg, "<circle class=\"node\" cx=\"{x:.1}\" cy=\"{TOP}\" r=\"6\"/>");
    let tag = incident.base_tag.as_deref().unwrap_or_default();
    below(svg, "tag", x, TOP - 13.0, &escape_short(tag, 18));
    below(svg, "hash", x, TOP + 20.0, incident.base.as_ref().map_or("", Oid::short));
}

fn commit_nodes(svg: &mut String, commits: &[CommitLine], (first, y): (f64, f64), apart: f64) {
    let left_out = commits.len().saturating_sub(COMMITS);
    let head = if left_out > 0 { COMMITS - 1 } else { COMMITS };
    let mut drawn: Vec<Option<&CommitLine>> = commits.iter().take(head).map(Some).collect();
    if left_out > 0 {
        drawn.push(None);
        drawn.push(commits.last());
    }
    let room = if drawn.len() == 1 { SUBJECT } else { apart };
    for (n, commit) in drawn.into_iter().enumerate() {
        let x = first + n as f64 * apart;
        let Some(commit) = commit else {
            below(svg, "more", x, y - 12.0, &format!("{} more", left_out));
            below(svg, "more", x, y + 5.0, "• • •");
            continue;
        };
        let _ = writeln!(
            svg,
            "<g><title>{}</title><circle class=\"node fixed\" cx=\"{x:.1}\" cy=\"{y}\" r=\"6\"/></g>",
            escape_short(&commit.subject, 120)
        );
        below(svg, "hash", x, y - 12.0, commit.commit.short());
        below(svg, "label", x, y + 21.0, &escape_short(&commit.subject, (room / 6.4) as usize));
    }
}

fn release(svg: &mut String, incident: &Incident, from: (f64, f64), x: f64) {
    let Some(commit) = &incident.released else {
        curve(svg, "fix owed", from, (x, TOP));
        let _ = writeln!(svg, "<circle class=\"node owed\" cx=\"{x:.1}\" cy=\"{TOP}\" r=\"6\"/>");
        below(svg, "label", x, TOP - 13.0, "not released");
        return;
    };
    curve(svg, "fix", from, (x, TOP));
    let _ = writeln!(svg, "<path class=\"node fixed\" d=\"M{x:.1} {:.1}l9 9l-9 9l-9 -9z\"/>", TOP - 9.0);
    below(svg, "tag", x, TOP - 27.0, &escape_short(incident.tag.as_deref().unwrap_or_default(), 24));
    below(svg, "hash", x, TOP - 14.0, commit.short());
}

fn target(svg: &mut String, incident: &Incident, branch: &str, state: &str, released: f64, y: f64) {
    let mut events = incident.of_kind(&Kind::MergedBack);
    let merged = events.rfind(|e| e.reference(Pointer::Branch) == Some(branch));
    let x = released + 90.0;
    let owed = if merged.is_none() { " owed" } else { "" };
    curve(svg, &format!("fix{owed}"), (released, TOP), (x, y));
    let _ = writeln!(
        svg,
        "<circle class=\"node{}\" cx=\"{x:.1}\" cy=\"{y}\" r=\"6\"/>",
        if merged.is_some() { " fixed" } else { " owed" }
    );
    // Right of it while there is room; the line comes from the left above.
    let (side, anchor, room) =
        if x < WIDTH * 0.62 { (x + 12.0, "", WIDTH - x) } else { (x - 12.0, " end", x) };
    let letters = ((room - 20.0) / 6.4) as usize;
    let _ = writeln!(
        svg,
        "<text class=\"label{anchor}\" x=\"{side:.1}\" y=\"{:.1}\">{}</text>",
        y + 18.0,
        escape_short(state, letters)
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::incident;

    fn oid(two: &str) -> Oid {
        Oid::parse(&two.repeat(20)).unwrap()
    }

    #[test]
    fn what_is_not_there_is_not_drawn() {
        assert_eq!(draw(&incident(vec![]), &[], &[], 0), None);
        let started = Draft::new(Kind::FixStarted, "").refer(Pointer::Base, oid("aa"));
        let svg = draw(&incident(vec![("14:13", started)]), &[], &[], 0).unwrap();
        assert!(svg.contains("not released") && svg.contains("aaaaaaa"), "{svg}");
    }

    #[test]
    fn branches_say_what_happened_there() {
        let commits: Vec<CommitLine> = (10..30)
            .map(|n| CommitLine {
                commit: oid(&n.to_string()),
                subject: format!("<fix> {n}"),
                author: String::new(),
            })
            .collect();
        let night = incident(vec![
            ("14:13", Draft::new(Kind::FixStarted, "").refer(Pointer::Base, oid("aa"))),
            (
                "14:30",
                Draft::new(Kind::Merged, "").refer(Pointer::Branch, "main").refer(Pointer::Commit, oid("bb")),
            ),
            (
                "14:30",
                Draft::new(Kind::Tagged, "").refer(Pointer::Tag, "v1.2.1").refer(Pointer::Commit, oid("bb")),
            ),
            (
                "14:31",
                Draft::new(Kind::MergedBack, "")
                    .refer(Pointer::Branch, "develop")
                    .refer(Pointer::Commit, oid("cc")),
            ),
        ]);
        let targets: Vec<(String, String)> =
            [("main", "released"), ("develop", "has the fix"), ("<b>", "conflicted")]
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .into();
        let svg = draw(&night, &commits, &targets, 0).unwrap();
        for word in [
            "v1.2.1",
            "bbbbbbb",
            "has the fix",
            "conflicted",
            "&lt;b&gt;",
            "16 more",
            "&lt;fix&gt; 10",
            "2929292",
        ] {
            assert!(svg.contains(word), "{word}: {svg}");
        }
        assert_eq!(svg.matches("owed").count(), 2, "{svg}");
        assert!(!svg.contains(">released<"), "production is no target: {svg}");
        let many: Vec<(String, String)> =
            (0..40).map(|n| (format!("release/{n}"), "owed".to_owned())).collect();
        assert!(draw(&night, &commits, &many, 0).unwrap().contains("and 28 more branches"));
    }
    #[test]
    fn names_and_subjects_are_whole_where_there_is_room() {
        let subject = "take out the rule that uses all CPU";
        let commit = CommitLine { commit: oid("dd"), subject: subject.to_owned(), author: String::new() };
        let mut night = incident(vec![
            ("14:13", Draft::new(Kind::FixStarted, "").refer(Pointer::Base, oid("aa"))),
            (
                "14:30",
                Draft::new(Kind::Tagged, "").refer(Pointer::Tag, "v1.2.1").refer(Pointer::Commit, oid("bb")),
            ),
        ]);
        night.branch = "hotfix/cpu-exhausted-on-every-edge-server".to_owned();
        let svg = draw(&night, std::slice::from_ref(&commit), &[], 0).unwrap();
        assert!(
            svg.contains(&format!(">{}<", night.branch)) && svg.contains(&format!(">{subject}<")),
            "{svg}"
        );
        night.branch = "hotfix/".to_owned() + &"long".repeat(60);
        let svg = draw(&night, &vec![commit; 4], &[], 0).unwrap();
        let drawn = svg.split("cx=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok());
        assert!(drawn.fold(0.0, f64::max) < WIDTH - TAIL + 100.0, "{svg}");
    }
}
