//! One way to declare a closed set of words that cross the network and rest in tables.

/// Declares an enum whose variants are snake-case words: on the wire, in tables (`as_str`) and back (`FromStr`).
/// A word comes in as a token, for `utoipa` reads `rename` token by token and does not see into a captured literal.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:tt),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every word, in the order in which people are shown them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it stands in tables and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::ids::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::ids::UnknownWord { kind: stringify!($name), text: text.to_owned() }),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{assessment::Assessment, ids::UnknownWord, offers::Op, plate::PlateKind};

    #[test]
    fn a_word_is_the_same_on_the_wire_in_tables_and_in_code() {
        for op in Op::ALL {
            assert_eq!(serde_json::to_value(op).unwrap(), op.as_str());
            assert_eq!(op.as_str().parse(), Ok(*op));
        }
        for kind in PlateKind::ALL {
            assert_eq!(serde_json::from_value::<PlateKind>(kind.as_str().into()).unwrap(), *kind);
        }
    }

    #[test]
    fn a_word_outside_the_set_is_named_with_its_set() {
        let unknown = UnknownWord { kind: "Assessment", text: "Temporary".to_owned() };
        assert_eq!("Temporary".parse::<Assessment>(), Err(unknown), "case counts");
    }
}
