//! The text that `hotfix init` writes: what was found out, ready to be changed.

use super::types::{Config, Origin};
use super::value::name;

/// A small `hotfix.toml` in which nothing but `schema` is set: what was detected stands there as
/// comments with the place it was seen in, so that loading it changes nothing. Only what a person has
/// answered for this clone is set for all: which branch is in production. `tests` is the command that runs the tests.
pub fn minimal(config: &Config, tests: &str) -> String {
    let mut out = String::from(
        "# Settings of hotfix, all optional. Every key: `hotfix config --explain`.\n\
         # Detected values are comments: remove the # to fix or change one.\n\
         schema = 1\n",
    );
    let mut section = "";
    for row in config.explain() {
        let Some((table, key)) = row.key.split_once('.') else { continue };
        let is_answer = row.key == "branches.production" && matches!(row.origin, Origin::Git(_));
        let (Origin::Detected(place) | Origin::Git(place)) = &row.origin else { continue };
        if !is_answer && matches!(row.origin, Origin::Git(_)) {
            continue;
        }
        if table != section {
            out.push_str(&format!("\n{}[{}]\n", if is_answer { "" } else { "# " }, name(table)));
            section = table;
        }
        if is_answer {
            out.push_str(&format!("{} = {}\n", name(key), row.value));
            continue;
        }
        let place = place.replace(|c: char| c.is_control(), " ");
        out.push_str(&format!("# {} = {}  # {place}\n", name(key), row.value));
    }
    out.push_str(&EXAMPLES.replace("make test", tests));
    out
}

const EXAMPLES: &str = r#"
# Let a command answer a question of the checklist:
# [[check]]
# id = "tests"
# command = "make test"

# Deploy what was released, in a checkout of its tag, with HOTFIX_TAG, HOTFIX_VERSION,
# HOTFIX_PREVIOUS_TAG, HOTFIX_COMMIT, HOTFIX_NAME, HOTFIX_BRANCH and HOTFIX_INCIDENT set:
# [deploy]
# command = "./ops/deploy.sh"
"#;
