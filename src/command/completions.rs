//! `hotfix completions SHELL`.
//!
//! The scripts ask `hotfix complete` what can be typed next, because names, tags and branches are known
//! to the repository alone. These come from other people: the scripts never hand them to anything that
//! expands words.

use super::{Outcome, Session};
use crate::cli::{Cli, Completions};
use clap::CommandFactory;
use clap_complete::Shell;

pub fn run(session: &Session, args: &Completions) -> Outcome {
    session.ui.raw(&match args.shell {
        Shell::Bash => include_str!("../../templates/completions/bash").to_owned(),
        Shell::Zsh => include_str!("../../templates/completions/zsh").to_owned(),
        Shell::Fish => include_str!("../../templates/completions/fish").to_owned(),
        other => {
            let mut script = Vec::new();
            clap_complete::generate(other, &mut Cli::command(), "hotfix", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
    });
    Ok(0)
}

#[cfg(test)]
mod tests {
    use crate::model::name::is_slug;

    #[test]
    fn only_slugs_are_given_to_scripts() {
        assert!(is_slug("fix-login_2.1") && is_slug("team/fix"));
        for no in ["", "-x", "x$(id)", "x`id`", "x;id", "x y", "x\ny", "x'", "x\"", "xé", "~x", "x*", "{a,b}"]
        {
            assert!(!is_slug(no), "{no}");
        }
    }
}
