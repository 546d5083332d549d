use super::*;

fn part(state: State, cause: Option<Cause>) -> Part {
    let (path, weight) = ("f".into(), Weight::Code);
    let is_undone = state == State::Out;
    Part {
        path,
        part: 0,
        weight,
        lines: 2,
        state,
        is_undone,
        moved_to: None,
        is_module: false,
        is_unread: false,
        is_to_go: false,
        cause,
    }
}

fn facts(arrived: Option<By>, parts: &[Part]) -> Facts {
    Facts { arrived, parts: parts.to_vec(), is_owed: true, ..Facts::default() }
}

fn verdict(arrived: Option<By>, parts: &[Part]) -> (Standing, Why) {
    let verdict = judge(&facts(arrived, parts));
    (verdict.standing, verdict.why)
}

#[test]
fn ancestry_alone_is_no_proof() {
    let dropped = part(State::Out, Some(Cause::Dropped(3)));
    assert_eq!(verdict(Some(By::Ancestry), &[dropped]), (Standing::Lost, Why::Dropped(3)));
    for cause in [Cause::Dropped(3), Cause::Undone(3), Cause::Reverted(3)] {
        let worked_on = part(State::Changed, Some(cause));
        assert_eq!(verdict(Some(By::Ancestry), &[worked_on]), (Standing::Changed, Why::Removed(3)));
    }
    let undone = part(State::Out, Some(Cause::Undone(4)));
    assert_eq!(verdict(Some(By::PatchId), &[undone]), (Standing::Lost, Why::Undone(4)));
}

#[test]
fn what_was_changed_on_purpose_is_not_lost() {
    for (cause, why) in [
        (Cause::Rewritten(5), Why::Rewritten(5)),
        (Cause::Removed(5), Why::Removed(5)),
        (Cause::Superseded(5), Why::Superseded(5)),
    ] {
        let changed = part(State::Changed, Some(cause));
        assert_eq!(verdict(Some(By::Ancestry), std::slice::from_ref(&changed)), (Standing::Changed, why));
        let never = part(State::Out, Some(Cause::Never));
        assert_eq!(verdict(None, &[changed, never]), (Standing::Lost, Why::Partly));
    }
}

#[test]
fn only_code_counts_beside_code() {
    let test = Part { weight: Weight::Beside, ..part(State::Out, Some(Cause::Undone(1))) };
    let code = part(State::In, None);
    assert_eq!(verdict(Some(By::Ancestry), &[code, test.clone()]), (Standing::Kept, Why::There));
    let dropped = Part { cause: Some(Cause::Dropped(1)), ..test.clone() };
    assert_eq!(
        verdict(Some(By::Ancestry), &[dropped]),
        (Standing::Changed, Why::Removed(1)),
        "no code is lost"
    );
    assert_eq!(verdict(Some(By::Ancestry), &[test]).0, Standing::Changed);
}

#[test]
fn what_is_still_there_counts_against_a_loss() {
    let most = Part { lines: 98, ..part(State::In, None) };
    let rest = part(State::Out, Some(Cause::Undone(1)));
    let verdict = |parts: &[Part]| verdict(Some(By::Ancestry), parts);
    assert_eq!(verdict(&[most.clone(), rest]), (Standing::Changed, Why::Nearly(2, 100)));
    let reverted = part(State::Out, Some(Cause::Reverted(1)));
    assert_eq!(verdict(&[most, reverted]), (Standing::Lost, Why::Reverted(1)));
}

#[test]
fn what_cannot_be_known_is_said() {
    let edited = Part { is_undone: true, ..part(State::Changed, Some(Cause::Never)) };
    assert_eq!(verdict(None, std::slice::from_ref(&edited)), (Standing::Lost, Why::Missing));
    let cut = Facts { is_cut: true, ..facts(None, &[edited]) };
    assert_eq!(judge(&cut).why, Why::CutOff);
    let other = part(State::Changed, Some(Cause::Never));
    assert_eq!(verdict(None, &[other]), (Standing::Unknown, Why::Differs));
    let unread = Part { is_unread: true, ..part(State::Out, None) };
    assert_eq!(verdict(None, &[unread]), (Standing::Unknown, Why::Unread));
    assert_eq!(verdict(None, &[part(State::Gone, None)]), (Standing::Unknown, Why::NoSuchCode));
    assert_eq!(verdict(None, &[]), (Standing::Unknown, Why::Nothing));
    assert_eq!(verdict(Some(By::Ancestry), &[]), (Standing::Kept, Why::There));
}

#[test]
fn decisions_are_kept() {
    let dropped = part(State::Out, Some(Cause::Dropped(3)));
    let with = |decision: Decision, part: &Part| {
        judge(&Facts { decision: Some(decision), ..facts(Some(By::Ancestry), std::slice::from_ref(part)) })
    };
    assert_eq!(with(Decision::RolledBack, &dropped).standing, Standing::RolledBack);
    assert_eq!(with(Decision::Skipped("why".into()), &dropped).why, Why::Decided("why".into()));
    assert_eq!(with(Decision::Resolved, &dropped).standing, Standing::Changed);
    let undone = part(State::Out, Some(Cause::Undone(3)));
    assert_eq!(with(Decision::Resolved, &undone).standing, Standing::Lost, "that came later");
    let there = part(State::In, None);
    assert_eq!(with(Decision::Skipped("why".into()), &there).standing, Standing::Kept);
}

#[test]
fn the_worst_place_decides() {
    use Standing::{Kept, Lost, RolledBack, Skipped, Unknown};
    assert_eq!(overall(&[Kept, Skipped], false), Skipped);
    assert_eq!(overall(&[Kept, Lost, Unknown], false), Lost);
    assert_eq!(overall(&[Kept, Lost], true), RolledBack);
    assert_eq!(overall(&[Kept, Kept], false), Kept);
}
