use super::super::words::sentences;
use super::*;

fn hits(rule: fn(&[Word<'_>]) -> Option<Span>, text: &str) -> usize {
    sentences(text).iter().filter(|s| rule(s).is_some()).count()
}

#[track_caller]
fn finds(rule: fn(&[Word<'_>]) -> Option<Span>, texts: &[&str]) {
    for text in texts {
        assert_eq!(hits(rule, text), 1, "{text:?} should be found");
    }
}

#[track_caller]
fn leaves(rule: fn(&[Word<'_>]) -> Option<Span>, texts: &[&str]) {
    for text in texts {
        assert_eq!(hits(rule, text), 0, "{text:?} should be left alone");
    }
}

#[test]
fn what_did_not_happen_is_no_fact() {
    finds(
        counterfactual,
        &[
            "The alert should have fired earlier.",
            "We shouldn't have merged on a Friday.",
            "A test could easily have caught this.",
            "The review would’ve found it.",
            "This might not have been noticed.",
            "Staging ought to have shown it.",
            "They should have documented the change.",
            "Had we known about the index, the plan was another.",
            "If only the team had checked the dashboard, it was over in a minute.",
            "If we hadn't merged it then, nothing broke.",
        ],
    );
}

#[test]
fn wishes_and_plans_are_no_counterfactuals() {
    leaves(
        counterfactual,
        &[
            "Every service should have alerts.",
            "Clusters should have at least three nodes.",
            "The database should have dedicated monitoring.",
            "New services should have documented runbooks and automated tests.",
            "Each team could have its own queue.",
            "We had restarted it twice when the alert fired.",
            "The job would run at night.",
            "Users should see a login page.",
            "The pods have been restarted.",
            "They had seen this before.",
            "It should have a need for speed.",
        ],
    );
}

#[test]
fn errors_of_people_are_found_and_errors_of_programs_left() {
    finds(
        human_error,
        &[
            "It was a human error.",
            "The cause is operator error, again.",
            "Somebody fat-fingered the value.",
            "A fat finger on the console.",
            "User errors caused it.",
        ],
    );
    leaves(
        human_error,
        &[
            "The user error rate rose.",
            "User error messages were confusing.",
            "The error was human-readable.",
            "An error that users saw.",
            "The operator error codes are listed.",
        ],
    );
}

#[test]
fn people_who_failed_are_found_and_machines_left() {
    finds(
        person_failure,
        &[
            "We failed to notice the alert.",
            "The on-call engineer ignored the page.",
            "They simply forgot the flag.",
            "The team had overlooked the index.",
            "She forgot.",
        ],
    );
    leaves(
        person_failure,
        &[
            "The job failed to start.",
            "The proxy ignored the header.",
            "We failed over to the second region.",
            "The health check failed to detect the loop.",
            "The request that they sent failed to parse.",
            "The deploy to the team, ignored by the cache, went on.",
        ],
    );
}

#[test]
fn guilt_has_few_words() {
    finds(guilt, &["Our provider is to blame.", "A careless change.", "The vendor was at fault."]);
    leaves(guilt, &["Run git to find it.", "A fault at the node.", "We care less about speed."]);
}
