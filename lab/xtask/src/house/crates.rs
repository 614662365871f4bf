//! The crates of the workspace.

use std::path::Path;

use super::{
    arrows::{self, Arrow},
    files,
    modules::Modules,
};

/// A crate with its sources.
#[derive(Debug)]
pub(crate) struct Crate {
    /// Its folder's name, which is the package's.
    pub(crate) name: String,
    /// Its sources' folder, from the workspace's.
    pub(crate) src: String,
    pub(crate) modules: Modules,
    pub(crate) arrows: Vec<Arrow>,
}

impl Crate {
    /// Reads a crate's files, given with their paths below its `src` folder.
    pub(crate) fn read(folder: &str, files: &[(String, String)]) -> anyhow::Result<Self> {
        let name = folder.rsplit('/').next().unwrap_or(folder).to_owned();
        let src = format!("{folder}/src");
        let modules = Modules::read(&src, files)?;
        let arrows = arrows::all(&modules);
        Ok(Self { name, src, modules, arrows })
    }
}

/// Reads every crate: the folders with a `Cargo.toml`, and those in `lab/`.
pub(crate) fn read_all(root: &Path) -> anyhow::Result<Vec<Crate>> {
    let mut folders = files::folders_in(root)?;
    let of_lab = files::folders_in(&root.join("lab"))?;
    folders.extend(of_lab.into_iter().map(|name| format!("lab/{name}")));
    let is_crate = |folder: &String| {
        let folder = root.join(folder);
        // e2e has tests only.
        folder.join("Cargo.toml").is_file() && folder.join("src").is_dir()
    };
    folders.into_iter().filter(is_crate).map(|folder| read_one(root, &folder)).collect()
}

fn read_one(root: &Path, folder: &str) -> anyhow::Result<Crate> {
    let src = root.join(folder).join("src");
    let mut files = Vec::new();
    for path in files::below(&src, &["rs"])? {
        let name = path.strip_prefix(&src)?.to_string_lossy().into_owned();
        files.push((name, files::text(&path)?));
    }
    Crate::read(folder, &files)
}

/// A crate of a few lines, for tests of the checks.
#[cfg(test)]
pub(crate) fn fixture(folder: &str, files: &[(&str, &str)]) -> Crate {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Crate::read(folder, &files).expect("sources")
}
