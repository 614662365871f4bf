//! A Kafka whose brokers can all be fenced: a proxy that changes what the cluster tells of itself.
//!
//! It stands where each broker is said to be, so every connection goes through it. Most messages
//! pass as they are.

use crate::answers::{self, FIND_COORDINATOR, Fields, METADATA};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

/// Bytes of a request or an answer, at most: Kafka's own bound for a fetch, and some more.
const MAX_BYTES: usize = 64 << 20;
/// While brokers are fenced, answers that come so soon one after the other are handed on together:
/// a client loses its brokers for good when it has another answer to read meanwhile.
const TOGETHER: Duration = Duration::from_millis(3);

/// Request number and version by correlation id, where the answer is to be changed.
type Expected = Mutex<HashMap<i32, (i16, i16)>>;

/// The proxy; it ends when this is dropped.
pub(crate) struct FencedCluster {
    shared: Arc<Shared>,
    _accepting: AbortOnDropHandle<()>,
}

struct Shared {
    /// Where Kafka is.
    kafka: String,
    /// Where the proxy is.
    address: SocketAddr,
    is_fenced: AtomicBool,
}

impl Shared {
    /// Where all brokers are told to be.
    fn brokers_at(&self) -> Option<SocketAddr> {
        (!self.is_fenced.load(Ordering::Relaxed)).then_some(self.address)
    }
}

impl FencedCluster {
    /// Starts one before the Kafka of a single broker.
    pub(crate) async fn before(kafka: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (kafka, is_fenced) = (kafka.to_owned(), AtomicBool::new(false));
        let shared = Arc::new(Shared { kafka, address, is_fenced });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { shared, _accepting: AbortOnDropHandle::new(accepting) }
    }

    /// `host:port` for clients.
    pub(crate) fn brokers(&self) -> String {
        self.shared.address.to_string()
    }

    /// Fences all brokers, or none.
    pub(crate) fn set_fenced(&self, is_fenced: bool) {
        self.shared.is_fenced.store(is_fenced, Ordering::Relaxed);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        connections.spawn(pass(client, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

async fn pass(client: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let kafka = TcpStream::connect(&shared.kafka).await?;
    client.set_nodelay(true)?;
    kafka.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_kafka, to_kafka) = kafka.into_split();
    let expected = Expected::default();
    tokio::try_join!(
        pass_requests(BufReader::new(from_client), to_kafka, &expected),
        pass_answers(BufReader::new(from_kafka), to_client, &expected, &shared),
    )?;
    Ok(())
}

async fn pass_requests(
    mut from: BufReader<OwnedReadHalf>,
    mut to: OwnedWriteHalf,
    expected: &Expected,
) -> io::Result<()> {
    loop {
        let request = read(&mut from).await?;
        let mut fields = Fields(&request);
        let number = i16::from_be_bytes(fields.bytes());
        let version = i16::from_be_bytes(fields.bytes());
        if [METADATA, FIND_COORDINATOR].contains(&number) {
            let id = i32::from_be_bytes(fields.bytes());
            expected.lock().insert(id, (number, version));
        }
        to.write_all(&framed(&request)).await?;
    }
}

async fn pass_answers(
    mut from: BufReader<OwnedReadHalf>,
    mut to: OwnedWriteHalf,
    expected: &Expected,
    shared: &Shared,
) -> io::Result<()> {
    loop {
        let mut answers = changed(&read(&mut from).await?, expected, shared);
        while shared.brokers_at().is_none() && timeout(TOGETHER, from.fill_buf()).await.is_ok() {
            answers.extend(changed(&read(&mut from).await?, expected, shared));
        }
        to.write_all(&answers).await?;
    }
}

async fn read(from: &mut BufReader<OwnedReadHalf>) -> io::Result<Vec<u8>> {
    let length = usize::try_from(from.read_i32().await?).unwrap();
    assert!(length <= MAX_BYTES, "{length} bytes");
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap();
    [&length.to_be_bytes()[..], bytes].concat()
}

/// Takes an answer as it is handed on.
fn changed(answer: &[u8], expected: &Expected, shared: &Shared) -> Vec<u8> {
    let id = i32::from_be_bytes(Fields(answer).bytes());
    let asked = expected.lock().remove(&id);
    asked.map_or_else(
        || framed(answer),
        |asked| framed(&answers::changed(answer, asked, shared.brokers_at())),
    )
}
