//! Java and Kafka's jars: found, or fetched once by Maven.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{StackError, paths, private_files::make_dir, spawner, unprivileged::run};

/// Written last, so that an interrupted download is not taken for a whole one. Its text is the
/// pinned pom: another version there means fetching again.
const COMPLETE: &str = "complete.xml";
const POM: &str = include_str!("../../kafka/pom.xml");
const OLDEST_JAVA: u32 = 17;

/// What a broker process is started with.
#[derive(Debug, Clone)]
pub(super) struct Java {
    pub(super) program: PathBuf,
    /// Folder of the jars.
    pub(super) lib: PathBuf,
}

/// Finds Java and the jars; fetches the jars if they are not there.
///
/// Returns [`StackError::KafkaUnavailable`] without a JDK, or without jars and a reachable
/// Maven registry.
pub(super) async fn find_or_fetch(lib: &Path) -> Result<Java, StackError> {
    let lib = lib.to_path_buf();
    let finding = tokio::task::spawn_blocking(move || {
        let program = find_java()?;
        if !is_complete(&lib) {
            fetch(&lib)?;
        }
        Ok(Java { program, lib })
    });
    finding.await.map_err(|error| unavailable(error.to_string(), "see the message above"))?
}

fn find_java() -> Result<PathBuf, StackError> {
    const REMEDY: &str = "install one with: apt-get install openjdk-17-jre-headless";
    let program = paths::find_program("java", &[])
        .ok_or_else(|| unavailable("no Java was found".to_owned(), REMEDY))?;
    let output = spawner::output_of_blocking(Command::new(&program).arg("-version"));
    let text = output.map(|output| output.stderr).unwrap_or_default();
    match major_version(&String::from_utf8_lossy(&text)) {
        Some(version) if version >= OLDEST_JAVA => Ok(program),
        Some(version) => Err(unavailable(format!("Java {version} is too old"), REMEDY)),
        None => Err(unavailable("java -version was not understood".to_owned(), REMEDY)),
    }
}

/// Reads `17` out of `openjdk version "17.0.1" 2021-10-19`.
fn major_version(text: &str) -> Option<u32> {
    let (_, quoted) = text.split_once("version \"")?;
    quoted.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn is_complete(lib: &Path) -> bool {
    fs::read_to_string(lib.join(COMPLETE)).is_ok_and(|text| text == POM)
}

/// Copies the jars into a folder beside the final one and renames it, under a lock, since two
/// stacks of a workspace may start at once.
fn fetch(lib: &Path) -> Result<(), StackError> {
    let parent = lib.parent().unwrap_or(lib);
    make_dir(parent)?;
    let lock_path = parent.join("fetch.lock");
    let lock = fs::File::create(&lock_path).map_err(StackError::file("create", &lock_path))?;
    lock.lock().map_err(StackError::file("lock", &lock_path))?;
    if is_complete(lib) {
        return Ok(());
    }
    let maven = paths::find_program("mvn", &[]).ok_or_else(|| {
        let reason = format!("{} has no jars and there is no Maven to fetch them", lib.display());
        unavailable(reason, "install it with: apt-get install maven")
    })?;
    let unfinished = parent.join("lib.new");
    let _ = fs::remove_dir_all(&unfinished);
    make_dir(&unfinished)?;
    let pom = parent.join("pom.xml");
    fs::write(&pom, POM).map_err(StackError::file("write", &pom))?;
    tracing::info!("fetching Kafka's jars with Maven (about 43 MB, once)");
    run(Command::new(maven)
        .args(["--batch-mode", "--quiet", "dependency:copy-dependencies", "-f"])
        .arg(&pom)
        .arg(format!("-DoutputDirectory={}", unfinished.display())))
    .map_err(|error| unavailable(error.to_string(), "see that a Maven registry can be reached"))?;
    let mark = unfinished.join(COMPLETE);
    fs::write(&mark, POM).map_err(StackError::file("write", &mark))?;
    let _ = fs::remove_dir_all(lib);
    fs::rename(&unfinished, lib).map_err(StackError::file("rename", &unfinished))
}

fn unavailable(reason: String, remedy: &'static str) -> StackError {
    StackError::KafkaUnavailable { reason, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major_version("openjdk version \"17.0.16\" 2025-07-15\n"), Some(17));
        assert_eq!(major_version("openjdk version \"21\" 2023-09-19"), Some(21));
        assert_eq!(major_version("java version \"1.8.0_392\""), Some(1));
        assert_eq!(major_version("command not found"), None);
    }
}
