//! Finding the hotfixes of the past, and what of them was accepted as it is.

pub mod accepted;
pub mod discover;
pub mod spelling;
