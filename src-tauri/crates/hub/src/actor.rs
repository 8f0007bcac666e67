//! Who asks: the person behind a request, with role and scope. Every use case takes one.

use crate::error::{Error, Result};
use lanedesk_domain::{
    ids::{LotId, PersonId},
    person::{Permission, Role, Scope},
};
use lanedesk_wire::problem::Holder;
use std::sync::Arc;

/// The person behind a request, as the hub found them when it arrived.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Their id.
    pub id: PersonId,
    /// The name people know.
    pub name: String,
    /// Their one role.
    pub role: Role,
    /// The lots they may see.
    pub scope: Arc<Scope>,
}

impl Actor {
    /// Whether the lot is in their scope.
    pub fn may_see(&self, lot: &LotId) -> bool {
        self.scope.contains(lot)
    }

    /// Refuses what their role may not do.
    pub fn allow(&self, permission: Permission) -> Result<()> {
        if self.role.may(permission) { Ok(()) } else { Err(Error::NotAllowed) }
    }

    /// Refuses what is outside their scope, in the words of what is not there.
    pub fn see(&self, lot: &LotId) -> Result<()> {
        if self.may_see(lot) { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Them, as others are told.
    pub fn holder(&self) -> Holder {
        Holder { id: self.id.clone(), name: self.name.clone(), role: self.role }
    }
}
