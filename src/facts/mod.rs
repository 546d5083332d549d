//! Looking: what the repository, its remote and the record say, read once and handed on as data.

pub mod audit;
pub mod deployment;
pub mod finish;
pub mod hotfix;
pub mod line;
pub mod release;
pub mod rollback;
pub mod site;
pub mod start;
pub mod targets;

pub use hotfix::Hotfix;
pub use site::Site;
