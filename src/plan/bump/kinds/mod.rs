//! One file an ecosystem: which of its versions move together, and the rules its own tools hold a
//! tree to.

mod cargo;
mod dart;
mod dotnet;
mod helm;
mod jvm;
mod maven;
mod mix;
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
    dart::find,
    helm::find,
    mix::find,
    small::find,
];

/// What each kind's own rules say about a tree.
pub(super) fn faults(look: &Look<'_>) -> Vec<Fault> {
    [
        cargo::check,
        npm::check,
        maven::check,
        python::check,
        ruby::check,
        dart::check,
        helm::check,
        mix::check,
        small::check,
    ]
    .iter()
    .flat_map(|check| check(look))
    .collect()
}
