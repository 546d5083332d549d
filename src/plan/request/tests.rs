use super::*;
fn oid(c: char) -> Oid {
    Oid::parse(&c.to_string().repeat(40)).unwrap()
}

fn mine() -> Mine {
    Mine {
        tip: oid('a'),
        base: "main".into(),
        again: "hotfix finish x".into(),
        what: "pull request",
        auto: false,
        jump: false,
        reopen: false,
        token: true,
        updated: false,
        owners: Vec::new(),
        silent_for: None,
    }
}

fn request(waiting: &[Wait]) -> Request {
    Request {
        number: 7,
        url: "https://forge/a/b/pull/7".into(),
        state: RequestState::Open,
        base: "main".into(),
        head: "hotfix/x".into(),
        head_sha: Some(oid('a')),
        waiting: waiting.to_vec(),
        merged_as: None,
        ended_by: None,
        draft: false,
        computing: false,
        queue: None,
        author: "ada".into(),
        approvals: Vec::new(),
        checks: Vec::new(),
        id: String::new(),
        tried: None,
    }
}

fn wait(kind: WaitKind) -> Wait {
    Wait::new(kind, "test")
}

fn failed() -> Wait {
    Wait { failed: true, ..wait(WaitKind::Checks) }
}

fn rules() -> Rules {
    Rules { auto: true, ..Rules::default() }
}

#[track_caller]
fn is(request: &Request, mine: &Mine, state: &str, next: &Next) -> Decision {
    let decision = decide(Some(request), &rules(), mine);
    assert_eq!((decision.state, &decision.next), (state, next), "{decision:?}");
    decision
}

#[test]
fn every_state_has_its_step_and_its_exit() {
    assert_eq!(decide(None, &rules(), &mine()).next, Next::Open);
    let merge = Next::Merge { auto: false, queue: false };
    is(&request(&[]), &mine(), "mergeable", &merge);
    let merged = Request { state: RequestState::Merged, merged_as: Some(oid('b')), ..request(&[]) };
    is(&merged, &mine(), "merged", &Next::Merged(Some(oid('b'))));
    for (waits, state, next, exit) in [
        (vec![wait(WaitKind::Checks)], "checks", Next::Wait, 8),
        (vec![failed()], "checks", Next::Stop(Kind::Failed), 1),
        (vec![failed(), wait(WaitKind::Conflict)], "conflict", Next::Stop(Kind::Conflict), 5),
        (vec![wait(WaitKind::NoChecks)], "no-checks", Next::Wait, 8),
        (vec![wait(WaitKind::Review), wait(WaitKind::Checks)], "review", Next::Wait, 8),
        (vec![wait(WaitKind::Other)], "review", Next::Wait, 8),
        (vec![wait(WaitKind::Behind)], "behind", Next::Update, 8),
    ] {
        let decision = is(&request(&waits), &mine(), state, &next);
        assert_eq!(decision.ends().exit_code(), exit, "{state}");
        assert!(next == Next::Update || !decision.hints.is_empty(), "{state} says how to go on");
    }
}

#[test]
fn closed_or_to_another_base_is_refused_until_somebody_says_so() {
    let closed = Request { state: RequestState::Closed, ended_by: Some("eve".into()), ..request(&[]) };
    let decision = is(&closed, &mine(), "closed", &Next::Stop(Kind::Refused));
    assert!(decision.words[0].contains("closed by eve"));
    let again = Mine { reopen: true, ..mine() };
    is(&closed, &again, "closed", &Next::Reopen);
    let other = Request { base: "develop".into(), ..request(&[]) };
    is(&other, &mine(), "wrong-base", &Next::Stop(Kind::Refused));
    is(&other, &again, "wrong-base", &Next::Retarget);
}

#[test]
fn nothing_is_merged_whose_head_is_not_ours() {
    let moved = Request { head_sha: Some(oid('c')), ..request(&[]) };
    is(&moved, &Mine { auto: true, ..mine() }, "head-moved", &Next::Wait);
}

#[test]
fn handing_over_and_queues() {
    let auto = Mine { auto: true, ..mine() };
    is(&request(&[wait(WaitKind::Review)]), &auto, "auto", &Next::Merge { auto: true, queue: false });
    // What can be merged is merged: a forge refuses to wait for nothing.
    is(&request(&[]), &auto, "mergeable", &Next::Merge { auto: false, queue: false });
    let queued = Request {
        queue: Some(Queue { position: Some(3), eta: None }),
        ..request(&[wait(WaitKind::Queue), wait(WaitKind::Checks)])
    };
    let decision = is(&queued, &mine(), "queued", &Next::Wait);
    assert!(decision.words.iter().any(|w| w.contains("place 3")), "{decision:?}");
    is(&queued, &auto, "queued", &Next::Wait);
    let queue = Rules { queue: true, ..rules() };
    let decision = decide(Some(&request(&[])), &queue, &mine());
    assert_eq!(decision.next, Next::Merge { auto: false, queue: true });
}

#[test]
fn drafts_are_made_ready_and_the_base_is_brought_in_once() {
    let draft = Request { draft: true, ..request(&[wait(WaitKind::Draft)]) };
    is(&draft, &mine(), "draft", &Next::Ready);
    let behind = request(&[wait(WaitKind::Behind)]);
    is(&behind, &Mine { updated: true, ..mine() }, "behind", &Next::Wait);
}

#[test]
fn without_a_token_nothing_is_changed() {
    let without = Mine { token: false, ..mine() };
    for request in [request(&[]), request(&[wait(WaitKind::Behind)]), Request { draft: true, ..request(&[]) }]
    {
        let decision = decide(Some(&request), &rules(), &without);
        assert_eq!(decision.next, Next::Wait, "{decision:?}");
        assert!(decision.words[0].contains("https://forge/a/b/pull/7"));
    }
}

#[test]
fn a_check_that_never_reports_is_suspected() {
    let silent = request(&[wait(WaitKind::NoChecks)]);
    let early = decide(Some(&silent), &rules(), &Mine { silent_for: Some((5, 90)), ..mine() });
    let late = decide(Some(&silent), &rules(), &Mine { silent_for: Some((95, 90)), ..mine() });
    assert!(!early.words.join("\n").contains("workflow") && late.words.join("\n").contains("workflow"));
}
