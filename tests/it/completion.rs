//! Completion in the shells themselves: names from branches and logs are data.

use crate::support::{HOTFIX, Ran, Shop};
use std::path::Path;

/// A shop with a plain open hotfix, and names that a shell would act upon.
fn hostile_shop() -> Shop {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for name in [
        "x$(touch${IFS}PWNED)",
        "x`touch${IFS}PWNED`",
        "x;touch${IFS}PWNED",
        "x&&touch${IFS}PWNED",
        "x'$(touch${IFS}PWNED)",
        "x\"$(touch${IFS}PWNED)",
        "x|touch${IFS}PWNED",
        "${PWNED=x}",
        "x>PWNED",
        "$((PWNED=1))",
        "x#(touch${IFS}PWNED)",
        "x{a,b}",
        "\u{202e}crash",
    ] {
        shop.git(["update-ref", &format!("refs/heads/hotfix/{name}"), "main"]);
    }
    shop
}

/// Runs a script in a shell whose path has the program.
fn shell(shop: &Shop, shell: &str, args: &[&str], script: &str) -> Option<Ran> {
    if std::process::Command::new(shell).arg("--version").output().is_err() {
        eprintln!("{shell} is not installed; not tested");
        return None;
    }
    let bin = Path::new(HOTFIX).parent().unwrap().display().to_string();
    let prelude = if shell == "fish" {
        format!("set -gx PATH {bin} $PATH\n")
    } else {
        format!("export PATH=\"{bin}:$PATH\"\n")
    };
    let file = shop.world.root.join(format!("completion.{shell}"));
    std::fs::write(&file, prelude + script).unwrap();
    let mut all: Vec<&str> = args.to_vec();
    let file = file.display().to_string();
    all.push(&file);
    Some(shop.program(shell, all))
}

fn has_only_data(shop: &Shop, shell: &str, ran: &Ran) {
    ran.says("<fix-login-crash>");
    for word in ["PWNED", "touch", "No hotfix", "<No>"] {
        ran.does_not_say(word);
    }
    assert!(!shop.has_file("PWNED") && !shop.world.root.join("PWNED").exists(), "{shell} ran a name");
}

const BASH: &str = r#"
source <(hotfix completions bash)
for words in "hotfix finish " "hotfix finish x" "hotfix status f" "hotfix note --hotfix "; do
    COMP_LINE=$words COMP_POINT=${#words} COMP_WORDS=($words) COMPREPLY=()
    [[ $words == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _hotfix_with_names hotfix "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
    printf '<%s>\n' "${COMPREPLY[@]}"
done
"#;

#[test]
fn bash_takes_names_as_data() {
    let shop = hostile_shop();
    let Some(ran) = shell(&shop, "bash", &["--norc", "--noprofile"], BASH) else { return };
    has_only_data(&shop, "bash", ran.ok());
    let empty = Shop::new();
    let Some(ran) = shell(&empty, "bash", &["--norc", "--noprofile"], BASH) else { return };
    ran.ok().does_not_say("No");
}

#[test]
fn zsh_takes_names_as_data() {
    let shop = hostile_shop();
    // The widget's own functions are replaced by ones that print what they are given.
    let script = r#"
compdef() { :; }
autoload -Uz is-at-least
compadd() { while [[ $1 == -* ]]; do [[ $1 == -a ]] && { shift; for name in "${(@P)1}"; do print -r -- "<$name>"; done; return; }; shift; done; print -rl -- "<$^@>"; }
source <(hotfix completions zsh)
for line in "hotfix finish " "hotfix finish x" "hotfix note --hotfix "; do
    words=(${(z)line}); [[ $line == *" " ]] && words+=("")
    CURRENT=$#words
    _hotfix_with_names
done
"#;
    let Some(ran) = shell(&shop, "zsh", &["-f"], script) else { return };
    has_only_data(&shop, "zsh", &ran);
}

#[test]
fn fish_takes_names_as_data() {
    let shop = hostile_shop();
    let script = "hotfix completions fish | source\nfor line in 'hotfix finish ' 'hotfix finish f' 'hotfix note --hotfix '\n    complete -C $line | string replace -r '\\t.*' '' | string replace -r '(.*)' '<$1>'\nend\n";
    let Some(ran) = shell(&shop, "fish", &["--no-config"], script) else { return };
    has_only_data(&shop, "fish", ran.ok());
}
