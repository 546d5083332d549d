//! `hotfix completions SHELL`.
//!
//! The names of hotfixes come from branches and shared logs: a shell must take them as data. The
//! scripts never hand them to anything that expands words, and `hotfix list --names` leaves out a
//! name that holds more than the characters of a slug.

use super::{Outcome, Session};
use crate::cli::{Cli, Completions};
use clap::CommandFactory;
use clap_complete::Shell;

pub fn run(session: &Session, args: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hotfix", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    script.push_str(&names(args.shell));
    session.ui.raw(&script);
    Ok(0)
}

/// Whether a name can be completed: a slug, with slashes.
pub fn is_plain(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    !name.is_empty() && !name.starts_with('-') && name.chars().all(fits)
}

/// Hotfix names, which only the repository knows.
fn names(shell: Shell) -> String {
    let takers = takers();
    match shell {
        Shell::Bash => BASH.replace("COMMANDS", &takers.join("|*:")),
        Shell::Zsh => ZSH.replace("COMMANDS", &takers.join("|")),
        Shell::Fish => FISH.replace("COMMANDS", &takers.join(" ")),
        _ => String::new(),
    }
}

/// The commands that take the name of a hotfix as their first word.
fn takers() -> Vec<String> {
    let takes = |c: &&clap::Command| c.get_positionals().next().is_some_and(|a| a.get_id() == "name");
    // `start` takes a name that nobody has yet.
    let cli = Cli::command();
    let takers = cli.get_subcommands().filter(takes).filter(|c| c.get_name() != "start");
    takers.map(|c| c.get_name().to_owned()).collect()
}

const BASH: &str = r#"
# Names of hotfixes, for the commands that take one. They are data: nothing expands them.
_hotfix_with_names() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" name
    case "$before:${COMP_WORDS[1]}" in
        --hotfix:*|*:COMMANDS)
            if [[ $word != -* ]]; then
                COMPREPLY=()
                while IFS= read -r name; do
                    [[ $name == "$word"* ]] && COMPREPLY+=("$name")
                done < <(hotfix list --all --names 2>/dev/null)
                return
            fi ;;
    esac
    _hotfix "$@"
}
complete -F _hotfix_with_names -o bashdefault -o default hotfix
"#;

const ZSH: &str = r#"
# Names of hotfixes, for the commands that take one. They are data: nothing expands them.
_hotfix_with_names() {
    case "${words[CURRENT-1]}:${words[2]}" in
        --hotfix:*|*:(COMMANDS))
            if [[ "${words[CURRENT]}" != -* ]]; then
                local -a names
                names=("${(@f)$(hotfix list --all --names 2>/dev/null)}")
                compadd -a names
                return
            fi ;;
    esac
    _hotfix "$@"
}
if [ "$funcstack[1]" != "_hotfix" ]; then
    compdef _hotfix_with_names hotfix
fi
"#;

const FISH: &str = r#"
# Names of hotfixes, for the commands that take one. They are data: nothing expands them.
complete -c hotfix -n "__fish_seen_subcommand_from COMMANDS" -f -a "(hotfix list --all --names 2>/dev/null)"
complete -c hotfix -l hotfix -x -a "(hotfix list --all --names 2>/dev/null)"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slugs_are_completed() {
        assert!(is_plain("fix-login_2.1") && is_plain("team/fix"));
        for no in ["", "-x", "x$(id)", "x`id`", "x;id", "x y", "x\ny", "x'", "x\"", "xé", "~x", "x*", "{a,b}"]
        {
            assert!(!is_plain(no), "{no}");
        }
    }

    #[test]
    fn the_commands_that_take_a_name_are_known() {
        let takers = takers();
        for command in ["finish", "status", "timeline", "abort", "postmortem"] {
            assert!(takers.iter().any(|t| t == command), "{command}: {takers:?}");
        }
    }
}
