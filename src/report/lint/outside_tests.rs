use super::*;
use crate::model::event::{Draft, Kind};
use crate::model::incident::fixture::incident;
use crate::model::restricted::RESTRICTED;

fn with<T>(look: impl FnOnce(&Outside<'_>) -> T) -> T {
    let names = Names::new([
        ("Ada Lovelace", "ada@example.com"),
        ("Will Long", "will@example.com"),
        ("zoe", "zoe@example.com"),
    ]);
    let whole = incident(vec![
        ("14:20", Draft::new(Kind::Action, "").with("command", "flagctl off --flag new-cart")),
        ("14:21", Draft::new(Kind::Note, "Acme Bank found the leak; key 4711x").with("audience", RESTRICTED)),
    ]);
    let tellable = whole.tellable().unwrap();
    let clean = |line: &str| line.replace("hunter2hunter2", "[redacted]");
    look(&Outside::new(&names, &whole, &tellable, &clean))
}

#[test]
fn what_is_inside_is_left_out_whole() {
    for (text, why) in [
        ("It began on db-7.", "a host name"),
        ("It began on DB7's disk.", "a host name"),
        ("The nodes (web-1/web-2) were full.", "a host name"),
        ("The disk of db\u{2011}7 was full.", "a host name"),
        ("We asked shop.internal.", "a host name"),
        ("We asked orders.example.com:8443.", "a host name"),
        ("The pool prod-db was full.", "a host name"),
        ("Port redis:6379 was closed.", "a host name"),
        ("See https://wiki/page.", "an address"),
        ("It answers at 10.0.3.17.", "an address"),
        ("It answers at [fe80::1].", "an address"),
        ("Ask ops@shop for help.", "an e-mail address"),
        ("Then deploy@db-7:/srv/app filled up.", "an e-mail address"),
        ("The log in /var/log/app grew.", "a path"),
        ("Keys are in ~/.ssh/config there.", "a path"),
        ("We ran kubectl rollout undo.", "a command line"),
        ("We ran `kubectl -n shop get pods` twice.", "a command line"),
        ("kubectl get pods said so.", "a command line"),
        ("It took ./deploy to do it.", "a command line"),
        ("Then flagctl  off --flag new-cart helped.", "a command line"),
        ("We set MAX_CONNS=5 there.", "a command line"),
        ("With --force it worked.", "a command line"),
        ("The password was hunter2hunter2 there.", "a secret"),
        ("So Acme Bank found the leak first.", "a restricted line"),
        ("It was about 4711x only.", "a restricted line"),
    ] {
        let told = with(|o| o.tell(&format!("Before it. {text} After it.")));
        assert_eq!(
            (told.text.as_str(), told.left_out.as_slice()),
            ("Before it. After it.", &[why][..]),
            "{text}"
        );
        assert_eq!(with(|o| o.whole(text)), None, "{text}");
        assert_eq!(with(|o| o.quote(&format!("Before. {text}\nAfter."))), "Before. […]\nAfter.", "{text}");
    }
}

#[test]
fn what_readers_may_know_stays_as_it_is() {
    for text in [
        "Users get a 500 on /login.",
        "About 1 in 3 logins failed (12 %), e.g. with Safari.",
        "Release v1.2.1 went out at 14:33 UTC on 2026-11-22.",
        "The migration in login.rs was 70 % done; Node.js was not affected.",
        "It was utf-8 and sha256 and k8s all along.",
        "We go through all of them, and make sure of it.",
        "The import and the export ran 24/7 and/or at night.",
        "Git keeps both, and a curl of smoke rose.",
        "Will this take long? It was a sev2, then sev-3.",
    ] {
        let told = with(|o| o.tell(text));
        assert_eq!((told.text.as_str(), told.left_out.len()), (text, 0), "{text}");
    }
}

#[test]
fn names_become_a_role() {
    for (text, wanted) in [
        ("Ada restarted it.", "A colleague restarted it."),
        ("Then ADA's script and Lovelace ran.", "Then a colleague's script and a colleague ran."),
        (
            "We asked Will Long and zoe, then @grace-h.",
            "We asked a colleague and a colleague, then a colleague.",
        ),
        ("It was ada-lovelace who saw it.", "It was a colleague who saw it."),
    ] {
        assert_eq!(with(|o| o.tell(text)).text, wanted, "{text}");
    }
}
