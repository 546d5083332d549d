//! What is told around pull requests: that one was opened, with its address, and the release once it is merged.

use crate::notify::{ALL_FACTS, call, entry};
use crate::requests::{BRANCH, NAME, ready};
use crate::support::{Flavour, Receiver, Shop};

fn telling(shop: &Shop, receiver: &Receiver) {
    let both = ["slack", "cloudevents"].map(|s| entry(receiver, s, ALL_FACTS)).join(", ");
    shop.git(["config", "hotfix.notify", &format!("[{both}]")]);
}

/// The headlines so far, the same everywhere, and the address beside each.
fn told(receiver: &Receiver) -> Vec<(String, String)> {
    let events = receiver.taken("cloudevents");
    let data = events.iter().map(|got| &got.body["data"]);
    let said: Vec<(String, String)> = data
        .map(|d| {
            (d["headline"].as_str().unwrap().to_owned(), d["link"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let slack: Vec<String> = said.iter().map(|(line, _)| format!("{NAME}: {line}")).collect();
    assert_eq!(receiver.lines("slack"), slack);
    said
}

#[test]
fn a_request_is_told_when_it_is_opened_and_the_release_when_it_is_merged() {
    for flavour in Flavour::ALL {
        let receiver = Receiver::new();
        let (shop, forge, _hotfix) = ready(flavour);
        telling(&shop, &receiver);
        forge.model().approvals = 1;
        let finish = ["finish", NAME, "-y"];
        call(&shop, &receiver, &finish).run().exits(8).says("Told");
        call(&shop, &receiver, &finish).run().exits(8).does_not_say("Told");
        let number = forge.model().pulls[0].number;
        let opened = told(&receiver);
        assert_eq!(opened.len(), 1, "waiting is no news: {opened:?}");
        let (line, link) = &opened[0];
        assert!(line.contains(&number.to_string()) && line.ends_with("was opened into main"), "{line}");
        assert!(link.starts_with("http") && link.contains(&number.to_string()), "{link}");
        assert!(receiver.taken("slack")[0].raw.contains(link.as_str()), "the request is linked");
        forge.model().approve(number);
        call(&shop, &receiver, &finish).run().ok();
        call(&shop, &receiver, &finish).run().ok();
        let all = told(&receiver);
        let lines: Vec<&str> = all.iter().skip(1).map(|(line, _)| line.as_str()).collect();
        assert_eq!(
            lines,
            ["v1.2.1 is released", "finished: v1.2.1 is released and merged back"],
            "{flavour:?}"
        );
        assert!(all.iter().all(|(_, told)| told == link), "{all:?}");
    }
}

#[test]
fn what_a_colleague_merged_on_the_forge_is_told_once_by_whoever_sees_it() {
    for flavour in Flavour::ALL {
        let receiver = Receiver::new();
        let (shop, forge, _hotfix) = ready(flavour);
        telling(&shop, &receiver);
        forge.model().approvals = 1;
        call(&shop, &receiver, &["finish", NAME, "-y"]).run().exits(8);
        let number = {
            let mut model = forge.model();
            let number = model.pulls.iter().find(|p| p.head == BRANCH).unwrap().number;
            model.approve(number);
            model.merge(number, "squash", "", "bo").unwrap();
            number
        };
        call(&shop, &receiver, &["status", NAME]).run().ok();
        assert_eq!(told(&receiver).len(), 1, "a merge alone is no release");
        call(&shop, &receiver, &["finish", NAME, "-y"]).run().ok();
        call(&shop, &receiver, &["status", NAME]).run().ok();
        let lines: Vec<String> = told(&receiver).into_iter().map(|(line, _)| line).collect();
        assert!(lines[0].contains(&number.to_string()), "{lines:?}");
        assert_eq!(lines[1..], ["v1.2.1 is released", "finished: v1.2.1 is released and merged back"]);
    }
}
