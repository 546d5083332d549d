//! What is said when the configuration is wrong.

use super::fixture::Repo;

fn error(text: &str) -> String {
    Repo::default().toml(text).error()
}

#[test]
fn unknown_keys_name_the_nearest() {
    assert_eq!(
        error("schema = 1\n[branches]\nprodction = \"main\"\n"),
        "hotfix.toml:3: unknown key branches.prodction; did you mean branches.production? \
         [${EDITOR:-vi} +3 hotfix.toml]"
    );
    assert_eq!(
        error("[guard]\nwarn = { lines = 1, fils = 2 }"),
        "hotfix.toml:2: unknown key guard.warn.fils; did you mean guard.warn.files? [${EDITOR:-vi} +2 hotfix.toml]"
    );
    assert!(
        error("\n[guard.block]\nline = 1").starts_with("hotfix.toml:3: unknown key guard.block.line; did")
    );
    assert!(error("[updates.users]\nsev9 = \"1m\"").contains("did you mean updates.users.sev1?"));
    assert!(error("[updates]\nuser = {}").contains("did you mean updates.users?"));
    assert!(
        error("[[check]]\nid = \"a\"\nquestion = \"?\"\n[[check]]\nid = \"b\"\ncomand = \"x\"")
            .starts_with("hotfix.toml:6: unknown key check.comand; did you mean check.command?")
    );
    assert!(error("[[verify]]\nid = \"a\"\ncommand = \"x\"").contains("did you mean verify.name?"));
    assert!(error("production = \"main\"").contains("did you mean branches.production?"));
    assert!(
        error("[brances]\nproduction = \"x\"").contains("unknown table [brances]; did you mean [branches]?")
    );
    assert!(error("[colours]\nx = 1").contains("the tables are branches, start, version"));
    assert!(error("[start]\neditor = true").contains("[start] has when_dirty, worktree and copy"));
    let search = r#"[version]
files = [{ path = "a", serch = "{current}" }]"#;
    assert!(error(search).contains("did you mean version.files.search?"));
}

#[test]
fn unknown_keys_outside_the_file() {
    assert_eq!(
        Repo::default().git("hotfix.branches.prodction", "main").error(),
        "unknown key hotfix.branches.prodction in git config (local, .git/config); \
         did you mean hotfix.branches.production? \
         [git config --local --unset-all hotfix.branches.prodction]"
    );
    assert_eq!(
        Repo::default().env("HOTFIX_CONFIG_FINISH_MERGE_BACK_BYE", "merge").error(),
        "unknown setting HOTFIX_CONFIG_FINISH_MERGE_BACK_BYE in the environment; \
         did you mean HOTFIX_CONFIG_FINISH_MERGE_BACK_BY? [unset HOTFIX_CONFIG_FINISH_MERGE_BACK_BYE]"
    );
    let command = Repo::default().git_in("command", "command line:", "hotfix.wait", "1m").error();
    assert!(
        command.contains("did you mean hotfix.finish.wait?") && command.contains("leave out -c hotfix.wait")
    );
}

#[test]
fn broken_toml_shows_the_place() {
    let text = error("[branches]\r\nproduction = main\r\n");
    assert!(text.starts_with("hotfix.toml is not valid TOML\n"), "{text}");
    assert!(text.contains("line 2, column 14") && text.contains("2 | production = main\n"), "{text}");
    assert!(text.contains("^") && text.ends_with("[${EDITOR:-vi} +2 hotfix.toml]"), "{text}");
    assert!(error("a = 1\na = 2").contains("duplicate key"));
    assert!(error("x = 99999999999999999999").contains("not valid TOML"));
    let hostile = error("x = \"\u{1b}]0;owned\u{7}");
    assert!(!hostile.contains('\u{1b}'), "{hostile}");
}

#[test]
fn values_that_do_not_fit() {
    let cases = [
        ("[finish]\nwait = 30", "finish.wait must be a duration such as \"90s\", \"10m\" or \"0s\", not 30"),
        ("[finish]\nmerge = \"rebase\"", "must be \"merge\", \"squash\" or \"fast-forward\", not \"rebase\""),
        ("[finish]\ndelete_branch = \"yes\"", "must be true or false, not \"yes\""),
        ("[deploy]\ntimeout = \"0s\"", "a duration above zero"),
        ("[deploy]\ntimeout = \"99999999999999999d\"", "a duration above zero"),
        ("[branches]\nmerge_back = \"develop\"", "\"auto\" or a list such as [\"develop\", \"release/*\"]"),
        ("[branches]\nmerge_back = [\"a b\"]", "not [\"a b\"]"),
        ("[branches]\nproduction = \"-x\"", "\"auto\" or the name of a branch"),
        ("[branches]\nprefix = \"\"", "the beginning of a branch name"),
        ("[branches]\nlines = \"auto\"", "a list of branches"),
        ("branches = 1", "branches is a table: write [branches]"),
        ("[start]\nworktree = \"../x\"", "{name} in it (it may use {repo} and {name})"),
        ("[start]\ncopy = [\"../../secret\"]", "inside the repository"),
        ("[version]\ntag = \"release\"", "a pattern with {version}"),
        ("[version]\nfiles = [\"VERSION\"]", "\"auto\", \"none\" or a list"),
        ("[version]\nfiles = [{ path = \"/x\", search = \"{current}\" }]", "{current} once in search"),
        ("[guard]\nwarn = 100", "a table such as { lines = 100, files = 5 }, not 100"),
        ("[guard]\nwarn = { lines = -1 }", "guard.warn.lines must be a number, 0 or more, not -1"),
        ("[incident]\ntimezone = \"Europe/Berlin\"", "\"UTC\", \"local\" or an offset"),
        ("[incident]\nremote = \"--upload-pack=x\"", "the name or the URL"),
        ("[updates]\nusers = { sev1 = 20 }", "updates.users.sev1 must be a duration"),
        ("[postmortem]\npath = \"/tmp/{name}\"", "a path inside the repository with {name}"),
        ("[postmortem]\ntemplate = \"\"", "not empty"),
    ];
    for (text, expected) in cases {
        let found = error(text);
        assert!(found.contains(expected), "{text}: {found}");
        assert!(found.contains("[${EDITOR:-vi} +"), "{text}: {found}");
    }
    let env = Repo::default().env("HOTFIX_CONFIG_INCIDENT_SHARE", "maybe").error();
    assert!(env.starts_with("HOTFIX_CONFIG_INCIDENT_SHARE must be true or false, not \"maybe\""), "{env}");
    assert!(Repo::default().git("hotfix.guard.warn", "100").error().contains("git config (local"));
}

#[test]
fn entries_that_do_not_work() {
    let cases = [
        ("[check]\nid = \"x\"", "check is a list: write [[check]] with two brackets"),
        ("[[check]]\nquestion = \"?\"", "each [[check]] needs an id"),
        ("[[check]]\nid = \"\"", "a word of a-z, 0-9 and -"),
        ("[[check]]\nid = \"Tests\"", "a word of a-z, 0-9 and -"),
        ("[[check]]\nid = \"lint\"", "the check lint needs a question"),
        ("[[check]]\nid = \"tests\"\ntimeout = \"soon\"", "check.timeout must be a duration above zero"),
        ("[[check]]\nid = \"tests\"\n[[check]]\nid = \"tests\"", "two [[check]] entries with id \"tests\""),
        ("[[verify]]\ncommand = \"x\"", "each [[verify]] needs a name"),
        ("[[verify]]\nname = \"x\"", "the verify entry \"x\" needs a command"),
        (
            "[[verify]]\nname = \"x\"\ncommand = \"x\"\nevery = \"0s\"",
            "verify.every must be a duration above",
        ),
    ];
    for (text, expected) in cases {
        let found = error(text);
        assert!(found.contains(expected), "{text}: {found}");
    }
    let env = Repo::default().env("HOTFIX_CONFIG_CHECK", "tests").error();
    assert!(env.contains("check must be a TOML list such as [{ id = \"tests\""), "{env}");
}

#[test]
fn a_token_is_never_in_the_file_and_an_api_is_encrypted() {
    for text in [
        "[forge]\ntoken = [\"ghp_0123456789\"]",
        "[forge]\ntoken = \"ghp_0123456789\"",
        "[forge]\napi = \"http://git.example.com/api/v4\"",
        "[forge]\napi = \"https://me:secret@git.example.com/\"",
        "[forge]\nkind = \"bitbucket\"",
    ] {
        assert!(error(text).contains("must be"), "{text}: {}", error(text));
    }
}

#[test]
fn another_form_of_the_file_is_refused_plainly() {
    assert!(
        error("schema = 2\nnew = 1").starts_with("hotfix.toml:1: schema 2 is not supported by this version")
    );
    assert!(error("schema = \"1\"").contains("schema must be 1, not \"1\""));
}

#[test]
fn all_mistakes_at_once_in_the_files_order() {
    let text = error("[verify]\n[finish]\nwait = 1\n[branches]\nx = 2\n");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "3 mistakes in the configuration");
    for (line, start) in lines[1..].iter().zip(["hotfix.toml:1: ", "hotfix.toml:3: ", "hotfix.toml:5: "]) {
        assert!(line.starts_with(start), "{text}");
    }
}
