//! Where the files of pictures are: in a folder, unless another store takes its place.

use super::file::PictureFile;
use futures_util::future::{BoxFuture, FutureExt};
use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use tokio::task;

/// Keeps files by their names. A file of one name always has the same in it, so putting it twice is
/// putting it once.
pub(crate) trait PictureStore: Send + Sync {
    /// Keeps a file; it is there for whoever asks from then on, also after a crash.
    fn put(&self, file: &PictureFile, bytes: Vec<u8>) -> BoxFuture<'_, io::Result<()>>;

    /// Finds a file; `None` if there is none.
    fn get(&self, file: &PictureFile) -> BoxFuture<'_, io::Result<Option<Vec<u8>>>>;

    /// Deletes a file, if there is one.
    fn remove(&self, file: &PictureFile) -> BoxFuture<'_, io::Result<()>>;
}

/// Keeps files in a folder, which may be on a disk that several storefronts share.
#[derive(Debug)]
pub(crate) struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    /// Takes a folder, which is made when it is first needed.
    pub(crate) fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Two letters of the id name a folder within, so that none gets too full.
    fn path(&self, file: &PictureFile) -> PathBuf {
        self.folder.join(&file.id[..2]).join(file.to_string())
    }
}

impl PictureStore for FileStore {
    fn put(&self, file: &PictureFile, bytes: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        let path = self.path(file);
        blocking(move || write(&path, &bytes)).boxed()
    }

    fn get(&self, file: &PictureFile) -> BoxFuture<'_, io::Result<Option<Vec<u8>>>> {
        let path = self.path(file);
        blocking(move || found(fs::read(path))).boxed()
    }

    fn remove(&self, file: &PictureFile) -> BoxFuture<'_, io::Result<()>> {
        let path = self.path(file);
        blocking(move || found(fs::remove_file(path)).map(|_| ())).boxed()
    }
}

/// Writes a file beside its place first: nobody reads half of it.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut unfinished = NamedTempFile::new_in(folder)?;
    unfinished.write_all(bytes)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(path)?;
    // Its name is in the folder.
    fs::File::open(folder)?.sync_all()
}

/// What is not there is no failure.
fn found<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_there_until_it_is_removed_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("pictures"));
        let file = PictureFile { id: "ab".repeat(32), width: 320 };
        assert_eq!(store.get(&file).await.unwrap(), None);
        store.remove(&file).await.unwrap();

        for _ in 0..2 {
            store.put(&file, b"jpeg".to_vec()).await.unwrap();
        }
        assert_eq!(store.get(&file).await.unwrap().as_deref(), Some(b"jpeg".as_slice()));
        let within = folder.path().join("pictures").join("ab");
        assert_eq!(fs::read_dir(&within).unwrap().count(), 1, "something was left beside it");

        store.remove(&file).await.unwrap();
        assert_eq!(store.get(&file).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_failure_and_not_an_empty_one() {
        let no_folder = NamedTempFile::new().unwrap();
        let store = FileStore::new(no_folder.path());
        let file = PictureFile { id: "ab".repeat(32), width: 320 };
        assert!(store.put(&file, b"jpeg".to_vec()).await.is_err());
        assert!(store.get(&file).await.is_err());
    }
}
