//! Ends: locks that are in use, commands typed again, and what a killed run left.

use crate::support::{HOTFIX, Shop};
use rustix::process::Signal;

const NAME: &str = "fix-login-crash";

#[cfg(target_os = "linux")]
#[test]
fn the_lock_of_a_commit_whose_hook_takes_a_note_stays() {
    let shop = Shop::new();
    shop.start(NAME);
    // A run of ours was killed some time ago.
    let mark = shop.common_dir().join("hotfix/runs/run-1-dead");
    std::fs::create_dir_all(mark.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\ntest -e .git/index.lock || exit 7\nunset GIT_INDEX_FILE\n\"{HOTFIX}\" --no-input note 'from the hook' >&2 || exit 8\ntest -e .git/index.lock || exit 9\n"
    );
    shop.hook("pre-commit", &script);
    shop.write("src/login.rs", "// fixed\n");
    shop.git(["add", "."]);
    std::fs::write(&mark, "").unwrap();
    let ran = shop.git_call(["commit", "-q", "-a", "-m", "fix"]).run();
    ran.ok();
    assert!(shop.texts(NAME).contains(&"from the hook".to_owned()));
}

/// What is called over is over: nothing that the deployment started works on beside the next one.
#[test]
fn an_interrupted_deployment_is_waited_for_with_all_that_it_started() {
    let shop = Shop::new();
    let root = shop.world.root.join("root");
    std::fs::create_dir_all(&root).unwrap();
    let script = root.join("deploy");
    // The shell that runs the command ends at once; what it started cleans up first.
    let text = format!(
        "#!/bin/sh\ntrap 'sleep 0.3; echo cleaned >>{0}/log; exit 1' TERM\necho begun >>{0}/log\n\
         while :; do sleep 0.1; done\n",
        root.display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    shop.git(["config", "hotfix.deploy.command", &format!("'{0}' | cat", script.display())]);
    let hotfix = shop.ready(NAME);
    let log = root.join("log");
    let ran = hotfix.call(["finish", NAME, "-y"]).spawn().gets(Signal::TERM, &log).wait();
    ran.exits(143);
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "begun\ncleaned\n", "{ran}");
}
