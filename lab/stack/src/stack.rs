//! The three servers together.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use shared::config::KafkaMode;

use crate::{
    Endpoints, KafkaServer, Planes, StackError, StackOptions, lock, options::ServerSource,
    postgres::PostgresServer, private_files::make_dir, redis::RedisServer, server::ServerHandle,
};

/// Running servers. Dropped without [`stop`](Self::stop), they are killed.
#[derive(Debug)]
pub struct Stack {
    dir: PathBuf,
    redis: Option<RedisServer>,
    postgres: Option<PostgresServer>,
    kafka: Option<KafkaServer>,
    planes: Option<Planes>,
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
    /// [`start_redis`](Self::start_redis) and its siblings, for callers who show each step.
    ///
    /// # Errors
    ///
    /// As [`Stack::start`].
    pub async fn prepare(options: &StackOptions) -> Result<Self, StackError> {
        let dir =
            std::path::absolute(&options.dir).map_err(StackError::file("resolve", &options.dir))?;
        make_dir(&dir.join("logs"))?;
        let lock = lock::take(&dir).await?;
        let planes =
            if options.are_closed { Some(Planes::make(&dir, options.ports).await?) } else { None };
        let closed_by = planes.as_ref();
        let redis = match &options.redis {
            ServerSource::Private => {
                Some(RedisServer::private(&dir, options.ports.redis, closed_by)?)
            }
            ServerSource::Existing(url) => Some(RedisServer::existing(url)),
            ServerSource::Off => None,
        };
        let postgres = match &options.postgres {
            ServerSource::Private => {
                Some(PostgresServer::private(&dir, options.ports.postgres, closed_by)?)
            }
            ServerSource::Existing(url) => Some(PostgresServer::existing(url)),
            ServerSource::Off => None,
        };
        let kafka = match &options.kafka {
            ServerSource::Private => Some(KafkaServer::private(&dir, options, closed_by).await?),
            ServerSource::Existing(brokers) => Some(KafkaServer::existing(brokers)),
            ServerSource::Off => None,
        };
        Ok(Self { dir, redis, postgres, kafka, planes, _lock: lock })
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

    /// Starts Postgres if it is private, and creates the database.
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
    pub fn redis(&self) -> &ServerHandle {
        &self.redis_server().handle
    }

    /// The Postgres of this stack.
    ///
    /// # Panics
    ///
    /// Panics if the options left it out.
    pub fn postgres(&self) -> &ServerHandle {
        &self.postgres.as_ref().expect("the options of this stack asked for Postgres").handle
    }

    /// The Kafka of this stack.
    ///
    /// # Panics
    ///
    /// Panics if the options left it out.
    pub fn kafka(&self) -> &KafkaServer {
        self.kafka.as_ref().expect("the options of this stack asked for Kafka")
    }

    /// Kills Redis, deletes its data, and starts it empty on the same port.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not start.
    ///
    /// # Panics
    ///
    /// Panics if the options left it out.
    pub async fn wipe_redis(&self) -> Result<(), StackError> {
        self.redis_server().wipe().await
    }

    /// Folder of data and logs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What closes the servers to strangers, if the options asked for it.
    pub fn planes(&self) -> Option<&Planes> {
        self.planes.as_ref()
    }

    /// Where clients find the servers; where they are closed, as whoever runs the installation.
    pub fn endpoints(&self) -> Endpoints {
        let (redis, postgres) = (self.redis.as_ref(), self.postgres.as_ref());
        Endpoints {
            redis_url: redis.map_or("", |redis| redis.handle.url()).to_owned(),
            database_url: postgres.map_or("", |postgres| postgres.handle.url()).to_owned(),
            kafka_brokers: self.kafka.as_ref().map_or("", KafkaServer::url).to_owned(),
            kafka_mode: self.kafka.as_ref().map(KafkaServer::mode),
        }
    }

    /// The private servers by name, with their process ids.
    pub fn pids(&self) -> Vec<(&'static str, Option<u32>)> {
        let [redis, postgres] = self.private_handles();
        let kafka = self.kafka_process();
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
        // The embedded broker ends with this stack. To go down it would close its port and take it again,
        // and ends the process if it cannot.
        if let Some(kafka) = self.kafka_process() {
            results.push(kafka.stop().await);
        }
        for server in self.private_handles().into_iter().flatten() {
            results.push(server.stop().await);
        }
        results.into_iter().collect()
    }

    /// Kafka, as far as it is a process of this stack.
    fn kafka_process(&self) -> Option<&KafkaServer> {
        let kafka = self.kafka.as_ref().filter(|server| server.mode() == KafkaMode::Kafka);
        kafka.filter(|server| server.is_private())
    }

    fn redis_server(&self) -> &RedisServer {
        self.redis.as_ref().expect("the options of this stack asked for Redis")
    }

    /// Redis and Postgres, as far as they are processes of this stack.
    fn private_handles(&self) -> [Option<&ServerHandle>; 2] {
        let redis = self.redis.as_ref().map(|redis| &redis.handle);
        let postgres = self.postgres.as_ref().map(|postgres| &postgres.handle);
        [redis, postgres].map(|handle| handle.filter(|handle| handle.is_private()))
    }
}
