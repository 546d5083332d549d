//! The ways in which programs for releasing a fix are known to go wrong, and the test
//! that keeps each of them from happening here. Some stories have no better place than this file.

use crate::support::{Except, FIXED_LOGIN, Repo, Shop, is_tested};

/// What goes wrong elsewhere, and where it is tested: file and test.
const CASES: [(&str, &[(&str, &str)]); 55] = [
    (
        "killed after any call of git, the same command completes",
        &[
            ("killed", "finish_with_develop_and_a_release_branch"),
            ("killed", "finish_with_a_published_branch"),
        ],
    ),
    (
        "killed inside a merge",
        &[
            ("killed", "finish_that_leaves_a_conflict_to_a_human"),
            ("killed", "finish_after_the_conflict_is_resolved"),
        ],
    ),
    (
        "production is protected: nothing at all gets out",
        &[("protected", "a_protected_production_publishes_nothing_at_all")],
    ),
    (
        "the tag is taken here, there, or only behind a path",
        &[
            ("versions", "a_tag_here_only_is_taken_too_and_stays_here"),
            ("versions", "a_tag_on_the_remote_only_is_taken"),
            ("versions", "a_tag_that_only_ends_like_ours_is_not_taken"),
        ],
    ),
    ("a tag has the name of a branch", &[("repository_kinds", "with_tags_named_like_the_branches")]),
    (
        "a pull request was merged first",
        &[
            ("colleagues", "a_branch_merged_through_a_pull_request_is_tagged_where_it_was_merged"),
            ("colleagues", "a_branch_squashed_through_a_pull_request_is_tagged_where_it_was_squashed"),
        ],
    ),
    (
        "one of two release branches conflicts",
        &[("conflicts", "one_conflicting_release_branch_does_not_hold_up_the_others")],
    ),
    ("the local develop is behind", &[("repository_kinds", "with_a_local_develop_that_is_behind")]),
    (
        "uncommitted work is carried into the release",
        &[
            ("classic_mistakes", "uncommitted_work_gets_into_no_release"),
            ("start_dirty", "a_dirty_tree_stays_and_the_work_happens_in_a_worktree_beside"),
        ],
    ),
    (
        "an untracked file has the name of a file on another branch",
        &[
            ("classic_mistakes", "an_untracked_file_that_another_branch_tracks_is_left_alone"),
            ("classic_mistakes", "an_untracked_file_that_the_new_production_tracks_is_left_alone"),
        ],
    ),
    (
        "there is nothing in the hotfix",
        &[("refusals", "an_empty_hotfix"), ("refusals", "a_hotfix_whose_commits_change_nothing")],
    ),
    (
        "a colleague pushed to the hotfix branch",
        &[
            ("colleagues", "a_commit_on_the_published_branch_is_noticed"),
            ("colleagues", "a_commit_pushed_to_the_branch_in_the_last_moment_stops_the_release"),
        ],
    ),
    (
        "private tags get out",
        &[
            ("finish", "private_tags_stay_private"),
            ("own_settings", "nothing_else_is_pushed_and_nowhere_else"),
        ],
    ),
    (
        "the message holds quotes, hashes, lines and commands",
        &[
            ("finish", "a_message_given_by_hand_is_kept_as_it_was_typed"),
            ("hostile", "shell_text_is_never_run"),
            ("signing", "a_signed_tag_keeps_every_line_of_its_message"),
        ],
    ),
    (
        "a conflict is resolved with git add, or with git commit",
        &[
            ("conflicts", "resolved_with_git_add_the_next_finish_completes_it"),
            ("conflicts", "resolved_with_git_commit_the_next_finish_completes_it"),
        ],
    ),
    (
        "the deployment fails when all is public",
        &[("deploy", "a_failing_deployment_stops_before_the_merge_backs_and_the_same_command_goes_on")],
    ),
    (
        "the remote does not delete the branch",
        &[("finish", "a_branch_that_the_remote_will_not_delete_is_no_failure")],
    ),
    (
        "a branch is checked out in another worktree",
        &[
            ("worktrees", "production_checked_out_elsewhere_is_not_moved_there"),
            ("worktrees", "develop_checked_out_elsewhere_is_not_moved_there"),
            ("worktrees", "a_release_branch_checked_out_elsewhere_is_not_moved_there"),
            ("worktrees", "the_hotfix_branch_checked_out_twice_over_is_respected"),
        ],
    ),
    ("there is no develop", &[("repository_kinds", "with_main_only")]),
    (
        "a hotfix of an older release gets what came after it",
        &[
            ("classic_mistakes", "a_hotfix_of_an_older_release_holds_nothing_that_came_after_it"),
            ("lines", "an_old_release_is_fixed_on_its_own_line_and_ported_forward"),
        ],
    ),
    ("a pre-push hook refuses", &[("hooks", "a_pre_push_hook_that_refuses_is_obeyed")]),
    (
        "a commit-msg hook refuses, or changes the message",
        &[
            ("hooks", "a_commit_message_hook_that_refuses_is_obeyed"),
            ("hooks", "a_commit_message_hook_may_add_to_the_message"),
        ],
    ),
    (
        "there is no terminal",
        &[("classic_mistakes", "without_a_terminal_nothing_is_asked_and_nothing_hangs")],
    ),
    (
        "a lock on the index is left over",
        &[
            ("finish", "an_index_that_is_locked_is_in_nobodys_way_for_long"),
            ("broken_places", "an_index_that_somebody_else_has_locked_stays_locked"),
        ],
    ),
    (
        "two hotfixes come to the same version",
        &[("story", "two_hotfixes_at_once_get_two_versions"), ("at_once", "two_hotfixes_get_two_versions")],
    ),
    (
        "of several push addresses one accepts and one refuses",
        &[
            ("addresses", "what_production_refuses_is_not_published_by_a_mirror"),
            ("addresses", "a_mirror_that_refuses_is_a_failure_that_the_same_command_completes"),
        ],
    ),
    (
        "a mirror lags, or has gone its own way",
        &[
            ("addresses", "a_mirror_that_lags_is_brought_up_to_date"),
            ("addresses", "a_mirror_with_commits_of_its_own_is_never_overwritten"),
            ("addresses", "three_urls_and_one_that_cannot_be_read"),
        ],
    ),
    (
        "a push goes elsewhere than is read",
        &[
            ("addresses", "a_push_that_goes_elsewhere_is_not_public"),
            ("addresses", "push_instead_of_is_an_address_too"),
        ],
    ),
    (
        "after a refusal corrections are ignored",
        &[
            ("after_a_refusal", "a_corrected_address_counts"),
            ("after_a_refusal", "a_hook_that_was_added_counts"),
            ("after_a_refusal", "an_identity_that_is_corrected_after_a_kill_counts"),
        ],
    ),
    (
        "a message never reaches the version commit or the merge-backs",
        &[("after_a_refusal", "a_message_reaches_every_commit")],
    ),
    (
        "a release that was squash-merged leaves its tag off production",
        &[
            ("versions", "a_release_that_was_squash_merged_is_the_base"),
            ("versions", "a_first_release_that_was_squash_merged_is_the_base"),
            ("versions", "a_release_that_was_squash_merged_is_what_a_rollback_takes_back"),
        ],
    ),
    (
        "a higher release that production does not contain",
        &[("versions", "a_higher_release_that_production_does_not_contain_is_asked_about")],
    ),
    (
        "tags of other forms are not seen, and v0.0.1 is published",
        &[
            ("versions", "tags_of_other_forms_are_continued"),
            ("asked_numbers", "a_date_is_proposed_as_today_and_needs_a_yes"),
            ("versions", "tags_that_look_like_releases_are_never_followed_by_the_very_first_one"),
            ("versions", "a_form_that_is_new_is_asked_about"),
        ],
    ),
    (
        "a number that a person has to say is taken silently on another way",
        &[
            ("asked_numbers", "what_others_merged_gets_no_number_that_nobody_said"),
            ("asked_numbers", "what_others_merged_is_not_released_as_another_package"),
            ("asked_numbers", "a_rollback_gets_no_number_that_nobody_said_either"),
        ],
    ),
    (
        "the number that was agreed on is forgotten",
        &[
            ("asked_numbers", "the_number_that_was_agreed_on_is_kept"),
            ("asked_numbers", "the_number_that_was_agreed_on_is_not_asked_for_after_a_refusal"),
        ],
    ),
    (
        "a refusal prints commands that lead nowhere",
        &[
            ("after_a_refusal", "what_a_refusal_prints_brings_the_version_through_a_request"),
            ("after_a_refusal", "a_refused_rollback_goes_through_a_request_with_what_it_prints"),
            ("after_a_refusal", "a_refusal_that_names_no_ref_is_not_pinned_on_one"),
        ],
    ),
    (
        "a fork is origin, and the fork is released",
        &[
            ("which_production", "what_main_is_pulled_from_is_released_and_not_the_fork"),
            ("which_production", "a_fork_as_origin_that_main_is_pulled_from_is_asked_about"),
        ],
    ),
    (
        "the default branch is an integration branch",
        &[
            ("which_production", "the_default_branch_is_not_released_where_main_carries_the_tags"),
            ("which_production", "a_default_branch_beside_main_without_releases_is_asked_about"),
            ("which_production", "releases_tagged_on_next_alone_do_not_make_it_production_silently"),
        ],
    ),
    (
        "the default branch that is tracked here is stale",
        &[
            ("which_production", "a_stale_default_branch_is_not_believed"),
            ("which_production", "of_main_and_master_the_remote_decides_by_what_it_says_now"),
        ],
    ),
    (
        "the only branch of a clone is taken for production",
        &[("which_production", "a_clone_of_one_branch_knows_production_from_the_remote")],
    ),
    (
        "in a monorepo another package is released",
        &[
            ("versions", "of_several_packages_the_changed_one_is_released"),
            ("versions", "a_change_outside_of_one_package_needs_its_name"),
        ],
    ),
    (
        "a configured merge-back pattern is overridden, or matches nothing",
        &[
            ("open_targets", "what_is_configured_wins_over_what_lines_are_called"),
            ("open_targets", "near_misses_are_named_and_bots_are_not"),
        ],
    ),
    (
        "a release branch that is out gets all of production",
        &[
            ("open_targets", "a_release_branch_that_is_out_gets_nothing"),
            ("open_targets", "a_release_branch_that_was_squash_merged_gets_nothing"),
        ],
    ),
    (
        "a pre-push hook runs twice, and its words are lost",
        &[("after_a_refusal", "a_pre_push_hook_that_refuses_runs_once_and_is_heard")],
    ),
    (
        "a reviewer's commit is left below the tag",
        &[
            ("merged_by_others", "a_reviewers_commit_is_part_of_the_release"),
            ("merged_by_others", "the_tag_goes_on_the_last_commit_of_a_rebased_series"),
        ],
    ),
    (
        "a branch is merged without its version",
        &[("merged_by_others", "merged_without_its_version_is_refused_until_production_says_it")],
    ),
    (
        "squash-merged with the branch deleted here and there",
        &[("merged_by_others", "a_branch_that_the_forge_deleted_is_found_in_the_log")],
    ),
    (
        "the same with a review edit on the same line",
        &[
            ("merged_by_others", "a_reviewers_commit_is_found_by_the_head_of_the_request"),
            ("merged_by_others", "what_nothing_can_find_is_said_by_hand"),
        ],
    ),
    (
        "a protected develop that got the fix by itself is owed for ever",
        &[("merged_by_others", "a_protected_develop_that_got_the_fix_by_itself_is_done")],
    ),
    (
        "the wrong ref is named for a refusal, with advice that does not fit",
        &[("after_a_refusal", "the_refused_ref_is_named_and_the_advice_fits")],
    ),
    (
        "a protected tag holds up the merge-backs",
        &[("merged_by_others", "a_protected_tag_does_not_hold_up_the_merge_backs")],
    ),
    (
        "a merge that was reverted is released",
        &[
            ("merged_by_others", "a_merge_that_was_reverted_is_not_released"),
            ("merged_by_others", "a_fix_that_was_taken_back_among_other_changes_is_not_released"),
        ],
    ),
    (
        "a new worktree silently lacks its hooks",
        &[("worktrees", "hooks_that_a_worktree_does_not_get_are_named")],
    ),
    (
        "the worktree of a submodule litters the repository around it",
        &[("submodules", "the_worktree_of_a_submodule_is_not_left_in_the_repository_around_it")],
    ),
    (
        "a title without Latin letters is refused",
        &[("start_names", "a_title_in_another_script_has_a_name_that_stays")],
    ),
];

#[test]
fn each_of_them_has_a_test() {
    for (case, tests) in CASES {
        is_tested(case, tests);
    }
}

#[test]
fn uncommitted_work_gets_into_no_release() {
    let shop = Shop::new();
    shop.write("src/cart.rs", "// half an idea\n");
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    hotfix.finish().ok();
    assert_eq!(shop.read("src/cart.rs"), "// half an idea\n");
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        assert_eq!(shop.remote().show(branch, "src/cart.rs"), "pub fn cart() {}");
    }
    // Carried along on purpose it is still not committed, and so it holds the release up.
    let hotfix = shop.start_with("fix-title", &["--carry"]).fix("README.md", "# Open\n").answer_all();
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("src/cart.rs");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn an_untracked_file_that_another_branch_tracks_is_left_alone() {
    let shop = Shop::build().release("release/1.3.0").go();
    for branch in ["develop", "release/1.3.0"] {
        shop.colleague_pushes(branch, "notes.txt", "theirs\n");
    }
    shop.write("notes.txt", "mine\n");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    assert_eq!(shop.read("notes.txt"), "mine\n");
    let released = shop.tip("main");
    assert!(shop.has("develop", &released) && shop.has("release/1.3.0", &released));
    assert_eq!(shop.remote().show("refs/heads/develop", "notes.txt"), "theirs");
    assert!(!shop.remote().git_agrees(["cat-file", "-e", "refs/heads/main:notes.txt"]));
}

#[test]
fn an_untracked_file_that_the_new_production_tracks_is_left_alone() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("main", "notes.txt", "theirs\n");
    shop.write("notes.txt", "mine\n");
    let ran = hotfix.finish();
    ran.ok();
    assert_eq!(shop.read("notes.txt"), "mine\n", "nobody's file is overwritten\n{ran}");
    assert_eq!(shop.remote().show("refs/heads/main", "notes.txt"), "theirs");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(ran.said("notes.txt"), "it says what kept this worktree from following\n{ran}");
}

#[test]
fn a_hotfix_of_an_older_release_holds_nothing_that_came_after_it() {
    let shop = Shop::new();
    shop.git(["branch", "support/1.2", "v1.2.0"]);
    shop.git(["push", "-q", "origin", "support/1.2"]);
    shop.commit("src/next.rs", "// the second edition\n");
    shop.git(["tag", "-a", "-m", "v2.0.0", "v2.0.0"]);
    shop.git(["push", "-q", "origin", "main", "v2.0.0"]);
    let second = shop.tip("main");
    let hotfix = shop.start_with("fix-login-crash", &["--from", "v1.2.0"]);
    assert!(!shop.repo.contains(&hotfix.tip(), &second));
    hotfix.fix_login().answer_all().finish().ok();
    let released = shop.remote().rev("refs/tags/v1.2.1^{commit}");
    assert!(!shop.remote().contains(&released, &second), "v1.2.1 holds what belongs to v2.0.0");
    assert_eq!(shop.tip("support/1.2"), released);
    for branch in ["main", "develop"] {
        let text = shop.remote().show(&format!("refs/heads/{branch}"), "src/login.rs");
        assert_eq!(format!("{text}\n"), FIXED_LOGIN, "{branch} has the fix, too");
    }
}

#[test]
fn without_a_terminal_nothing_is_asked_and_nothing_hangs() {
    let shop = Shop::new();
    let run = |repo: &Repo, args: &[&str]| repo.call(args).stdin("n\nn\nn\nn\n").run();
    run(&shop, &["start"]).exits(2).says("hotfix start");
    run(&shop, &["start", "fix-login-crash"]).ok();
    let hotfix = shop.started("fix-login-crash").fix_login();
    let before = shop.snapshot();
    run(&shop, &["finish"]).exits(3).says("--answer");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    let hotfix = hotfix.answer_all();
    run(&shop, &["finish"]).exits(3).says("-y");
    run(&shop, &["finish", "-y"]).ok();
    assert!(!hotfix.has_branch());
    run(&shop, &["abort"]).exits_with_one_of(&[2, 3]);
}

#[test]
fn a_fix_that_was_committed_on_production_is_found() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    hotfix.git(["switch", "main"]);
    hotfix.write("src/login.rs", FIXED_LOGIN);
    hotfix.git(["commit", "-a", "-m", "fix the login"]);
    let commit = hotfix.rev("HEAD").get(..7).unwrap().to_owned();
    let said = format!("main here has 1 commit since the start: {commit} fix the login");
    let line = format!("git switch hotfix/fix-login-crash && git cherry-pick {commit}");
    hotfix.hotfix(["check", "tests"]).exits(3).says(&said).says(&line);
    hotfix.hotfix(["status", "fix-login-crash"]).ok().says(&said).says(&line);
    hotfix.finish().exits(3).says(&said).says(&line);
    hotfix.git(["switch", "hotfix/fix-login-crash"]);
    hotfix.git(["cherry-pick", &commit]);
    hotfix.hotfix(["status"]).ok().does_not_say("since the start");
}
