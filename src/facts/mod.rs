//! Looking: what the repository, its remote and the record say, read once and handed on as data.

pub mod affected;
pub mod audit;
pub mod carried;
pub mod copies;
pub mod deployment;
pub mod earlier;
pub mod finish;
pub mod fix;
pub mod followup;
pub mod foreign;
pub mod hotfix;
pub mod landed;
pub mod line;
pub mod lines;
pub mod lookup;
pub mod numbering;
pub mod people;
pub mod presence;
pub mod release;
mod released_from;
pub mod review;
pub mod rollback;
pub mod scope;
pub mod site;
mod squashed;
pub mod start;
pub mod stats;
pub mod stranded;
pub mod submodules;
pub mod targets;
pub mod tested;
pub mod touched;
pub mod way_back;
pub mod work;

pub use hotfix::Hotfix;
pub use site::Site;
