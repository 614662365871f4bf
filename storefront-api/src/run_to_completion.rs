//! Changes that go on when their caller hangs up.
//!
//! A handler is a future, and the server drops it when the connection breaks: in the middle of a
//! transaction, or between a change and its kept answer, so that a repeated request would be
//! refused. So whatever changes something runs on a task of its own.

use crate::ApiError;
use axum::{http::Method, response::Response};
use edge::request_id;
use tokio::sync::Semaphore;

/// Changes under way at one time, with those whose callers have hung up: as many as a listener has
/// connections, so that nobody is refused unless others come, ask and leave.
const MAX_CHANGES: usize = 20_000;

static PLACES: Semaphore = Semaphore::const_new(MAX_CHANGES);

/// Does the work of a request; to its end, if the request may change something.
pub(crate) async fn run(
    method: &Method,
    work: impl Future<Output = Result<Response, ApiError>> + Send + 'static,
) -> Result<Response, ApiError> {
    run_in(&PLACES, method, work).await
}

async fn run_in(
    places: &'static Semaphore,
    method: &Method,
    work: impl Future<Output = Result<Response, ApiError>> + Send + 'static,
) -> Result<Response, ApiError> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return work.await;
    }
    let place = places.try_acquire().map_err(|_| ApiError::Overloaded)?;
    let work = request_id::keep(request_id::current(), work);
    database::run_to_completion(async move {
        let _place = place;
        work.await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        extract::{Request, State},
        http::StatusCode,
        middleware::{Next, from_fn_with_state},
        response::IntoResponse as _,
        routing::get,
    };
    use edge::{ServeOptions, descriptors};
    use futures_util::future::join_all;
    use reqwest::Client;
    use shared::shutdown::Shutdown;
    use std::{
        net::SocketAddr,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };
    use testkit::wait_until;
    use tokio::{
        io::AsyncWriteExt as _,
        net::{TcpListener, TcpStream},
    };

    const N_CALLERS: usize = 1000;
    const SOON: Duration = Duration::from_secs(60);

    static FEW_PLACES: Semaphore = Semaphore::const_new(N_CALLERS);

    /// What has become of the changes.
    struct Changes {
        /// Closed once they may be done.
        hold: Semaphore,
        n_begun: AtomicUsize,
        n_done: AtomicUsize,
        /// Requests that were answered or broken off.
        n_over: AtomicUsize,
    }

    /// A request, until the server lets go of it.
    struct Asked(Arc<Changes>);

    impl Drop for Asked {
        fn drop(&mut self) {
            self.0.n_over.fetch_add(1, Ordering::SeqCst);
        }
    }

    async fn change(State(changes): State<Arc<Changes>>) {
        changes.n_begun.fetch_add(1, Ordering::SeqCst);
        let _closed = changes.hold.acquire().await;
        changes.n_done.fetch_add(1, Ordering::SeqCst);
    }

    async fn layer(State(changes): State<Arc<Changes>>, request: Request, next: Next) -> Response {
        let _asked = Asked(changes);
        let method = request.method().clone();
        run_in(&FEW_PLACES, &method, async { Ok(next.run(request).await) }).await.into_response()
    }

    /// A listener with one route: a POST changes something, a GET looks. It ends with the test.
    async fn serve(changes: &Arc<Changes>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(async || StatusCode::OK).post(change))
            .layer(from_fn_with_state(Arc::clone(changes), layer))
            .with_state(Arc::clone(changes));
        tokio::spawn(async move {
            edge::serve(listener, router, ServeOptions::default(), &Shutdown::default()).await;
        });
        address
    }

    async fn ask(address: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(request).await.unwrap();
        stream
    }

    async fn all(what: &str, count: &AtomicUsize) {
        wait_until(what, SOON, async || (count.load(Ordering::SeqCst) == N_CALLERS).then_some(()))
            .await;
    }

    #[tokio::test]
    async fn what_a_thousand_began_is_done_though_all_hang_up_and_no_more_is_taken_meanwhile() {
        // Both ends of each connection are ours.
        descriptors::raise_limit(2 * N_CALLERS + 200);
        let changes = Arc::new(Changes {
            hold: Semaphore::new(0),
            n_begun: AtomicUsize::new(0),
            n_done: AtomicUsize::new(0),
            n_over: AtomicUsize::new(0),
        });
        let address = serve(&changes).await;
        let (client, url) = (Client::new(), format!("http://{address}/"));
        let callers = join_all((0..N_CALLERS).map(|_| ask(address))).await;
        all("changes begun", &changes.n_begun).await;
        drop(callers);
        all("requests broken off", &changes.n_over).await;

        let look = client.get(&url).send().await.unwrap();
        assert_eq!(look.status(), 200, "who only looks is served");
        let refused = client.post(&url).send().await.unwrap();
        assert_eq!(refused.status(), 503, "places are free though the changes go on");
        assert_eq!(changes.n_done.load(Ordering::SeqCst), 0);

        changes.hold.close();
        all("changes done", &changes.n_done).await;
        wait_until("free place", SOON, async || {
            (client.post(&url).send().await.unwrap().status() == 200).then_some(())
        })
        .await;
    }
}
