//! Follow-up debts (R38): how money that comes in pays what is owed from before.

use crate::money::Fen;

/// Largest debt and largest payment taken, in 分: a million yuan is a slip of the finger.
pub const MOST_FEN: i64 = 100_000_000;

/// What of a payment is left when the stay it was made for has got what it owes.
pub fn surplus(amount: Fen, stay_owes: Fen) -> Fen {
    Fen((amount.0 - stay_owes.0.max(0)).clamp(0, amount.0.max(0)))
}

/// How an amount pays debts, the first of them first: what goes to each.
pub fn spread(amount: Fen, owed: &[Fen]) -> Vec<Fen> {
    let mut left = amount.0.max(0);
    let portion = |owed: &Fen| {
        let goes = owed.0.clamp(0, left);
        left -= goes;
        Fen(goes)
    };
    owed.iter().map(portion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_oldest_debt_is_paid_first() {
        let goes = spread(Fen(1_000), &[Fen(900), Fen(400)]);
        assert_eq!(goes, [Fen(900), Fen(100)]);
        assert_eq!(spread(Fen(0), &[Fen(900)]), [Fen(0)]);
    }

    #[test]
    fn a_stay_is_paid_before_old_debts() {
        assert_eq!(surplus(Fen(1_000), Fen(900)), Fen(100));
        assert_eq!(surplus(Fen(500), Fen(900)), Fen(0));
        assert_eq!(surplus(Fen(500), Fen(-100)), Fen(500), "nothing is due");
    }

    proptest! {
        #[test]
        fn no_money_is_made_or_lost(amount in 0i64..10_000, owed in prop::collection::vec(0i64..4_000, 0..6)) {
            let owed: Vec<Fen> = owed.into_iter().map(Fen).collect();
            let goes = spread(Fen(amount), &owed);
            let total: i64 = goes.iter().map(|fen| fen.0).sum();
            let all: i64 = owed.iter().map(|fen| fen.0).sum();
            prop_assert_eq!(total, amount.min(all));
            for (goes, owed) in goes.iter().zip(&owed) {
                prop_assert!(goes.0 >= 0 && goes <= owed);
            }
        }

        #[test]
        fn a_surplus_is_part_of_its_payment(amount in 0i64..10_000, owes in -5_000i64..10_000) {
            let left = surplus(Fen(amount), Fen(owes));
            prop_assert!(left.0 >= 0 && left.0 <= amount);
            prop_assert!(amount - left.0 >= owes.clamp(0, amount));
        }
    }
}
