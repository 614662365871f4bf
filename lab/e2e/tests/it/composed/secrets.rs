//! The secrets of a composed installation: who is given what.

use anyhow::{Context, ensure};
use stack::paths;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Volumes, each with its files in order, and the user that they belong to.
const VOLUMES: [(&str, &[&str], &str); 7] = [
    ("admission", &["secrets.env"], OURS),
    ("console", &["complete", "secrets.env"], OURS),
    ("postgres", &["logins.sql", "superuser-password"], SERVERS),
    ("redis", &["users.conf"], SERVERS),
    ("sandbox-psp", &["secrets.env"], OURS),
    ("storefront", &["secrets.env"], OURS),
    ("worker", &["secrets.env"], OURS),
];
const OURS: &str = "10001:10001";
const SERVERS: &str = "999:999";

/// Who knows each secret, in order: both ends of what it is for, and nobody else.
const HOLDERS: [&[&str]; 12] = [
    &["admission"],                       // signs tickets
    &["admission", "postgres", "redis"],  // login
    &["admission", "storefront"],         // signs sessions
    &["console", "postgres"],             // login of the owner
    &["postgres"],                        // login of the superuser
    &["postgres", "redis", "storefront"], // login
    &["postgres", "redis", "worker"],     // login
    &["sandbox-psp", "storefront"],       // signs callbacks
    &["sandbox-psp", "worker"],           // key of the provider's API
    &["storefront"],                      // signs passes
    &["worker"],                          // signs commands
    &["worker"],                          // signs the log
];
/// Digits of a secret, which is 32 random bytes.
const LENGTH: usize = 64;

/// The folders of an installation, where the script finds them in its container.
struct Installation(PathBuf);

impl Installation {
    fn empty(name: &str) -> anyhow::Result<Self> {
        let dir = paths::sluice_dir().join("e2e").join(name);
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(dir.join("backups"))?,
        }
        for (volume, ..) in VOLUMES {
            fs::create_dir_all(dir.join("secrets").join(volume))?;
        }
        fs::create_dir_all(dir.join("templates"))?;
        let users = paths::workspace_root().join("queue/acl/users.conf");
        fs::copy(users, dir.join("templates/users.conf"))?;
        Ok(Self(dir))
    }

    /// Runs the script on these folders. What it gives to other users, which root alone may, is
    /// written down instead; the answer is that list.
    fn make_secrets(&self) -> anyhow::Result<String> {
        let mut script =
            fs::read_to_string(paths::workspace_root().join("deploy/docker/make-secrets"))?;
        for folder in ["/secrets/", "/templates/", "/backups"] {
            ensure!(script.contains(folder), "the script has no {folder}");
            script = script.replace(folder, &format!("{}{folder}", self.0.display()));
        }
        let script = format!("chown() {{ echo \"$@\"; }}\n{script}");
        let output = Command::new("sh").arg("-c").arg(script).output()?;
        ensure!(output.status.success(), "{output:?}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// All files by volume and name.
    fn files(&self) -> anyhow::Result<BTreeMap<(String, String), String>> {
        let mut files = BTreeMap::new();
        for (volume, ..) in VOLUMES {
            for entry in fs::read_dir(self.volume(volume))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                files.insert((volume.to_owned(), name), fs::read_to_string(entry.path())?);
            }
        }
        Ok(files)
    }

    fn volume(&self, name: &str) -> PathBuf {
        self.0.join("secrets").join(name)
    }
}

/// Finds the secrets in a text.
fn secrets_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == LENGTH)
}

fn mode(path: &Path) -> anyhow::Result<u32> {
    let found = fs::metadata(path).with_context(|| format!("cannot find {}", path.display()))?;
    Ok(found.permissions().mode() & 0o777)
}

#[test]
fn each_secret_is_known_to_those_who_need_it_and_to_nobody_else() -> anyhow::Result<()> {
    let installation = Installation::empty("composed-holders")?;
    installation.make_secrets()?;
    let files = installation.files()?;
    let mut holders = BTreeMap::<&str, BTreeSet<&str>>::new();
    for ((volume, _), text) in &files {
        for secret in secrets_in(text) {
            holders.entry(secret).or_default().insert(volume);
        }
    }
    let mut found: Vec<Vec<&str>> =
        holders.into_values().map(|volumes| volumes.into_iter().collect()).collect();
    found.sort();
    ensure!(found == HOLDERS, "{found:?}");
    let users = &files[&("redis".to_owned(), "users.conf".to_owned())];
    ensure!(!users.contains(">ADMISSION") && !users.contains("_PASSWORD resetkeys"), "{users}");
    Ok(())
}

#[test]
fn each_file_is_for_its_program_alone() -> anyhow::Result<()> {
    let installation = Installation::empty("composed-files")?;
    let given = installation.make_secrets()?;
    let files = installation.files()?;
    for (volume, names, owner) in VOLUMES {
        let found = files.keys().filter(|(of, _)| of == volume).map(|(_, name)| name.as_str());
        ensure!(found.eq(names.iter().copied()), "{volume} has other files: {:?}", files.keys());
        let folder = installation.volume(volume);
        for name in names {
            let path = folder.join(name);
            ensure!(mode(&path)? == 0o600, "others may read {}", path.display());
            let line = format!("{owner} {}.new {}", path.display(), folder.display());
            ensure!(given.lines().any(|given| given == line), "not given: {line}\n{given}");
        }
    }
    Ok(())
}

#[test]
fn secrets_are_made_once_and_differ_between_installations() -> anyhow::Result<()> {
    let installation = Installation::empty("composed-once")?;
    installation.make_secrets()?;
    let first = installation.files()?;
    installation.make_secrets()?;
    ensure!(installation.files()? == first, "a second start made others");

    let other = Installation::empty("composed-other")?;
    other.make_secrets()?;
    let all = |files: &BTreeMap<_, String>| {
        files.values().flat_map(|text| secrets_in(text)).map(str::to_owned).collect()
    };
    let (first, others): (BTreeSet<String>, BTreeSet<String>) = (all(&first), all(&other.files()?));
    ensure!(first.is_disjoint(&others), "two installations share a secret");
    Ok(())
}
