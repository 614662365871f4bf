//! Folders and files that nobody but their owner looks into: logs, data and secrets.

use std::{
    fs::{self, DirBuilder, File},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::{StackError, unprivileged::Demotion};

const FILE_MODE: u32 = 0o600;

/// Makes a folder with all its parents; those that are there stay as they are.
pub(crate) fn make_dir(path: &Path) -> Result<(), StackError> {
    let mode = Demotion::detect().folder_mode();
    let made = DirBuilder::new().recursive(true).mode(mode).create(path);
    made.map_err(StackError::file("create", path))
}

/// Opens a log, to add to it.
pub(crate) fn open_log(path: &Path) -> Result<File, StackError> {
    let opened = File::options().create(true).append(true).mode(FILE_MODE).open(path);
    opened.map_err(StackError::file("open the log", path))
}

/// Reads a secret; `None` if there is no such file yet.
///
/// One that is there and cannot be read must not count as missing: it would be made anew, and what
/// the old one has signed or closed would be lost.
pub(crate) fn read_secret(path: &Path) -> Result<Option<String>, StackError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StackError::SecretUnreadable { path: path.to_path_buf(), source }),
    }
}

/// Writes a secret, whole or not at all.
pub(crate) fn write_secret(path: &Path, text: &[u8]) -> Result<(), StackError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let _ = fs::remove_file(&unfinished);
    let mut file = File::options()
        .create_new(true)
        .write(true)
        .mode(FILE_MODE)
        .open(&unfinished)
        .map_err(StackError::file("create", &unfinished))?;
    file.write_all(text).map_err(StackError::file("write", &unfinished))?;
    fs::rename(&unfinished, path).map_err(StackError::file("rename", &unfinished))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_written_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("outer").join("inner");
        make_dir(&folder).unwrap();
        make_dir(&folder).unwrap();
        let (log, secret) = (folder.join("a.log"), folder.join("a-secret"));
        open_log(&log).unwrap().write_all(b"a line").unwrap();
        write_secret(&secret, b"hidden").unwrap();
        assert_eq!((mode(&log), mode(&secret)), (0o600, 0o600));
        for folder in [folder.as_path(), folder.parent().unwrap()] {
            assert_eq!(mode(folder) & 0o066, 0, "{}", folder.display());
        }
    }

    #[test]
    fn a_secret_replaces_one_that_others_could_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a-secret");
        fs::write(&path, "old").unwrap();
        write_secret(&path, b"new").unwrap();
        assert_eq!(read_secret(&path).unwrap().as_deref(), Some("new"));
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_secret_that_cannot_be_read_is_not_taken_for_a_missing_one() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read_secret(&dir.path().join("nothing")).unwrap(), None);
        let error = read_secret(dir.path()).unwrap_err();
        assert!(matches!(error, StackError::SecretUnreadable { .. }), "{error}");
    }
}
