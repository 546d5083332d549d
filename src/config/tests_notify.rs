//! `[[notify]]`: what may be written, and what a branch can do about it.

use super::fixture::Repo;
use super::{Notify, Origin};
use crate::model::notice::{Channel, News};
use crate::model::update::Audience;

fn error(text: &str) -> String {
    Repo::default().toml(text).error()
}

fn places(notify: &[Notify]) -> Vec<String> {
    notify.iter().map(Notify::place).collect()
}

const SLACK: &str = "[[notify]]\nkind = \"slack\"\nsecret = \"env:HOOK\"\n";

#[test]
fn without_an_entry_nobody_is_told() {
    assert!(Repo::default().load().notify.is_empty());
}

#[test]
fn an_entry_and_its_defaults() {
    let config = Repo::default().toml(SLACK).load();
    let [slack] = config.notify.as_slice() else { panic!("{:?}", config.notify) };
    assert_eq!((slack.kind, slack.place().as_str()), (Channel::Slack, "slack env:HOOK"));
    assert_eq!(slack.on, [News::Started, News::Released, News::Finished, News::RolledBack]);
    assert_eq!(slack.audiences, [Audience::Technical]);
    assert!(slack.is_committed());
    assert_eq!(slack.line, "[[notify]] { kind = \"slack\", secret = \"env:HOOK\" }");
    let line = config.explain().iter().find(|e| e.key == "notify.slack").unwrap();
    assert_eq!(line.value, "{ secret = \"env:HOOK\" }");
    assert_eq!(line.origin, Origin::File("hotfix.toml:1".into()));
}

#[test]
fn every_kind_and_what_belongs_to_it() {
    let text = "[[notify]]\nkind = \"teams\"\nsecret = \"file:/run/secrets/teams\"\non = []\n\
        [[notify]]\nkind = \"pagerduty-change\"\nsecret = \"env:PD\"\nendpoint = \"https://events.eu.pagerduty.com/v2/change/enqueue\"\n\
        [[notify]]\nkind = \"cloudevents\"\nsecret = \"command:pass show events\"\nsign = \"env:KEY\"\n\
        [[notify]]\nkind = \"command\"\ncommand = \"./ops/tell\"\naudiences = [\"users\", \"support\"]\n";
    let config = Repo::default().toml(text).load();
    let found = places(&config.notify);
    assert_eq!(
        (found[0].as_str(), found[1].as_str()),
        ("teams file:/run/secrets/teams", "pagerduty-change env:PD")
    );
    assert!(found[2].starts_with("cloudevents command:pass #") && !found[2].contains("show"), "{}", found[2]);
    assert_eq!(found[3], "command ./ops/tell");
    assert!(config.notify[0].on.is_empty());
    assert_eq!(config.notify[3].audiences, [Audience::Users, Audience::Support]);
}

#[test]
fn entries_that_do_not_work() {
    let cases = [
        ("[[notify]]\nsecret = \"env:X\"", "each [[notify]] needs a kind"),
        ("[[notify]]\nkind = \"slak\"\nsecret = \"env:X\"", "\"slack\", \"teams\""),
        ("[[notify]]\nkind = \"slack\"", "the notify entry \"slack\" needs a secret"),
        ("[[notify]]\nkind = \"command\"", "the notify entry \"command\" needs a command"),
        ("[[notify]]\nkind = \"command\"\ncommand = \"x\"\nsecret = \"env:X\"", "has no secret"),
        (
            "[[notify]]\nkind = \"slack\"\nsecret = \"env:X\"\nsign = \"env:Y\"",
            "belongs to the kind \"cloudevents\"",
        ),
        (
            "[[notify]]\nkind = \"slack\"\nsecret = \"env:X\"\nendpoint = \"auto\"",
            "belongs to the kind \"pagerduty",
        ),
        ("[[notify]]\nkind = \"slack\"\nsecret = \"env:X\"\non = [\"shipped\"]", "a list of \"started\""),
        (
            "[[notify]]\nkind = \"slack\"\nsecret = \"env:X\"\naudiences = [\"public\"]",
            "a list of \"technical\"",
        ),
        ("[[notify]]\nkind = \"slack\"\nsecert = \"env:X\"", "did you mean notify.secret?"),
        ("[notify]\nkind = \"slack\"", "write [[notify]] with two brackets"),
    ];
    for (text, expected) in cases {
        let found = error(text);
        assert!(found.contains(expected), "{text}: {found}");
    }
    assert!(error(&format!("{SLACK}{SLACK}")).contains("two [[notify]] entries for slack env:HOOK"));
}

#[test]
fn an_address_that_was_written_down_is_not_repeated() {
    let address = "https://hooks.slack.com/services/T0/B0/s3cr3tw0rd";
    for text in [
        format!("[[notify]]\nkind = \"slack\"\nsecret = \"{address}\"\n"),
        format!("[[notify]]\nkind = \"slack\"\nsecret = [\"{address}\"]\n"),
        format!("[[notify]]\nkind = \"cloudevents\"\nsecret = \"env:X\"\nsign = \"{address}\"\n"),
    ] {
        let found = error(&text);
        assert!(found.contains("\"env:NAME\", \"file:PATH\" or \"command:…\""), "{found}");
        assert!(!found.contains("s3cr3tw0rd"), "{found}");
    }
    let env = Repo::default()
        .env("HOTFIX_CONFIG_NOTIFY", &format!("[{{ kind = \"slack\", secret = \"{address}\" }}]"));
    assert!(!env.error().contains("s3cr3tw0rd"), "{}", env.error());
}

#[test]
fn ones_own_settings_take_the_place_of_the_files() {
    let own = "[{ kind = \"command\", command = \"cat\" }]";
    let config = Repo::default().toml(SLACK).git("hotfix.notify", own).load();
    assert_eq!(places(&config.notify), ["command cat"]);
    assert!(!config.notify[0].is_committed());
    let config = Repo::default().toml(SLACK).env("HOTFIX_CONFIG_NOTIFY", "[]").load();
    assert!(config.notify.is_empty());
}

#[test]
fn a_branch_adds_and_silences_nobody() {
    let mut repo = Repo::cloned("origin", &["main", "develop"]).toml(SLACK);
    let more = "[[notify]]\nkind = \"discord\"\nsecret = \"env:D\"\n";
    repo.added = Some(format!("{more}{}", SLACK.replace("env:HOOK\"", "env:HOOK\"\non = []")));
    let config = repo.load();
    assert_eq!(places(&config.notify), ["slack env:HOOK", "discord env:D"]);
    assert_eq!(config.notify[0].on.len(), 4, "production's file decides");
    assert!(config.notify[1].is_committed(), "a question of trust of its own");
    let said = config.notes.join("\n");
    assert!(
        said.contains("discord env:D is added") && said.contains("slack env:HOOK of this branch's"),
        "{said}"
    );
    repo.added = Some("schema = 1\n".to_owned());
    let config = repo.load();
    assert_eq!(places(&config.notify), ["slack env:HOOK"]);
    assert!(config.notes.join("\n").contains("slack env:HOOK is missing"), "{:?}", config.notes);
}
