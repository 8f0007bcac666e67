//! Passwords: argon2id, off the threads that serve requests, a few at a time (see [`super::queue`]).

use super::queue::{HashShare, HashTurn, QUEUE};
use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{SaltString, rand_core::OsRng},
};
use std::{collections::HashSet, sync::LazyLock};
use tokio::task::spawn_blocking;

/// What an unknown account's password is compared with, so that the answer takes as long as for a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody").unwrap_or_default());

/// A password could not be hashed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HashError {
    /// A fault of the machine, not of the password.
    #[error("the password could not be hashed: {0}")]
    Fault(String),
    /// Too many wait already.
    #[error("too many passwords wait to be looked at")]
    Full {
        /// When to come again.
        retry_after_s: u32,
    },
}

/// Waits until this one may compute a hash.
pub async fn turn(share: HashShare) -> Result<HashTurn, HashError> {
    QUEUE.turn(share).await
}

/// Hashes a password for the table (PHC text).
pub async fn hash(password: String) -> Result<String, HashError> {
    let turn = turn(HashShare::Known).await?;
    in_turn(turn, move || hash_now(&password)).await?
}

/// Whether the password of somebody with a session is the one that was hashed.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, HashError> {
    verify_in(turn(HashShare::Known).await?, password, hash).await
}

/// Whether the password is the one that was hashed. With no hash the answer is no, and takes as long.
pub async fn verify_in(turn: HashTurn, password: String, hash: Option<String>) -> Result<bool, HashError> {
    in_turn(turn, move || {
        let known = hash.as_ref().is_some_and(|hash| !hash.is_empty());
        let hash = hash.filter(|_| known).unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        fits && known
    })
    .await
}

/// The turn goes with the work: who goes away while it is done frees no core by that.
async fn in_turn<T: Send + 'static>(turn: HashTurn, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
    spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    })
    .await
    .map_err(|error| HashError::Fault(error.to_string()))
}

fn hash_now(password: &str) -> Result<String, HashError> {
    let salt = SaltString::generate(&mut OsRng);
    let hashed = Argon2::default().hash_password(password.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(|error| HashError::Fault(error.to_string()))
}

/// Fewest characters of a password.
const SHORTEST: usize = 8;
/// Longest password looked at, in bytes.
const LONGEST: usize = 256;

/// Passwords that are tried first by whoever guesses, in small letters, and words that stay one of them whatever digits
/// and signs are put behind.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("common.txt").lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// Why a password may not be chosen: a key of the sentence catalogue.
pub fn weakness(password: &str, username: &str) -> Option<&'static str> {
    if password.chars().count() < SHORTEST {
        return Some("password_short");
    }
    if password.len() > LONGEST {
        return Some("not_acceptable");
    }
    if password.to_lowercase() == username.to_lowercase() {
        return Some("password_same");
    }
    is_common(password, username).then_some("password_common")
}

fn is_common(password: &str, username: &str) -> bool {
    let small = password.to_lowercase();
    let unsigned = small.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let bare = small.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    // How people write a letter by a sign.
    let plain: String = bare.chars().map(letter).collect();
    let listed = [small.as_str(), unsigned, bare, plain.as_str()];
    let named = !bare.is_empty() && bare == username.to_lowercase();
    named || listed.iter().any(|text| COMMON.contains(text)) || is_row(&small)
}

fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether each character follows from the one before: the same, the next, the one before; or the first half, or less of
/// it, comes again and again.
fn is_row(text: &str) -> bool {
    let chars: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: Vec<i64> = chars.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let even = |step: i64| steps.iter().all(|each| *each == step);
    // 1234567890 goes on with the 0 behind the 9.
    let wraps = |step: i64, turn: i64| steps.iter().all(|each| *each == step || *each == turn);
    let again = |part: usize| chars.iter().zip(chars.iter().skip(part)).all(|(a, b)| a == b);
    even(0) || wraps(1, -9) || wraps(-1, 9) || (1..=chars.len() / 2).any(again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused_and_what_is_not_is_taken() {
        let refused = [
            ("short-1", "password_short"),
            ("password", "password_common"),
            ("Passw0rd!", "password_common"),
            ("P@ssword2026", "password_common"),
            ("12345678", "password_common"),
            ("1234567890", "password_common"),
            ("87654321", "password_common"),
            ("88888888", "password_common"),
            ("12121212", "password_common"),
            ("12341234", "password_common"),
            ("rootroot", "password_common"),
            ("Aa123456.", "password_common"),
            ("1qaz@WSX", "password_common"),
            ("Summer2026!", "password_common"),
            ("qwertyuiop", "password_common"),
            ("1qaz2wsx", "password_common"),
            ("admin123", "password_common"),
            ("Woaini1314", "password_common"),
            ("a1234567", "password_common"),
            ("zhangsan99", "password_common"),
            ("zhangsan", "password_same"),
        ];
        for (password, why) in refused {
            assert_eq!(weakness(password, "zhangsan"), Some(why), "{password}");
        }
        assert_eq!(weakness(&"长".repeat(200), "a"), Some("not_acceptable"));
        for good in ["another-1", "mine-alone", "secret-1", "停车场的第八个口", "kT9-mm2-pq"] {
            assert_eq!(weakness(good, "zhangsan"), None, "{good}");
        }
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hashed = hash("密码 with blanks ".to_owned()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify("密码 with blanks ".to_owned(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("密码 with blanks".to_owned(), Some(hashed)).await.unwrap());
    }

    #[tokio::test]
    async fn an_account_without_password_lets_nobody_in() {
        assert!(!verify("nobody".to_owned(), None).await.unwrap());
        assert!(!verify(String::new(), Some(String::new())).await.unwrap());
    }
}
