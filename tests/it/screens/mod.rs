//! What people see: whole screens of 80 columns, as snapshots, in the README, in the book and in its picture.
//!
//! One command brings all of them up to date; look at the difference before you commit it:
//!
//! ```sh
//! INSTA_UPDATE=always cargo test --test it screens
//! ```

mod after;
mod documents;
mod during;
mod picture;
mod release;
mod session;
mod stable;
mod stories;

/// Compares one screen with its snapshot.
macro_rules! screen {
    ($name:expr, $session:expr) => {
        insta::with_settings!(
            { prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!($name, $session.text()) }
        )
    };
}
use screen;

/// Whether snapshots and documents are written instead of compared.
fn updates() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always")
}
