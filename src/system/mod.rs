//! The machine: environment, clock, processes, files. The only place that starts a program, and
//! the seam where tests take hold.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the one door")]

mod capture;
pub mod env;
pub mod fault;
pub mod files;
pub mod http;
pub mod lock;
mod machine;
pub mod process;
pub mod signals;
pub mod underway;
