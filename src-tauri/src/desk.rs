//! What a command can reach.

use lanedesk_wire::problem::Problem;

/// Placeholder for a moment.
#[derive(Debug)]
pub struct Desk {}

impl Desk {
    pub(crate) fn stub(&self) -> Box<Problem> {
        unreachable!()
    }
}
