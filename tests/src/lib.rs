//! Tests that no single crate can hold: the house rules, and the whole product from outside.
//!
//! One module a subject, one test binary. Tests of one crate stand in that crate.

pub mod bench;
pub mod window;

#[cfg(test)]
mod house;
