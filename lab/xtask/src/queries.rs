//! Keeps `database/.sqlx` true: what Postgres says of every checked query, so that the workspace
//! builds without a database.
//!
//! A private Postgres gets the migrations; then a cargo command compiles the crate `database`
//! against it, and the macros write down what they were told.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::Path,
    process::ExitCode,
    time::SystemTime,
};

use anyhow::{Context, ensure};
use sqlx::{PgPool, migrate::Migrator};
use stack::{Stack, StackOptions, paths};
use tokio::process::Command;

use crate::{cli::QueriesArgs, console::Console};

/// The queries' descriptions by file name.
type Described = BTreeMap<String, Vec<u8>>;

/// Refreshes the descriptions, or checks that they are fresh.
pub(crate) async fn queries(args: QueriesArgs) -> anyhow::Result<ExitCode> {
    let console = Console::new();
    let dir = paths::sluice_dir().join(format!("queries-{}", std::process::id()));
    let options = StackOptions::on_free_ports(&dir)?.only(false, true, false);
    let stack = console.step("Postgres", Stack::start(options)).await?;
    let told = describe(&console, &stack, &dir, &args).await;
    stack.stop().await?;
    let outcome = match told {
        Ok(told) if args.check => compare(&told),
        Ok(told) => replace(&told),
        Err(error) => Err(error),
    };
    fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Compiles against a migrated database and returns what the macros were told.
async fn describe(
    console: &Console,
    stack: &Stack,
    dir: &Path,
    args: &QueriesArgs,
) -> anyhow::Result<Described> {
    let (root, url) = (paths::workspace_root(), stack.endpoints().database_url);
    console.step("migrations", migrate(&root, &url)).await?;
    let told = dir.join("told");
    fs::create_dir_all(&told)?;
    // The macros run only when the crate is compiled.
    let lib = File::options().append(true).open(root.join("database/src/lib.rs"))?;
    let modified = lib.metadata()?.modified()?;
    lib.set_modified(modified_now())?;
    let mut command = Command::new("cargo");
    match args.cargo_args.as_slice() {
        [] => command.args(["check", "--quiet", "--package", "database"]),
        given => command.args(given),
    };
    command.current_dir(&root).env("DATABASE_URL", &url).env("SQLX_OFFLINE_DIR", &told);
    let compiled = async { command.kill_on_drop(true).status().await };
    let status = console.step("queries against the schema", compiled).await;
    if args.check {
        // Nothing was changed: with the later time all programs would be built again.
        lib.set_modified(modified)?;
    }
    let status = status?;
    ensure!(status.success(), "cargo failed: {status}");
    let described = read(&told)?;
    ensure!(!described.is_empty(), "cargo did not compile the crate `database`");
    Ok(described)
}

async fn migrate(root: &Path, url: &str) -> anyhow::Result<()> {
    let pool = PgPool::connect(url).await?;
    Migrator::new(root.join("database/migrations")).await?.run(&pool).await?;
    pool.close().await;
    Ok(())
}

fn compare(told: &Described) -> anyhow::Result<()> {
    let kept = read(&paths::workspace_root().join("database/.sqlx"))?;
    let names = kept.keys().chain(told.keys()).map(String::as_str);
    let stale: BTreeSet<_> = names.filter(|name| kept.get(*name) != told.get(*name)).collect();
    ensure!(
        stale.is_empty(),
        "database/.sqlx does not fit the queries and the schema; run ./scripts/queries and commit \
         it. Stale: {}",
        stale.into_iter().collect::<Vec<_>>().join(", ")
    );
    Ok(())
}

fn replace(told: &Described) -> anyhow::Result<()> {
    let dir = paths::workspace_root().join("database/.sqlx");
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    for (name, description) in told {
        fs::write(dir.join(name), description)?;
    }
    Ok(())
}

fn read(dir: &Path) -> anyhow::Result<Described> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    entries
        .map(|entry| {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok((name, fs::read(&path)?))
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "a file's time for cargo, not a time of ours")]
fn modified_now() -> SystemTime {
    SystemTime::now()
}
