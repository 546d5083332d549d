use super::super::words::sentences;
use super::*;

/// What is found where the fix has 2 commits and changes 3 files, one of them a test.
fn found(text: &str, section: Section) -> Vec<String> {
    let size = Size { commits: vec![2, 4], files: vec![3, 2] };
    sentences(text).iter().flat_map(|s| size.contradictions(s, section)).map(|(_, says)| says).collect()
}

#[test]
fn what_is_said_of_the_fix_is_compared() {
    let (commits, files) = ("the fix has 2 commits", "the fix changes 3 files");
    for (text, says) in [
        ("The hotfix has 5 commits.", vec![commits]),
        ("The hotfix (5 commits, 8 files) was released at 14:41.", vec![commits, files]),
        ("The hotfix v1.2.1 consists of three commits.", vec![commits]),
        ("The fix for the login crash touched only 5 files.", vec![files]),
        ("Our patch changes a single file.", vec![files]),
        ("This fix took six commits and changed 9 files.", vec![commits, files]),
        ("We released the fix in one commit.", vec![commits]),
        ("The released fix is made of 3 commits.", vec![commits]),
        ("It was a seven-file fix.", vec![files]),
        ("In all, 7 files were changed by the hotfix.", vec![files]),
        ("Five commits went into the fix.", vec![commits]),
        ("Hotfix fix-login modifies 12 source files.", vec![files]),
        ("The fix changes about 9 files.", vec![files]),
    ] {
        assert_eq!(found(text, Section::Other), says, "{text}");
    }
    assert_eq!(found("The change touches 5 files.", Section::Work), [files]);
    assert_eq!(found("The change touches 5 files.", Section::Hindsight), [""; 0], "the change that broke it");
}

#[test]
fn what_is_true_and_what_is_about_something_else_is_left() {
    for text in [
        "The hotfix has 2 commits and changes 3 files.",
        "The hotfix (4 commits, 2 files) was released.",
        "A two-commit fix was enough, and the fix changes two files.",
        "The fix changes about 4 files.",
        "The release v1.2.0 contained 40 commits.",
        "The bad change touched 12 files.",
        "After the fix, 40 files were still damaged.",
        "After the fix the job repaired 40 files.",
        "The fix for the job that touched 40 files was released.",
        "The fix restored 40 files of customers.",
        "The first fix had 9 commits and was dropped.",
        "The permanent fix has 9 commits.",
        "The hotfix will change 12 files.",
        "The fix changes fewer than 10 files.",
        "The hotfix changes up to 10 files.",
        "We fix in 12 files what the generator got wrong.",
        "The fix changes 1 of its 9 files on disk.",
        "Two of the 9 files were changed by the fix.",
        "One commit of the hotfix was reverted.",
        "The deployment of the hotfix also shipped 14 commits from colleagues.",
        "The fix was ready when the migration had changed 40 files.",
        "40 files were uploaded in the hour before the fix.",
        "The fix has a commit that explains it.",
        "We looked through 12 commits before the fix.",
        "The attacker changed 5 files; the hotfix closes the hole.",
    ] {
        for section in [Section::Other, Section::Work] {
            if section == Section::Work && text.starts_with("The bad change") {
                continue;
            }
            assert_eq!(found(text, section), [""; 0], "{text}");
        }
    }
}

#[test]
fn what_git_does_not_know_is_not_compared() {
    let size = Size::default();
    let words = sentences("The hotfix has 5 commits.");
    assert!(size.contradictions(&words[0], Section::Other).is_empty());
}
