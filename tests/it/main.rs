//! The integration tests: one binary, one file a subject. Everything is real but the clock.
//!
//! `HOTFIX_TEST_GIT_DIR=/path/to/older/git/bin cargo test` runs the suite with another git.

// The rules that keep `src` honest (no panics, one door for processes and files) would only make
// tests harder to read: here a panic is how a failure is reported.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::string_slice,
    clippy::unwrap_used
)]

mod support;

mod abort;
mod addresses;
mod affected;
mod affected_by_definition;
mod affected_copies;
mod affected_osv;
mod affected_withdrawn;
mod after_a_refusal;
mod approval;
mod architecture;
mod asked_numbers;
mod at_once;
mod audit;
mod audit_accept;
mod audit_docs;
mod audit_entries;
mod audit_found;
mod audit_model;
mod audit_not_lost;
mod audit_repair;
mod before_asking;
mod belongs;
mod book;
mod branch_conflicts;
mod broken_places;
mod browser;
mod budget;
mod check;
mod claimed_ends;
mod claimed_lines;
mod claimed_releases;
mod classic_mistakes;
mod colleagues;
mod completion;
mod config;
mod conflicts;
mod copied_logs;
mod corrections;
mod damaged_log;
mod deploy;
mod deploy_by_hand;
mod deploy_once;
mod deploy_place;
mod doctor;
mod drill;
mod dry_run;
mod dying_servers;
mod earlier;
mod ends;
mod everywhere;
mod filters;
mod finish;
mod followups;
mod forged;
mod forged_fields;
mod gates;
mod gates_own;
mod guard;
mod handover;
mod harness;
mod help;
mod hints;
mod hooks;
mod hostile;
mod killed;
mod killed_back;
mod lines;
mod look_alikes;
mod made_by_hand;
mod many_conflicts;
mod many_logs;
mod mark;
mod merged_apart;
mod merged_by_others;
mod mermaid;
mod mistyped;
mod model;
mod note;
mod notify;
mod notify_forms;
mod notify_killed;
mod notify_night;
mod notify_requests;
mod notify_rude;
mod open_targets;
mod own_files;
mod own_settings;
mod partial;
mod people;
mod plan;
mod postmortem;
mod postmortem_check;
mod postmortem_page;
mod presence;
mod promised;
mod protected;
mod pull_requests;
mod recheck;
mod record;
mod refusals;
mod repository_kinds;
mod request_checks;
mod request_contract;
mod request_deploy;
mod request_fork;
mod request_matrix;
mod request_moved;
mod request_reach;
mod request_rollback;
mod request_surprises;
mod requests;
mod resolved_by_hand;
mod review;
mod rollback;
mod rollback_next;
mod rollback_which;
mod run;
mod screens;
mod several_hotfixes;
mod signed_log;
mod signing;
mod sink;
mod start;
mod start_dirty;
mod start_names;
mod stats;
mod status;
mod story;
mod strangers;
mod stray_tags;
mod submodules;
mod sync;
mod sync_strange;
mod terminal;
mod tested;
mod timeline;
mod told_after_a_rollback;
mod trust;
mod two_answers;
mod two_writers;
mod undo;
mod unusual_places;
mod update;
mod version_files;
mod version_kinds;
mod version_targets;
mod versions;
mod voice;
mod way_back;
mod which_production;
mod words;
mod worktrees;
mod wrong_branch;
