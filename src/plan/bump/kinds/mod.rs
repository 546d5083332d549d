//! One file an ecosystem: which of its versions move together, and the rules its own tools hold a
//! tree to.

mod cargo;
mod dotnet;
mod jvm;
mod maven;
mod npm;
mod python;
mod ruby;
mod small;

use super::look::{Fault, Found, Look};

/// Every kind of package, in the order in which their files are named.
pub(super) const KINDS: &[fn(&Look<'_>) -> Found] = &[
    cargo::find,
    npm::find,
    maven::find,
    jvm::find,
    python::find,
    dotnet::find,
    ruby::find,
    small::dart,
    small::helm,
    small::find,
];

/// What each kind's own rules say about a tree.
pub(super) fn faults(look: &Look<'_>) -> Vec<Fault> {
    [cargo::check, npm::check, maven::check, python::check, ruby::check]
        .iter()
        .flat_map(|check| check(look))
        .collect()
}
