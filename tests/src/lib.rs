//! Tests that no single crate can hold: the house rules, and the whole product from outside.
//!
//! One module a subject, one test binary. Tests of one crate stand in that crate.

pub mod bench;
pub mod demo;
pub mod glass;
pub mod shots;
pub mod window;

#[cfg(test)]
mod cash;
#[cfg(test)]
mod claim;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod history;
#[cfg(test)]
mod house;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod live;
#[cfg(test)]
mod office;
#[cfg(test)]
mod order;
#[cfg(test)]
mod pay;
#[cfg(test)]
mod ratchet;
#[cfg(test)]
mod robot;
#[cfg(test)]
mod scene1;
#[cfg(test)]
mod scene2;
#[cfg(test)]
mod scene3;
#[cfg(test)]
mod search;
#[cfg(test)]
mod session;
#[cfg(test)]
mod sip;
#[cfg(test)]
mod site;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod two_hubs;
