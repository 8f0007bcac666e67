//! Files of the hub are its user's alone: records, objects, keys.

use std::{io, path::Path};

/// Makes a folder, and those above it, that only this user can enter. One that is there is closed to others.
pub fn own_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    close(path, 0o700)
}

/// Makes an empty file that only this user can read, where there is none. One that is there is closed to others.
pub fn own_file(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    close(path, 0o600)
}

/// Takes a file's rights from everybody but its owner.
#[cfg(unix)]
fn close(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let now = std::fs::metadata(path)?.permissions().mode() & 0o777;
    if now & !mode == 0 {
        return Ok(());
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(now & mode))
}

/// Elsewhere a folder's heirs have its rights, and the user's own folders are the user's.
#[cfg(not(unix))]
fn close(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// From now on whatever this program makes is its user's alone, whichever part makes it.
#[cfg(unix)]
pub fn keep_to_oneself() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Elsewhere nothing has to be said.
#[cfg(not(unix))]
pub fn keep_to_oneself() {}
