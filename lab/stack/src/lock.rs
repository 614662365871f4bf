//! The lock on a stack's folder, which one supervisor at a time holds.

use std::{
    fs::File,
    io::{Read, Seek, Write},
    path::Path,
    time::Duration,
};

use crate::StackError;

/// Locked by the supervisor that has a folder, with its process id in it.
pub(crate) const LOCK_FILE: &str = "supervisor.lock";

/// Keeps a second supervisor away from the same data; the kernel frees it when we die.
pub(crate) async fn take(dir: &Path) -> Result<File, StackError> {
    let path = dir.join(LOCK_FILE);
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(StackError::file("open", &path))?;
    if !lock_soon(&file).await {
        let mut holder = String::new();
        let _ = file.read_to_string(&mut holder);
        return Err(StackError::DirectoryBusy {
            dir: dir.to_path_buf(),
            holder: holder.trim().into(),
        });
    }
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())
    };
    write(&mut file).map_err(StackError::file("write", &path))?;
    Ok(file)
}

/// Tries for a moment, since a look whether a supervisor lives holds the lock for an instant.
async fn lock_soon(file: &File) -> bool {
    for _ in 0..20 {
        if file.try_lock().is_ok() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}
