//! The text that `hotfix init` writes: what was found out, ready to be changed.

use super::types::{Config, Origin};
use super::value::name;

/// A small `hotfix.toml` in which nothing but `schema` is set: what was detected stands there as
/// comments with the place it was seen in, so that loading it changes nothing.
pub fn minimal(config: &Config) -> String {
    let mut out = String::from(
        "# Settings of hotfix, all optional. Every key: hotfix.toml.example or `hotfix config --explain`.\n\
         # Detected values are comments: remove the # to fix or change one.\n\
         schema = 1\n",
    );
    let mut section = "";
    for row in config.explain() {
        let Origin::Detected(place) = &row.origin else { continue };
        let Some((table, key)) = row.key.split_once('.') else { continue };
        if table != section {
            out.push_str(&format!("\n# [{}]\n", name(table)));
            section = table;
        }
        let place = place.replace(|c: char| c.is_control(), " ");
        out.push_str(&format!("# {} = {}  # {place}\n", name(key), row.value));
    }
    out.push_str(EXAMPLES);
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
