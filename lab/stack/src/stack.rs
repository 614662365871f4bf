//! The three servers together.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    KafkaServer, PostgresServer, RedisServer, StackError, StackOptions,
    managed::make_dir,
    options::{KafkaMode, Source},
};

/// Locked by the supervisor that has a folder, with its process id in it.
pub(crate) const LOCK_FILE: &str = "supervisor.lock";

/// Where clients find the servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// `redis://…`, empty if there is none.
    pub redis_url: String,
    /// `postgres://…`, empty if there is none.
    pub database_url: String,
    /// `host:port`, empty if there is none.
    pub kafka_brokers: String,
    /// `kafka` or `embedded`.
    pub kafka_mode: String,
}

impl Endpoints {
    /// The same as settings of the services.
    pub fn env(&self) -> BTreeMap<String, String> {
        [
            ("SLUICE_REDIS__URL", &self.redis_url),
            ("SLUICE_DATABASE__URL", &self.database_url),
            ("SLUICE_KAFKA__BROKERS", &self.kafka_brokers),
            ("SLUICE_KAFKA__MODE", &self.kafka_mode),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect()
    }
}

/// Servers that run; dropped without [`stop`](Self::stop), they are killed.
#[derive(Debug)]
pub struct Stack {
    dir: PathBuf,
    redis: Option<RedisServer>,
    postgres: Option<PostgresServer>,
    kafka: Option<KafkaServer>,
    _lock: File,
}

impl Stack {
    /// Starts what the options ask for, all at once, and returns when everything is ready.
    ///
    /// # Errors
    ///
    /// Returns an error that says what to do: a busy port, a missing package, a log to read.
    /// What was started by then is killed.
    pub async fn start(options: StackOptions) -> Result<Self, StackError> {
        let stack = Self::prepare(&options).await?;
        tokio::try_join!(
            stack.start_redis(&options),
            stack.start_postgres(&options),
            stack.start_kafka(&options),
        )?;
        Ok(stack)
    }

    /// Takes the folder and finds the programs, without starting a server. With
    /// [`start_redis`](Self::start_redis) and its sisters, for those who show each step.
    ///
    /// # Errors
    ///
    /// As [`Stack::start`].
    pub async fn prepare(options: &StackOptions) -> Result<Self, StackError> {
        let dir =
            std::path::absolute(&options.dir).map_err(StackError::file("resolve", &options.dir))?;
        make_dir(&dir.join("logs"))?;
        let lock = lock_dir(&dir).await?;
        let redis = match &options.redis {
            Source::Private => Some(RedisServer::private(&dir, options.ports.redis)?),
            Source::Existing(url) => Some(RedisServer::existing(url)),
            Source::Off => None,
        };
        let postgres = match &options.postgres {
            Source::Private => Some(PostgresServer::private(&dir, options.ports.postgres)?),
            Source::Existing(url) => Some(PostgresServer::existing(url)),
            Source::Off => None,
        };
        let kafka = match &options.kafka {
            Source::Private => Some(KafkaServer::private(&dir, options).await?),
            Source::Existing(brokers) => Some(KafkaServer::existing(brokers)),
            Source::Off => None,
        };
        Ok(Self { dir, redis, postgres, kafka, _lock: lock })
    }

    /// Starts Redis if it is private.
    ///
    /// # Errors
    ///
    /// As [`Stack::start`].
    pub async fn start_redis(&self, options: &StackOptions) -> Result<(), StackError> {
        match &self.redis {
            Some(redis) => redis.first_start(options.ports.redis).await,
            None => Ok(()),
        }
    }

    /// Starts Postgres if it is private, and makes the database.
    ///
    /// # Errors
    ///
    /// As [`Stack::start`].
    pub async fn start_postgres(&self, options: &StackOptions) -> Result<(), StackError> {
        match &self.postgres {
            Some(postgres) => postgres.first_start(options.ports.postgres).await,
            None => Ok(()),
        }
    }

    /// Starts Kafka if it is private.
    ///
    /// # Errors
    ///
    /// As [`Stack::start`].
    pub async fn start_kafka(&self, options: &StackOptions) -> Result<(), StackError> {
        match &self.kafka {
            Some(kafka) => kafka.first_start(options).await,
            None => Ok(()),
        }
    }

    /// The Redis of this stack.
    ///
    /// # Panics
    ///
    /// Panics if the options left it out.
    pub fn redis(&self) -> &RedisServer {
        self.redis.as_ref().expect("the options of this stack asked for Redis")
    }

    /// The Postgres of this stack.
    ///
    /// # Panics
    ///
    /// Panics if the options left it out.
    pub fn postgres(&self) -> &PostgresServer {
        self.postgres.as_ref().expect("the options of this stack asked for Postgres")
    }

    /// The Kafka of this stack.
    ///
    /// # Panics
    ///
    /// Panics if the options left it out.
    pub fn kafka(&self) -> &KafkaServer {
        self.kafka.as_ref().expect("the options of this stack asked for Kafka")
    }

    /// Stops Redis, deletes its data, starts it empty on the same port.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not start.
    pub async fn wipe_redis(&self) -> Result<(), StackError> {
        self.redis().wipe().await
    }

    /// Folder of data and logs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where clients find the servers.
    pub fn endpoints(&self) -> Endpoints {
        Endpoints {
            redis_url: self.redis.as_ref().map_or("", RedisServer::url).to_owned(),
            database_url: self.postgres.as_ref().map_or("", PostgresServer::url).to_owned(),
            kafka_brokers: self.kafka.as_ref().map_or("", KafkaServer::url).to_owned(),
            kafka_mode: self.kafka.as_ref().map_or("", |kafka| kafka.mode().as_str()).to_owned(),
        }
    }

    /// The private servers by name, with their process ids.
    pub fn pids(&self) -> Vec<(&'static str, Option<u32>)> {
        let redis = self.redis.as_ref().filter(|server| server.is_private());
        let postgres = self.postgres.as_ref().filter(|server| server.is_private());
        let kafka = self.kafka.as_ref().filter(|server| server.mode() == KafkaMode::Kafka);
        let kafka = kafka.filter(|server| server.is_private());
        [
            redis.map(|server| ("redis", server.pid())),
            postgres.map(|server| ("postgres", server.pid())),
            kafka.map(|server| ("kafka", server.pid())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Stops the private servers in order: Kafka, Redis, Postgres.
    ///
    /// # Errors
    ///
    /// Returns the first failure, after all were tried.
    pub async fn stop(&self) -> Result<(), StackError> {
        let mut results = Vec::new();
        if let Some(kafka) = self.kafka.as_ref().filter(|server| server.is_private()) {
            results.push(kafka.stop().await);
        }
        if let Some(redis) = self.redis.as_ref().filter(|server| server.is_private()) {
            results.push(redis.stop().await);
        }
        if let Some(postgres) = self.postgres.as_ref().filter(|server| server.is_private()) {
            results.push(postgres.stop().await);
        }
        results.into_iter().collect()
    }
}

/// Keeps a second supervisor away from the same data; freed by the kernel when we die.
async fn lock_dir(dir: &Path) -> Result<File, StackError> {
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

/// Tries for a moment: whoever looks whether a supervisor lives holds the lock for an instant.
async fn lock_soon(file: &File) -> bool {
    for _ in 0..20 {
        if file.try_lock().is_ok() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}
