//! A shop behind the middleware, and browsers at its door.

use crate::stand_in::{PUBLIC_URL, SELLER_KEY, StandInSluice};
use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
    routing::get,
};
use pass::{PassLayer, SiteSettings, Visitor};
use std::time::Duration;
use tower::ServiceExt;

/// The only page; it names the visitor twice, as the service is told.
const HALL: &str = "/hall";

pub(crate) struct Shop {
    router: Router,
}

/// A browser with the cookie of one visit, if it has one.
#[derive(Clone, Default)]
pub(crate) struct TestBrowser {
    pub(crate) cookie: String,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

async fn hall(Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> String {
    let told = headers.get("x-sluice-pass").and_then(|id| id.to_str().ok()).unwrap_or_default();
    format!("{} {told}", visitor.ticket_id)
}

impl Shop {
    /// A shop that asks again after this time whether a visit goes on.
    pub(crate) fn open(sluice: &StandInSluice, ask_again_after: Option<Duration>) -> Self {
        let mut settings = SiteSettings::new(PUBLIC_URL, sluice.drop_id, SELLER_KEY);
        settings.api_url.clone_from(&sluice.url);
        settings.ask_again_after = ask_again_after;
        let layer = PassLayer::new(&settings).unwrap();
        Self { router: Router::new().route(HALL, get(hall)).layer(layer) }
    }

    pub(crate) async fn send(
        &self,
        browser: &mut TestBrowser,
        method: Method,
        path: &str,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &browser.cookie)
            // A claim that must not reach the shop.
            .header("x-sluice-pass", "claimed");
        let request = request.body(Body::empty()).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            browser.cookie = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        let body = to_bytes(body, 4096).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn look(&self, browser: &mut TestBrowser) -> Answer {
        self.send(browser, Method::GET, HALL).await
    }

    /// Comes with a pass, on the way to the hall.
    pub(crate) async fn enter(&self, browser: &mut TestBrowser, pass: &str) -> Answer {
        self.send(browser, Method::GET, &format!("/.sluice/enter?pass={pass}&to=%2Fhall")).await
    }

    pub(crate) async fn leave(&self, browser: &mut TestBrowser) -> Answer {
        self.send(browser, Method::POST, "/.sluice/leave").await
    }
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn expect_inside(&self) {
        assert_eq!(self.status, StatusCode::OK, "sent to {}", self.location());
        let (visitor, told) = self.body.split_once(' ').unwrap();
        assert_eq!(visitor, told, "the shop is told of another one");
    }

    /// Sent to this place on the shop, where the address has no pass any more.
    #[track_caller]
    pub(crate) fn expect_sent_in(&self, place: &str) {
        assert_eq!((self.status, self.location()), (StatusCode::SEE_OTHER, place));
    }

    #[track_caller]
    pub(crate) fn expect_sent_to_the_line(&self, sluice: &StandInSluice, place: &str) {
        let page = format!("{PUBLIC_URL}/drops/{}?to={place}", sluice.drop_id);
        assert_eq!((self.status, self.location()), (StatusCode::FOUND, page.as_str()));
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store");
    }
}
