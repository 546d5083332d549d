//! The answer as a record in the OSV format, which vulnerability databases and scanners read. What is
//! not known here (the package's name in its registry, severity, credits) is left to whoever publishes
//! it.

use crate::facts::Workspace;
use crate::facts::fix::Fix;
use crate::insight::affected::{Affected, Span};
use crate::model::text::safe;
use crate::model::version::{TagScheme, is_plain_version, split_tag};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// The version of the format.
const SCHEMA: &str = "1.7.5";

/// The record. `details` is the paragraph for users.
pub fn record(
    workspace: &Workspace,
    fix: &Fix,
    found: &Affected,
    details: &str,
    now: DateTime<Utc>,
) -> Value {
    let mut ranges: Vec<Value> = numbered(&found.spans).into_iter().collect();
    ranges.extend(address(workspace).and_then(|repo| commits(found, &repo)));
    let affected = match found.affected_tags.as_slice() {
        [] => json!([]),
        tags => json!([{ "ranges": ranges, "versions": tags }]),
    };
    let id = fix.tip.as_str();
    json!({
        "schema_version": SCHEMA,
        // The prefix of records that no database has aggregated.
        "id": format!("x_HOTFIX-{}", id.get(..12).unwrap_or(id)),
        "modified": now.to_rfc3339_opts(SecondsFormat::Secs, true),
        "details": details,
        "affected": affected,
        "database_specific": {
            "source": "git blame of the lines that the fix changes; confirm before publishing",
            "notes": found.notes.iter().map(|note| safe(note)).collect::<Vec<_>>(),
        },
    })
}

/// From each candidate to the commits that bring the fix.
fn commits(found: &Affected, repo: &str) -> Option<Value> {
    let introduced = found.candidates.iter().map(|c| json!({ "introduced": c.commit }));
    let mut events: Vec<Value> = introduced.collect();
    if events.is_empty() {
        return None;
    }
    events.extend(found.fixes.iter().map(|commit| json!({ "fixed": commit })));
    Some(json!({ "type": "GIT", "repo": repo, "events": events }))
}

/// The releases, where their numbers are what the format calls semantic versions and are all of one
/// package. What lies between the last affected release and the next one is not claimed to be fixed.
fn numbered(spans: &[Span]) -> Option<Value> {
    let mut scheme: Option<TagScheme> = None;
    let mut events = Vec::new();
    for span in spans {
        let (from, version) = split_tag(&span.from)?;
        let (to, last) = split_tag(&span.to)?;
        let is_one = from == to && *scheme.get_or_insert_with(|| from.clone()) == from;
        let is_plain = [&from, &to]
            .iter()
            .zip([&version, &last])
            .all(|(scheme, version)| is_plain_version(&scheme.number(version)).is_some());
        if !is_one || !is_plain {
            return None;
        }
        events.push(json!({ "introduced": version.to_string() }));
        events.push(json!({ "last_affected": last.to_string() }));
    }
    (!events.is_empty()).then(|| json!({ "type": "SEMVER", "events": events }))
}

/// Where the repository is read on the web; `None` for one that only this machine knows.
fn address(workspace: &Workspace) -> Option<String> {
    let url = workspace.repo.config().ok()?.fetch_url(workspace.remote()?)?;
    public(&url)
}

/// `https://host/path` of what git reads from a host.
fn public(url: &str) -> Option<String> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        // git@host:path
        None => (
            "ssh",
            url.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains('/')).map(|_| url)?,
        ),
    };
    if !matches!(scheme, "https" | "http" | "ssh" | "git") {
        return None;
    }
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    if scheme.starts_with("http") {
        return Some(format!("{scheme}://{rest}"));
    }
    let (host, path) = rest.split_once(['/', ':'])?;
    // A port of ssh is none of the web.
    let path = path
        .split_once('/')
        .filter(|(port, _)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(path, |(_, p)| p);
    Some(format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_on_the_web() {
        let of = |url: &str| public(url);
        assert_eq!(of("https://x.org/a/b.git").unwrap(), "https://x.org/a/b.git");
        assert_eq!(of("git@x.org:a/b.git").unwrap(), "https://x.org/a/b.git");
        assert_eq!(of("ssh://git@x.org:2222/a/b.git").unwrap(), "https://x.org/a/b.git");
        assert_eq!(of("https://me:secret@x.org/a").unwrap(), "https://x.org/a");
        for local in ["/srv/a.git", "../a", "file:///srv/a.git", "C:/a"] {
            assert_eq!(of(local), None, "{local}");
        }
    }

    #[test]
    fn only_plain_numbers_of_one_package() {
        let span =
            |from: &str, to: &str| Span { from: from.into(), to: to.into(), count: 2, update_to: None };
        let events =
            numbered(&[span("v1.0.0", "v1.1.0"), span("v2.0.0", "v2.0.0")]).unwrap()["events"].clone();
        assert_eq!(events[1]["last_affected"], "1.1.0");
        assert_eq!(events[2]["introduced"], "2.0.0");
        assert_eq!(numbered(&[span("a-1.0.0", "a-1.1.0"), span("b-1.0.0", "b-1.1.0")]), None);
        assert_eq!(numbered(&[span("v1.2", "v1.3")]), None);
        assert_eq!(numbered(&[]), None);
    }
}
