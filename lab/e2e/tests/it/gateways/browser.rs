//! A client that does what a page's browser does: it has cookies, names its page, trusts an authority.

use super::site::{HOST, Site};
use anyhow::{Context, ensure};
use futures_util::StreamExt;
use reqwest::{
    Certificate, Client, Method, RequestBuilder, Response, Upgraded,
    header::{HeaderMap, SET_COOKIE},
    redirect::Policy,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

/// An answer comes by then.
const SOON: Duration = Duration::from_secs(20);

/// An open socket of a page.
pub(crate) type PageSocket = WebSocketStream<Upgraded>;

/// A browser at an address of its own.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    page: String,
    cookies: BTreeMap<String, String>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null if it was not JSON.
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Browser {
    /// A browser at this address of the loopback network, with a page of the site.
    pub(crate) fn at(site: &Site, ip: [u8; 4]) -> anyhow::Result<Self> {
        let authority = Certificate::from_pem(&fs::read(site.authority())?)?;
        let client = Client::builder()
            .tls_certs_only([authority])
            .resolve(HOST, SocketAddr::from(([127, 0, 0, 1], 0)))
            .local_address(IpAddr::from(ip))
            // Only this version has sockets.
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .build()?;
        Ok(Self { client, page: site.url(), cookies: BTreeMap::new() })
    }

    /// A browser with a page of a site that has no TLS.
    pub(crate) fn on(page: &str) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build()?;
        Ok(Self { client, page: page.to_owned(), cookies: BTreeMap::new() })
    }

    /// A browser of somebody else on the same page.
    pub(crate) fn another(&self) -> Self {
        Self { cookies: BTreeMap::new(), ..self.clone() }
    }

    /// Its cookies by their names.
    pub(crate) fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// A request of the page, with all cookies.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.page));
        let request = request.header("origin", &self.page);
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<String> = cookies.collect();
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    /// Sends a request, and keeps the cookies that are set.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let answer = answer(request).await?;
        for set in answer.headers.get_all(SET_COOKIE) {
            let pair = set.to_str()?.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.context("a cookie has a name")?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(answer)
    }

    /// Asks for a path; `claimed` is the address that it says it has, if any.
    pub(crate) async fn get(&self, path: &str, claimed: &str) -> anyhow::Result<Answer> {
        let request = self.request(Method::GET, path);
        if claimed.is_empty() {
            return answer(request).await;
        }
        answer(request.header("x-forwarded-for", claimed)).await
    }

    /// Asks for the first page without TLS.
    pub(crate) async fn get_plain(&self, site: &Site) -> anyhow::Result<Answer> {
        answer(self.client.get(format!("{}/", site.plain_url()))).await
    }

    /// A request of the page for a WebSocket.
    pub(crate) fn upgrade(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    /// Opens a stream of a line, and returns the first frame.
    pub(crate) async fn first_frame(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.upgrade(path).header("sec-websocket-protocol", "sluice.v1");
        let frame = first_text(&mut opened(request).await?).await?;
        Ok(serde_json::from_str(&frame)?)
    }

    /// Opens a stream of events, and returns the first one.
    pub(crate) async fn first_event(&self, path: &str) -> anyhow::Result<Value> {
        let mut response = in_time(self.request(Method::GET, path)).await?;
        ensure!(response.status() == 200, "the stream is answered with {}", response.status());
        let mut text = String::new();
        loop {
            let chunk = timeout(SOON, response.chunk()).await??.context("the stream ended")?;
            text.push_str(&String::from_utf8_lossy(&chunk));
            let event = text.split_once("data: ").and_then(|(_, event)| event.split_once("\n\n"));
            if let Some((event, _)) = event {
                return Ok(serde_json::from_str(event)?);
            }
        }
    }
}

/// Opens a socket.
pub(crate) async fn opened(request: RequestBuilder) -> anyhow::Result<PageSocket> {
    let response = in_time(request).await?;
    ensure!(response.status() == 101, "the socket is answered with {}", response.status());
    let upgraded = response.upgrade().await?;
    Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await)
}

/// Waits for the next text of a socket.
pub(crate) async fn first_text(socket: &mut PageSocket) -> anyhow::Result<String> {
    loop {
        let message = timeout(SOON, socket.next()).await?.context("the socket ended")??;
        if let Message::Text(text) = message {
            return Ok(text.to_string());
        }
    }
}

/// Sends a request; cookies that are set are not kept.
pub(crate) async fn answer(request: RequestBuilder) -> anyhow::Result<Answer> {
    let response = in_time(request).await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = timeout(SOON, response.bytes()).await??;
    let text = String::from_utf8_lossy(&body).into_owned();
    Ok(Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text })
}

async fn in_time(request: RequestBuilder) -> anyhow::Result<Response> {
    Ok(timeout(SOON, request.send()).await??)
}
