//! What becomes of a request: inside, to the line, in by a pass, or out.

use crate::{
    claims::{TokenUse, Visitor},
    clock,
    cookie::SiteCookie,
    recheck::Recheck,
    return_path::{self, OURS},
    settings::{SetupError, SiteSettings},
    sluice::{SluiceClient, SluiceError},
    verifier::SiteVerifier,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header, request::Parts};
use reqwest::Url;
use uuid::Uuid;

/// Where a visitor comes in with a pass, and where one leaves.
const ENTER: &str = "/.sluice/enter";
const LEAVE: &str = "/.sluice/leave";
/// When to try again what Sluice was needed for.
const RETRY_AFTER: &str = "2";

/// What stands before a site.
pub(crate) struct SiteGate {
    cookie: SiteCookie,
    recheck: Recheck,
    sluice: SluiceClient,
    verifier: SiteVerifier,
    /// The page on which people wait.
    waiting_page: Url,
}

/// What becomes of a request.
pub(crate) enum Ruling {
    /// It goes on to the site.
    Inside(Visitor),
    /// It goes no further.
    Answered(Response<()>),
}

/// What a visitor brings to the entrance.
#[derive(Default)]
struct Arrival {
    pass: String,
    /// Where on the site they want to be.
    to: String,
}

impl SiteGate {
    pub(crate) fn new(settings: &SiteSettings) -> Result<Self, SetupError> {
        let SiteSettings { public_url, api_url, drop_id, .. } = settings;
        let page = format!("{}/drops/{drop_id}", public_url.trim_end_matches('/'));
        let unreadable = |_| SetupError::PublicUrl(public_url.clone());
        let sluice = SluiceClient::new(settings)?;
        Ok(Self {
            cookie: SiteCookie::of(*drop_id, settings.is_https),
            recheck: Recheck::every(settings.ask_again_after),
            verifier: SiteVerifier::new(sluice.client(), api_url, public_url, *drop_id),
            sluice,
            waiting_page: Url::parse(&page).map_err(unreadable)?,
        })
    }

    /// Decides on a request.
    pub(crate) async fn judge(&self, request: &Parts) -> Ruling {
        match request.uri.path() {
            ENTER => Ruling::Answered(self.enter(request).await),
            LEAVE => Ruling::Answered(self.leave(request).await),
            path if path.starts_with(OURS) => Ruling::Answered(answer(StatusCode::NOT_FOUND)),
            _ => match self.visitor(&request.headers).await {
                Some(visitor) => Ruling::Inside(visitor),
                None => Ruling::Answered(self.to_the_line(place(&request.uri))),
            },
        }
    }

    /// Whose visit a browser's cookie is, if it goes on.
    async fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        for token in self.cookie.tokens(headers) {
            let Ok(visitor) = self.verifier.verify(token, TokenUse::Visit).await else { continue };
            let cookie = self.cookie.alone(token);
            if self.recheck.goes_on(&self.sluice, visitor.ticket_id, &cookie).await {
                return Some(visitor);
            }
        }
        None
    }

    /// Swaps a pass for a visit, and sends the browser to the address without it.
    ///
    /// A browser that has its visit already is let through, so that going back, or opening the address
    /// twice, sends nobody to the line again.
    async fn enter(&self, request: &Parts) -> Response<()> {
        if request.method != Method::GET {
            return answer(StatusCode::METHOD_NOT_ALLOWED);
        }
        let arrival = Arrival::read(&request.uri);
        let to = return_path::clean(&arrival.to);
        let inside = self.visitor(&request.headers).await;
        let is_inside = |id: Uuid| inside.as_ref().is_some_and(|visitor| visitor.ticket_id == id);
        match self.verifier.verify(&arrival.pass, TokenUse::HandOver).await {
            Ok(pass) if is_inside(pass.ticket_id) => sent(StatusCode::SEE_OTHER, &to),
            Ok(_) => self.redeem(&arrival.pass, &to).await,
            Err(_) if inside.is_some() => sent(StatusCode::SEE_OTHER, &to),
            Err(_) => self.to_the_line(&to),
        }
    }

    async fn redeem(&self, pass: &str, to: &str) -> Response<()> {
        let token = match self.sluice.redeem(pass).await {
            Ok(token) => token,
            Err(SluiceError::PassRefused(_)) => return self.to_the_line(to),
            Err(error) => return unavailable(&error),
        };
        let Ok(visitor) = self.verifier.verify(&token, TokenUse::Visit).await else {
            tracing::error!("Sluice gave a visit that does not count; is its public URL right?");
            return self.to_the_line(to);
        };
        let seconds = visitor.expires_at.saturating_sub(clock::now_s());
        with_cookie(sent(StatusCode::SEE_OTHER, to), self.cookie.keep(&token, seconds))
    }

    /// Ends the visit of a browser. Its cookie comes with requests of the site's own pages alone, so
    /// nobody else's page can do this.
    async fn leave(&self, request: &Parts) -> Response<()> {
        if request.method != Method::POST {
            return answer(StatusCode::METHOD_NOT_ALLOWED);
        }
        if let Some(visitor) = self.visitor(&request.headers).await {
            if let Err(error) = self.sluice.end(visitor.ticket_id).await {
                return unavailable(&error);
            }
            self.recheck.forget(visitor.ticket_id);
        }
        with_cookie(answer(StatusCode::NO_CONTENT), self.cookie.remove())
    }

    /// Sends a browser to the waiting page, from which it comes back to this place.
    fn to_the_line(&self, place: &str) -> Response<()> {
        let mut url = self.waiting_page.clone();
        url.query_pairs_mut().append_pair("to", place);
        sent(StatusCode::FOUND, url.as_str())
    }
}

impl Arrival {
    fn read(uri: &Uri) -> Self {
        let mut arrival = Self::default();
        let Ok(mut url) = Url::parse("http://site.invalid/") else { return arrival };
        url.set_query(uri.query());
        for (name, value) in url.query_pairs() {
            match &*name {
                "pass" => arrival.pass = value.into_owned(),
                "to" => arrival.to = value.into_owned(),
                _ => {}
            }
        }
        arrival
    }
}

/// Where on the site a request goes.
fn place(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |place| place.as_str())
}

/// An answer that nobody keeps.
fn answer(status: StatusCode) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sends a browser on. Addresses have been read, and are plain ASCII.
fn sent(status: StatusCode, to: &str) -> Response<()> {
    let mut response = answer(status);
    if let Ok(to) = HeaderValue::try_from(to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

fn with_cookie(mut response: Response<()>, cookie: Option<HeaderValue>) -> Response<()> {
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// Nobody gets in while Sluice cannot be asked.
fn unavailable(error: &SluiceError) -> Response<()> {
    tracing::error!(%error, "could not have Sluice do what a visitor came for");
    let mut response = answer(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    response
}
