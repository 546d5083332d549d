//! What the README promises, line by line, and the tests that fail when it is broken.

use crate::support::is_tested;

/// How a promise begins, and where it is tested: file and test.
const PROMISES: [(&str, &[(&str, &str)]); 16] = [
    (
        "Production and its tag are published together",
        &[
            ("protected", "a_protected_production_publishes_nothing_at_all"),
            ("protected", "protected_tags_publish_nothing_at_all"),
            ("dying_servers", "a_server_that_died_between_the_refs_is_rolled_forward"),
            ("dying_servers", "a_release_that_was_published_in_part_is_said_first_by_every_command"),
        ],
    ),
    (
        "One branch that rejects the merge-back",
        &[
            ("protected", "one_protected_release_branch_does_not_hold_up_the_others"),
            ("conflicts", "one_conflicting_release_branch_does_not_hold_up_the_others"),
            ("protected", "it_can_be_finished_by_somebody_else"),
        ],
    ),
    (
        "A deployment or a verification that fails",
        &[
            ("deploy", "a_failing_deployment_stops_before_the_merge_backs_and_the_same_command_goes_on"),
            ("deploy", "a_failing_verification_stops_too_and_does_not_deploy_again"),
            ("deploy", "a_branch_cannot_change_its_own_deployment"),
        ],
    ),
    ("Every problem is listed at once", &[("refusals", "everything_at_once")]),
    (
        "`--dry-run` changes no branch",
        &[
            ("plan", "with_develop_and_a_release_branch"),
            ("plan", "with_a_conflict_in_develop"),
            ("plan", "with_production_moved_meanwhile"),
        ],
    ),
    (
        "Killed with `kill -9`",
        &[
            ("killed", "finish_with_develop_and_a_release_branch"),
            ("killed", "finish_with_a_published_branch"),
            ("killed", "start"),
            ("killed", "abort"),
        ],
    ),
    (
        "A deployment runs at most once",
        &[
            ("deploy", "an_interrupted_deployment_is_unknown_until_somebody_says"),
            ("deploy", "what_a_killed_run_knew_is_kept_and_nothing_else_is_concluded"),
        ],
    ),
    (
        "A colleague's commit is never overwritten",
        &[
            ("colleagues", "production_moves_between_the_plan_and_the_push"),
            ("colleagues", "develop_moves_between_the_plan_and_the_push"),
            ("colleagues", "a_commit_pushed_to_the_branch_in_the_last_moment_stops_the_release"),
            ("colleagues", "a_commit_pushed_to_the_branch_during_a_slow_hook_is_kept_and_ships_next"),
        ],
    ),
    (
        "What was tested is what is tagged",
        &[
            ("tested", "the_same_tree_is_said_to_be_the_same"),
            ("tested", "what_came_into_production_meanwhile_is_named"),
            ("recheck", "what_does_not_pass_on_the_merged_tree_is_not_published"),
        ],
    ),
    (
        "Nothing is published that was not in a confirmed plan",
        &[
            ("approval", "untested_files_that_arrive_during_the_push_are_not_published_on_an_earlier_yes"),
            ("approval", "a_plan_that_was_made_again_without_untested_files_goes_on_and_says_so"),
            ("approval", "without_a_terminal_publishing_takes_a_yes"),
        ],
    ),
    (
        "Work that is not committed stays where it is",
        &[
            ("start_dirty", "a_dirty_tree_stays_and_the_work_happens_in_a_worktree_beside"),
            ("worktrees", "develop_checked_out_elsewhere_is_not_moved_there"),
            ("worktrees", "edits_on_production_that_do_not_collide_stay_and_those_that_do_are_safe"),
        ],
    ),
    ("Only the new tag is pushed", &[("finish", "private_tags_stay_private")]),
    (
        "Forty writers at once lose no line",
        &[
            ("record", "forty_writers_at_once_lose_nothing"),
            ("sync", "many_clones_at_once_lose_nothing"),
            ("record", "a_log_that_cannot_be_written_never_fails_the_hotfix"),
            ("broken_places", "a_damaged_event_is_left_out_and_the_hotfix_goes_on"),
        ],
    ),
    (
        "Text from commits, servers, logs and commands",
        &[
            ("hostile", "escape_sequences_in_commits_do_not_reach_the_terminal"),
            ("protected", "what_the_server_says_reaches_the_person_without_its_escape_sequences"),
            ("hostile", "shell_text_is_never_run"),
        ],
    ),
    (
        "Whoever can push branches, tags and logs, but not production",
        &[
            ("forged", "another_branch_cannot_be_released_in_the_name_of_a_hotfix"),
            ("forged", "a_branch_that_is_no_hotfix_is_never_given_up"),
            ("forged_fields", "no_event_with_every_field_forged_steers_another_clone"),
            ("gates", "a_branch_cannot_lift_its_own_gates"),
            ("gates", "a_fast_forwarded_branch_does_not_deploy_itself"),
            ("strangers", "a_tag_on_what_a_merge_brought_is_no_release_to_go_back_to"),
            ("strangers", "a_log_that_is_here_is_never_taken_away_by_what_others_have_under_its_id"),
            ("strangers", "a_dry_run_and_a_drill_run_nothing_that_nobody_agreed_to"),
        ],
    ),
    (
        "git's own hooks are asked",
        &[
            ("hooks", "a_pre_push_hook_that_refuses_is_obeyed"),
            ("hooks", "a_commit_message_hook_that_refuses_is_obeyed"),
            ("hooks", "a_pre_merge_commit_hook_that_refuses_is_obeyed"),
            ("signing", "what_cannot_be_signed_is_refused_and_nothing_changes"),
            ("approval", "no_hook_runs_before_the_yes"),
            ("approval", "no_signature_is_made_before_the_yes"),
        ],
    ),
];

#[test]
fn every_promise_has_a_test_and_nothing_else_is_promised() {
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## ").find(|part| part.starts_with("What it promises")).unwrap();
    let promised: Vec<&str> = section.split("\n- ").skip(1).collect();
    assert_eq!(promised.len(), PROMISES.len(), "promised is {promised:#?}");
    for (promise, (words, tests)) in promised.iter().zip(PROMISES) {
        assert!(promise.starts_with(words), "not listed: {promise}");
        is_tested(words, tests);
    }
}
