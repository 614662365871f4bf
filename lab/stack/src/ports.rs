//! Ports that stay ours while a server is down.
//!
//! A crash test kills a server and starts it again on the same port. A port of the kernel's
//! ephemeral range could be taken in between by any client's outgoing connection, so ports are
//! picked below that range, and a locked file per port keeps parallel test runs apart.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
};

use parking_lot::Mutex;
use rand::Rng;

use crate::StackError;

/// Below the ephemeral range of Linux (32768 and up) and above the ports that `up` uses.
const RANGE: std::ops::Range<u16> = 20_000..32_000;
const MAX_TRIES: usize = 1_000;

/// Locked files of the ports given out, held until the process ends.
static RESERVED: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// Picks a free port on 127.0.0.1 and keeps it for this process until it ends.
///
/// # Errors
///
/// Returns an error if the lock folder cannot be written or every port tried was taken.
pub fn reserve() -> Result<u16, StackError> {
    let folder = lock_folder()?;
    for _ in 0..MAX_TRIES {
        let port = rand::rng().random_range(RANGE);
        let path = folder.join(port.to_string());
        let Ok(file) = File::options().create(true).truncate(false).write(true).open(&path) else {
            continue;
        };
        if file.try_lock().is_err() || !is_free(port) {
            continue;
        }
        RESERVED.lock().push(file);
        return Ok(port);
    }
    Err(StackError::Setting {
        key: "ports",
        value: format!("{RANGE:?}"),
        expected: "no free port was found in this range",
    })
}

/// Returns whether a server could listen on this port of 127.0.0.1 now.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn lock_folder() -> Result<PathBuf, StackError> {
    // One for each user, who cannot lock the files of another.
    let folder = std::env::temp_dir().join(format!("sluice-ports-{}", nix::unistd::getuid()));
    fs::create_dir_all(&folder).map_err(StackError::file("create", &folder))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_port_is_not_given_out_twice() {
        let mut ports: Vec<u16> = (0..50).map(|_| reserve().unwrap()).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 50);
    }
}
