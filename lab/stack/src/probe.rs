//! Asking a server whether it is ready.

use std::{
    fs, net,
    path::{Path, PathBuf},
    time::Duration,
};

use ::redis::{Client, TlsCertificates};
use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer},
};
use sqlx::{Connection, PgConnection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::spawn_blocking,
    time::timeout,
};

const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
const MAX_ANSWER: usize = 4_096;

/// What to ask, and whom.
#[derive(Debug, Clone)]
pub(crate) enum Probe {
    /// `PING` to `host:port`; while Redis reads its append-only file it answers `-LOADING`.
    Redis(String),
    /// The same to a server that is met over TLS and with a password.
    RedisOverTls { url: String, ca_file: PathBuf },
    /// A connection to this URL: refused while Postgres recovers.
    Postgres(String),
    /// The metadata of this `host:port`, for a client with these settings.
    Kafka { brokers: String, settings: Vec<(&'static str, String)> },
    /// A 200 from this `http://` URL.
    Http(String),
}

impl Probe {
    /// Asks once; the error is what the server said.
    pub(crate) async fn ask(&self) -> Result<(), String> {
        let asking = async {
            match self {
                Self::Redis(address) => ping(address).await,
                Self::Postgres(url) => connect(url).await,
                Self::RedisOverTls { url, ca_file } => ping_over_tls(url, ca_file).await,
                Self::Kafka { brokers, settings } => {
                    let (brokers, settings) = (brokers.clone(), settings.clone());
                    let asking = spawn_blocking(move || metadata(&brokers, settings));
                    asking.await.map_err(|error| error.to_string())?
                }
                Self::Http(url) => http_ok(url).await,
            }
        };
        let no_answer = |_| Err(format!("no answer within {PROBE_TIMEOUT:?}"));
        timeout(PROBE_TIMEOUT, asking).await.unwrap_or_else(no_answer)
    }
}

async fn ping(address: &str) -> Result<(), String> {
    match exchange(address, "PING\r\n").await?.trim_end() {
        "+PONG" => Ok(()),
        other => Err(other.to_owned()),
    }
}

async fn ping_over_tls(url: &str, ca_file: &Path) -> Result<(), String> {
    let root_cert = Some(fs::read(ca_file).map_err(|error| error.to_string())?);
    let certificates = TlsCertificates { client_tls: None, root_cert };
    let asking = async {
        let client = Client::build_with_tls(url, certificates)?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        ::redis::cmd("PING").query_async::<()>(&mut connection).await
    };
    asking.await.map_err(|error| error.to_string())
}

async fn connect(url: &str) -> Result<(), String> {
    let connection = PgConnection::connect(url).await.map_err(|error| error.to_string())?;
    connection.close().await.map_err(|error| error.to_string())
}

/// A broker counts as ready when its metadata lists itself: before that the controller has not
/// let it in.
fn metadata(brokers: &str, settings: Vec<(&'static str, String)>) -> Result<(), String> {
    // A plain connect first: librdkafka would wait between its own attempts.
    net::TcpStream::connect(brokers).map_err(|error| error.to_string())?;
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("log_level", "0");
    for (name, value) in settings {
        config.set(name, value);
    }
    let consumer: BaseConsumer = config.create().map_err(|error| error.to_string())?;
    let metadata =
        consumer.fetch_metadata(None, PROBE_TIMEOUT).map_err(|error| error.to_string())?;
    if metadata.brokers().is_empty() { Err("no broker is registered yet".into()) } else { Ok(()) }
}

async fn http_ok(url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("http://").ok_or_else(|| format!("{url} is not http"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let answer = exchange(host, &request).await?;
    let status = answer.lines().next().unwrap_or_default();
    if status.split_whitespace().nth(1) == Some("200") {
        return Ok(());
    }
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).trim();
    Err(format!("{status} {body}").trim().to_owned())
}

/// Sends a text to `host:port` and returns the start of the answer.
pub(crate) async fn exchange(address: &str, question: &str) -> Result<String, String> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(question.as_bytes()).await?;
        let mut answer = vec![0; MAX_ANSWER];
        let n_bytes = stream.read(&mut answer).await?;
        answer.truncate(n_bytes);
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    exchange.await.map_err(|error| error.to_string())
}
