//! The place a sealed text rests in. It opens nowhere else: whoever can write into the records, but has no key, cannot move a
//! secret to where the hub would show it (invariant 16).

/// Table, column and row of a sealed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealSlot<'a> {
    table: &'static str,
    column: &'static str,
    id: &'a str,
}

impl<'a> SealSlot<'a> {
    /// Password and keys of a device.
    pub const fn device(id: &'a str) -> Self {
        Self::of("device", "secrets", id)
    }

    /// A robot's link key.
    pub const fn robot(id: &'a str) -> Self {
        Self::of("robot", "secret", id)
    }

    /// What a robot showed last.
    pub const fn screen(robot: &'a str) -> Self {
        Self::of("robot_now", "screen", robot)
    }

    /// A picture on its way from one hub to another, by its order.
    pub const fn left_photo(order: &'a str) -> Self {
        Self::of("robot_order", "photo", order)
    }

    /// An integration's key.
    pub const fn integration(id: &'a str) -> Self {
        Self::of("integration", "secret", id)
    }

    /// The key that is to follow it.
    pub const fn next_integration(id: &'a str) -> Self {
        Self::of("integration", "next_secret", id)
    }

    /// A person's second factor.
    pub const fn factor(person: &'a str) -> Self {
        Self::of("person", "factor", person)
    }

    /// The seed of a key that signs heads.
    pub const fn signing_key(public_key: &'a str) -> Self {
        Self::of("signing_key", "sealed", public_key)
    }

    /// What the site file of the last start said of a row that has secrets, by section and id.
    pub const fn site_line(row: &'a str) -> Self {
        Self::of("site_line", "words", row)
    }

    /// A picture among the objects.
    pub(super) const fn picture(sha256: &'a str) -> Self {
        Self::of("object", "picture", sha256)
    }

    /// A row of a column that holds sealed texts.
    pub(super) const fn row((table, column): (&'static str, &'static str), id: &'a str) -> Self {
        Self::of(table, column, id)
    }

    /// Table, column, row.
    pub(super) const fn of(table: &'static str, column: &'static str, id: &'a str) -> Self {
        Self { table, column, id }
    }

    /// Its bytes, each part led by its length so that no two slots read alike.
    pub(super) fn bytes(self) -> Vec<u8> {
        let parts = [self.table, self.column, self.id];
        let led = parts.iter().flat_map(|part| {
            let length = (part.len() as u64).to_be_bytes();
            length.into_iter().chain(part.bytes())
        });
        led.collect()
    }
}
