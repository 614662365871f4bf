//! The Redis of the tests: the stack's if the environment names one, else a private one that
//! lives as long as the test process.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

static SERVER: OnceLock<Server> = OnceLock::new();

struct Server {
    url: String,
    /// Kept, since its end of our pipe is what holds the server up.
    _child: Option<Child>,
}

/// Address of the Redis of this test run.
pub(crate) fn url() -> &'static str {
    &SERVER.get_or_init(Server::find).url
}

impl Server {
    #[expect(clippy::disallowed_methods, reason = "the test stack is named by the environment")]
    fn find() -> Self {
        match std::env::var("SLUICE_REDIS__URL") {
            Ok(url) => Self { url, _child: None },
            Err(_) => Self::start(),
        }
    }

    fn start() -> Self {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let port = free_port();
            let mut child = spawn(port);
            while Instant::now() < deadline && child.try_wait().unwrap().is_none() {
                if answers(port) {
                    let url = format!("redis://127.0.0.1:{port}");
                    return Self { url, _child: Some(child) };
                }
                pause();
            }
            assert!(Instant::now() < deadline, "no private redis-server could be started");
        }
    }
}

/// Starts a server that ends with the test process: a shell between us waits for the end of our
/// pipe, which the kernel closes whatever becomes of us.
fn spawn(port: u16) -> Child {
    let dir = tempfile::tempdir().expect("a folder for the private redis").keep();
    let script = format!(
        "exec 3<&0; redis-server --port {port} --bind 127.0.0.1 --dir {0} --appendonly yes \
         --appendfsync everysec --save '' --maxmemory-policy noeviction >{0}/log 2>&1 & \
         pid=$!; trap 'kill -9 $pid; rm -rf {0}' EXIT; \
         (cat <&3 >/dev/null; kill -9 $pid) & wait $pid",
        dir.display()
    );
    let mut command = Command::new("sh");
    command.stderr(Stdio::null());
    command.arg("-c").arg(script).stdin(Stdio::piped()).process_group(0);
    command.spawn().expect("redis-server is installed")
}

#[expect(clippy::disallowed_methods, reason = "before any runtime")]
fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

fn answers(port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut reply = [0; 5];
    stream.write_all(b"PING\r\n").is_ok()
        && stream.read_exact(&mut reply).is_ok()
        && &reply == b"+PONG"
}
