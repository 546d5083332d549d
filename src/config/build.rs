//! Makes the typed configuration out of resolved settings, and its explanation.

use super::detect::Detected;
use super::entries::{item, text, verify};
use super::keys::{KEYS, of_section};
use super::notify::notify;
use super::settings::{Entry, Settings};
use super::types::*;
use super::value::show;
use crate::model::habit::Reading;

/// The keys of `[updates]`: the audiences.
fn audiences() -> impl Iterator<Item = (&'static str, &'static str)> {
    of_section("updates").map(|key| (key.name, key.last()))
}

/// The configuration.
pub fn config(settings: &Settings, detected: Detected) -> Config {
    let some = |name: &str| Some(settings.text(name)).filter(|t| !t.is_empty());
    let unless = |word: &str, name: &str| some(name).filter(|t| t != word);
    let updates = audiences().map(|(name, who)| (who.to_owned(), settings.cadence(name)));
    Config {
        branches: Branches {
            production: settings.text("branches.production"),
            production_known: detected.production_known,
            may_be: detected.may_be,
            candidates: detected.candidates,
            merge_back: settings.list("branches.merge_back"),
            prefix: settings.text("branches.prefix"),
            lines: settings.list("branches.lines"),
            remote: unless("auto", "branches.remote"),
        },
        start: Start {
            when_dirty: WhenDirty::read(&settings.text("start.when_dirty")),
            worktree: settings.text("start.worktree"),
            copy: settings.list("start.copy"),
        },
        version: Version {
            scheme: match settings.text("version.scheme").as_str() {
                "semver" => Reading::Semver,
                "numbers" => Reading::Numbers,
                _ => Reading::Auto,
            },
            tag: unless("auto", "version.tag"),
            files: version_files(settings),
            changelog: match settings.text("version.changelog").as_str() {
                "auto" => Changelog::Auto,
                "none" => Changelog::Never,
                path => Changelog::File(path.to_owned()),
            },
            tag_by: TagBy::read(&settings.text("version.tag_by")),
        },
        guard: Guard {
            warn: settings.limit("guard.warn"),
            block: settings.limit("guard.block"),
            ignore: settings.list("guard.ignore"),
            sensitive: settings.list("guard.sensitive"),
        },
        checks: settings.checks.iter().map(item).collect(),
        finish: Finish {
            mode: Mode::read(&settings.text("finish.mode")),
            merge: MergeStyle::read(&settings.text("finish.merge")),
            merge_back_by: MergeBackBy::read(&settings.text("finish.merge_back_by")),
            delete_branch: settings.flag("finish.delete_branch"),
            wait: settings.span("finish.wait"),
        },
        forge: Forge {
            kind: unless("auto", "forge.kind"),
            api: unless("auto", "forge.api"),
            repository: unless("auto", "forge.repository"),
            token: settings.list("forge.token"),
            reviewers: settings.list("forge.reviewers"),
            labels: settings.list("forge.labels"),
            release: settings.flag("forge.release"),
            no_ci_after: settings.span("forge.no_ci_after"),
        },
        deploy: Deploy {
            command: settings.text("deploy.command"),
            rollback: settings.text("deploy.rollback"),
            watch: settings.text("deploy.watch"),
            timeout: settings.span("deploy.timeout"),
        },
        verify: settings.verifies.iter().map(verify).collect(),
        notify: settings.notifies.iter().map(notify).collect(),
        incident: Incident {
            share: settings.flag("incident.share"),
            sign: settings.flag("incident.sign"),
            remote: some("incident.remote"),
            timezone: Timezone::parse(&settings.text("incident.timezone")).unwrap_or(Timezone::Local),
        },
        updates: updates.filter(|(_, cadence)| !cadence.is_empty()).collect(),
        postmortem: Postmortem {
            path: settings.text("postmortem.path"),
            template: unless("builtin", "postmortem.template"),
        },
        notes: detected.notes,
        explained: explained(settings),
    }
}

fn version_files(settings: &Settings) -> VersionFiles {
    let is_none = match settings.get("version.files").map(|(value, _)| value) {
        Some(toml::Value::String(word)) => word == "none",
        Some(toml::Value::Array(items)) => items.iter().any(|item| item.as_str() == Some("none")),
        _ => false,
    };
    let files = settings.tables("version.files").into_iter().map(|table| VersionFile {
        path: text(table, "path").to_owned(),
        search: text(table, "search").to_owned(),
    });
    VersionFiles { known: !is_none, listed: files.collect() }
}

fn explained(settings: &Settings) -> Vec<Explained> {
    let mut out = Vec::new();
    for key in KEYS.iter().filter(|k| k.name != "schema") {
        match key.name {
            "check.id" => out.extend(settings.checks.iter().map(|e| entry("check", "id", e))),
            "verify.name" => out.extend(settings.verifies.iter().map(|e| entry("verify", "name", e))),
            "notify.kind" => out.extend(settings.notifies.iter().map(|e| entry("notify", "kind", e))),
            _ => out.extend(settings.get(key.name).map(|(value, origin)| Explained {
                key: key.name.to_owned(),
                value: show(value),
                origin: origin.clone(),
                meaning: key.meaning.to_owned(),
            })),
        }
    }
    out
}

fn entry(section: &str, naming: &str, entry: &Entry) -> Explained {
    let mut table = entry.table.clone();
    table.remove(naming);
    let meaning = match section {
        "check" => "a question that finish asks before anything is published",
        "notify" => "who is told what happens",
        _ => "what is watched after a deployment",
    };
    Explained {
        key: format!("{section}.{}", text(&entry.table, naming)),
        value: show(&toml::Value::Table(table)),
        origin: entry.origin.clone(),
        meaning: meaning.to_owned(),
    }
}
