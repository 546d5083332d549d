//! The world in which the tests happen: real git, real remotes, real processes, a clock of our own.
//!
//! Reads like the story: `shop.start("fix-login-crash").fix("src/login.rs", "…").answer_all().finish()`.

mod build;
mod call;
mod facts;
mod forge;
mod hotfix;
mod killer;
mod odd_shop;
mod past;
mod promises;
mod ran;
mod read;
mod receiver;
mod record;
mod repo;
mod require;
mod saved;
mod shim;
mod shop;
mod snapshot;
mod stranger;
mod sweep;
mod terminal;
mod world;

pub use build::Builder;
pub use call::Call;
pub use forge::{Certificates, Flavour, Forge, Model, Surprise, TOKEN, Tls, Tunnel};
pub use hotfix::{ALL_CHECKS, FIXED_LOGIN, Hotfix};
pub use killer::Moment;
pub use odd_shop::{empty_shop, odd_shop, raw_commit};
pub use past::{FAULT, REPAIR};
pub use promises::Promises;
pub use ran::Ran;
pub use receiver::{Mood, Receiver, WORD};
pub use record::kinds;
pub use repo::Repo;
pub use require::{chromium, contract, notify_readers, require};
pub use saved::Saved;
pub use shop::Shop;
pub use snapshot::Except;
pub use sweep::Scene;
pub use terminal::Terminal;
pub use world::{HOTFIX, World, search_path_with};

/// Panics unless all of these tests are there: file and test. `what` says what they are for.
#[track_caller]
pub fn is_tested(what: &str, tests: &[(&str, &str)]) {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    assert!(!tests.is_empty(), "{what}: not tested");
    for (file, test) in tests {
        let text = std::fs::read_to_string(here.join(file).with_extension("rs")).unwrap();
        assert!(text.contains(&format!("#[test]\nfn {test}()")), "{what}: no test {file}::{test}");
    }
}
