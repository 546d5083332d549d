//! What is only words about another system, and so can be told on any: its variables, its shell, its
//! command lines.

#[cfg(any(not(unix), test))]
use std::path::{Path, PathBuf};

/// The name of a variable as it is looked for. Windows takes `Path` and `PATH` for one.
pub fn variable(name: String, folds_case: bool) -> String {
    if folds_case { name.to_uppercase() } else { name }
}

/// Where Git for Windows keeps a shell: `git.exe` lies in `cmd`, `bin` or `mingw64\bin` of its directory.
#[cfg(any(not(unix), test))]
pub fn shells_beside(git: &Path) -> Vec<PathBuf> {
    let roots = git.ancestors().skip(2).take(2);
    roots
        .flat_map(|root| [root.join("bin").join("sh.exe"), root.join("usr").join("bin").join("sh.exe")])
        .collect()
}

/// The words for `taskkill` that end a process and all that it started.
#[cfg(any(not(unix), test))]
pub fn end_all(pid: u32) -> [String; 4] {
    ["/F".to_owned(), "/T".to_owned(), "/PID".to_owned(), pid.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_one_name_where_case_does_not_count() {
        assert_eq!(variable("Path".into(), true), "PATH");
        assert_eq!(variable("Path".into(), false), "Path");
    }

    #[test]
    fn the_shell_of_git_is_found_from_each_of_its_places() {
        for place in ["cmd", "bin", "mingw64/bin"] {
            let root = Path::new("C:/Program Files/Git");
            let found = shells_beside(&root.join(place).join("git.exe"));
            assert!(found.contains(&root.join("bin/sh.exe")), "{place}: {found:?}");
            assert!(found.contains(&root.join("usr/bin/sh.exe")), "{place}: {found:?}");
        }
        assert!(shells_beside(Path::new("git.exe")).len() <= 2);
    }

    #[test]
    fn what_a_program_started_ends_with_it() {
        assert_eq!(end_all(42).join(" "), "/F /T /PID 42");
    }
}
