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

/// Prints what bash offers for each line, as `line: <word> <word>`.
const BASH: &str = r#"
source <(hotfix completions bash)
for line in "${LINES_TO_COMPLETE[@]}"; do
    COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
    # As readline takes a line apart: at blanks and at '='.
    read -ra COMP_WORDS <<< "${line//=/ = }"
    [[ $line == *" " || $line == *= ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _hotfix
    printf '%s:' "$line"; printf ' <%s>' "${COMPREPLY[@]}"; echo
done
"#;

/// The widget's own functions are replaced by ones that print what they are given.
const ZSH: &str = r#"
compdef() { :; }
_files() { printf ' <files>'; }
compadd() { while [[ $1 == -* ]]; do [[ $1 == -a ]] && { for name in "${(@P)2}"; do printf ' <%s>' "$name"; done; return; }; [[ $1 == -[dS] ]] && shift; shift; done; }
source <(hotfix completions zsh)
for line in "${LINES_TO_COMPLETE[@]}"; do
    words=(${(z)line}); [[ $line == *" " ]] && words+=("")
    [[ $words[1] == git ]] && shift words
    CURRENT=$#words
    printf '%s:' "$line"
    if [[ $line == git* ]]; then _git-hotfix; else _hotfix; fi
    echo
done
"#;

const FISH: &str = r#"
hotfix completions fish | source
for line in $LINES_TO_COMPLETE
    printf '%s:' $line
    for word in (complete -C $line | string replace -r '\t.*' '')
        printf ' <%s>' $word
    end
    echo
end
"#;

fn quoted(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("'{line}'")).collect::<Vec<_>>().join(" ")
}

/// What a shell offers for each line; `None` where the shell is not installed.
fn offers(shop: &Shop, name: &str, lines: &[&str]) -> Option<Ran> {
    let (args, script) = match name {
        "bash" => (&["--norc", "--noprofile"][..], BASH),
        "zsh" => (&["-f"][..], ZSH),
        _ => (&["--no-config"][..], FISH),
    };
    let lines = quoted(lines);
    let given = if name == "fish" {
        format!("set LINES_TO_COMPLETE {lines}\n")
    } else {
        format!("LINES_TO_COMPLETE=({lines})\n")
    };
    shell(shop, name, args, &(given + script))
}

#[test]
fn names_are_data_in_every_shell() {
    let lines = ["hotfix finish ", "hotfix finish f", "hotfix status f", "hotfix note --hotfix "];
    for name in ["bash", "zsh", "fish"] {
        let shop = hostile_shop();
        let Some(ran) = offers(&shop, name, &lines) else { continue };
        has_only_data(&shop, name, ran.ok());
        let empty = Shop::new();
        offers(&empty, name, &lines).unwrap().ok().does_not_say("No");
    }
}

#[test]
fn every_option_has_values() {
    let shop = Shop::build().release("release/1.3.0").go();
    shop.start("fix-login-crash");
    let expected = [
        ("hotfix fini", "finish"),
        ("hotfix finish --sk", "--skip"),
        ("hotfix finish ", "fix-login-crash"),
        ("hotfix finish --waive stag", "staging="),
        ("hotfix finish --skip rel", "release/1.3.0="),
        ("hotfix check res", "resolves"),
        ("hotfix check resolves crit", "critical-paths"),
        ("hotfix check --only te", "tests"),
        ("hotfix start x --from v1.2", "v1.2.0"),
        ("hotfix rollback v1.", "v1.2.0"),
        ("hotfix rollback --to v", "v1.2.0"),
        ("hotfix rollback --keep-fix-in dev", "develop"),
        ("hotfix severity sev", "sev2"),
        ("hotfix start x --severity s", "sev1"),
        ("hotfix mark mit", "mitigated"),
        ("hotfix update man", "management"),
        ("hotfix update users --state mon", "monitoring"),
        ("hotfix role take com", "commander"),
        ("hotfix -C . finish ", "fix-login-crash"),
        ("hotfix sync or", "origin"),
        ("hotfix amend la", "last"),
        ("hotfix help ex", "exit-codes"),
        ("hotfix config branches.prod", "branches.production"),
        ("hotfix mark mitigated --at ", "-15m"),
        ("hotfix start x --impact-started ", "-30m"),
        ("hotfix verify --for 3", "30m"),
        ("hotfix update support --eta un", "unknown"),
        ("hotfix stats --since 9", "90d"),
        ("hotfix impact --unit cust", "customers"),
    ];
    let lines: Vec<&str> = expected.iter().map(|(line, _)| *line).collect();
    for name in ["bash", "zsh", "fish"] {
        let Some(ran) = offers(&shop, name, &lines) else { continue };
        for (line, word) in expected {
            ran.ok();
            let said = ran.stdout.lines().find(|l| l.starts_with(&format!("{line}:"))).unwrap_or_default();
            assert!(said.contains(&format!("<{word}>")), "{name}: {said}\n{ran}");
        }
    }
}

#[test]
fn what_has_ended_is_not_offered_to_finish() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.start("fix-cart");
    let lines = ["hotfix finish ", "hotfix deploy ", "hotfix postmortem "];
    for name in ["bash", "zsh", "fish"] {
        let Some(ran) = offers(&shop, name, &lines) else { continue };
        let said =
            |line: &str| ran.stdout.lines().find(|l| l.starts_with(line)).unwrap_or_default().to_owned();
        assert!(
            said("hotfix finish").contains("<fix-cart>") && !said("hotfix finish").contains("login"),
            "{ran}"
        );
        assert!(
            said("hotfix deploy").contains("<fix-login-crash>") && !said("hotfix deploy").contains("cart")
        );
        assert!(said("hotfix postmortem").contains("login") && said("hotfix postmortem").contains("cart"));
    }
}

#[test]
fn git_completes_it_under_its_own_name() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for name in ["bash", "zsh", "fish"] {
        let Some(ran) = offers(&shop, name, &["git hotfix finish ", "git hotfix stat"]) else { continue };
        ran.ok();
        let said =
            |line: &str| ran.stdout.lines().find(|l| l.starts_with(line)).unwrap_or_default().to_owned();
        assert!(said("git hotfix finish").contains("<fix-login-crash>"), "{name}: {ran}");
        assert!(said("git hotfix stat").contains("<status>"), "{name}: {ran}");
    }
}

#[test]
fn a_value_behind_an_equals_sign_is_completed() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["complete", "--", "check", "--answer", "resolves="]).ok().says("resolves=yes");
    shop.hotfix(["complete", "--", "note", "--hotfix=fix"]).ok().says("--hotfix=fix-login-crash");
    shop.hotfix(["complete", "--", "note", "-F", ""]).ok();
    shop.hotfix(["complete", "--", "bundle", ""]).ok().says(":paths");
    // Nothing is said about what is wrong with a line: there is nobody to read it.
    for words in [
        &["no-such-command", ""][..],
        &["finish", "--no-such", ""],
        &[],
        &["--"],
        &["-C", "/nowhere", "finish", ""],
    ] {
        let mut args = vec!["complete", "--"];
        args.extend(words);
        let ran = shop.hotfix(args);
        assert!(ran.ok().stderr.is_empty(), "{ran}");
    }
    let outside = crate::support::World::new();
    let there = crate::support::Repo::at(&outside, outside.root.clone());
    there.hotfix(["complete", "--", "finish", ""]).ok();
}

#[test]
fn behind_git_and_a_directory_the_names_of_that_repository_are_offered() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    if let Some(ran) = offers(&shop, "bash", &["git -C . hotfix finish ", "git hotfix finish "]) {
        ran.ok()
            .says("git -C . hotfix finish : <fix-login-crash>")
            .says("git hotfix finish : <fix-login-crash>");
    }
}
