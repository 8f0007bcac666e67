//! A failing history made smaller: rounds and acts are left out while what is left still fails.

use super::{Failure, Round, Setup, run};

/// How often a smaller history is run before it counts as one that holds: how acts meet is chance.
const TRIES: usize = 3;
/// Runs in all.
const BUDGET: usize = 120;

/// The smallest failing part that was found, told with what it did.
pub(super) async fn smaller(setup: Setup, rounds: &[Round]) -> String {
    let (mut least, mut failure, mut runs) = (rounds.to_vec(), None, 0);
    let mut width = least.len().div_ceil(2);
    while width > 0 && runs < BUDGET {
        let mut at = 0;
        while at < least.len() && runs < BUDGET {
            let end = (at + width).min(least.len());
            let without = [&least[..at], &least[end..]].concat();
            match fails(setup, &without, &mut runs).await {
                Some(found) => {
                    least = without;
                    least.truncate(found.round + 1);
                    failure = Some(found);
                }
                None => at = end,
            }
        }
        width = if width == 1 { 0 } else { width.div_ceil(2) };
    }
    let Some(failure) = failure else {
        return format!("it did not fail again in {runs} runs of its parts");
    };
    let rounds: Vec<String> = least.iter().map(|round| format!("{round:?}")).collect();
    format!("{} rounds after {runs} runs:\n{}\n{failure}", least.len(), rounds.join("\n"))
}

async fn fails(setup: Setup, rounds: &[Round], runs: &mut usize) -> Option<Failure> {
    for _ in 0..TRIES {
        *runs += 1;
        if let Err(failure) = run(setup, rounds).await {
            return Some(failure);
        }
    }
    None
}
