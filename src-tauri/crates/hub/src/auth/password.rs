//! Passwords: argon2id, off the threads that serve requests, a few at a time.

use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{SaltString, rand_core::OsRng},
};
use std::sync::LazyLock;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// Hashes computed at once: each takes a core for some 30 ms and 19 MiB of memory.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What an unknown account's password is compared with, so that the answer takes as long as for a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody").unwrap_or_default());

/// A password could not be hashed: a fault of the machine, not of the password.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

/// Hashes a password for the table (PHC text).
pub async fn hash(password: String) -> Result<String, HashError> {
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|error| HashError(error.to_string()))?;
    spawn_blocking(move || hash_now(&password))
        .await
        .map_err(|error| HashError(error.to_string()))?
}

/// Whether the password is the one that was hashed. With no hash the answer is no, and takes as long.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, HashError> {
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|error| HashError(error.to_string()))?;
    spawn_blocking(move || {
        let known = hash.as_ref().is_some_and(|hash| !hash.is_empty());
        let hash = hash.filter(|_| known).unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        });
        fits && known
    })
    .await
    .map_err(|error| HashError(error.to_string()))
}

fn hash_now(password: &str) -> Result<String, HashError> {
    let salt = SaltString::generate(&mut OsRng);
    let hashed = Argon2::default().hash_password(password.as_bytes(), &salt);
    hashed
        .map(|hash| hash.to_string())
        .map_err(|error| HashError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hashed = hash("密码 with blanks ".to_owned()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(
            verify("密码 with blanks ".to_owned(), Some(hashed.clone()))
                .await
                .unwrap()
        );
        assert!(
            !verify("密码 with blanks".to_owned(), Some(hashed))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn an_account_without_password_lets_nobody_in() {
        assert!(!verify("nobody".to_owned(), None).await.unwrap());
        assert!(!verify(String::new(), Some(String::new())).await.unwrap());
    }
}
