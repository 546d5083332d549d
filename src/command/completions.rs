//! `hotfix completions SHELL`.

use super::{Desk, Outcome};
use crate::cli::{Cli, Completions};
use clap::CommandFactory;
use clap_complete::Shell;

pub fn run(desk: &Desk, args: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hotfix", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    script.push_str(names(args.shell));
    desk.ui.raw(&script);
    Ok(0)
}

/// Hotfix names, which only the repository knows.
const fn names(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => BASH,
        Shell::Fish => FISH,
        _ => "",
    }
}

const BASH: &str = r#"
# Names of hotfixes, for the commands that take one.
_hotfix_with_names() {
    local word="${COMP_WORDS[COMP_CWORD]}"
    case "${COMP_WORDS[1]}" in
        finish|status|timeline|path|abort|postmortem|followups)
            if [[ $word != -* ]]; then
                COMPREPLY=($(compgen -W "$(hotfix list --all --quiet 2>/dev/null | cut -d' ' -f1)" -- "$word"))
                return
            fi ;;
    esac
    _hotfix "$@"
}
complete -F _hotfix_with_names -o bashdefault -o default hotfix
"#;

const FISH: &str = r#"
# Names of hotfixes, for the commands that take one.
complete -c hotfix -n "__fish_seen_subcommand_from finish status timeline path abort postmortem followups" -f -a "(hotfix list --all --quiet 2>/dev/null | string split -f1 ' ')"
"#;
