//! The middleware, for anything that is built on `tower`.

use crate::{
    gate::{Ruling, SiteGate},
    settings::{SetupError, SiteSettings},
};
use http::{HeaderName, HeaderValue, Request, Response};
use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// Names the pass of a visitor to the site, as Sluice does behind a gateway.
const PASS: HeaderName = HeaderName::from_static("x-sluice-pass");

/// Lets nobody into a service without a pass. Put it around everything that is to be protected, static
/// files and sockets included, as the outermost layer but one for logs.
///
/// The service finds the [`Visitor`](crate::Visitor) in a request's extensions, and the id of their
/// pass in the header `x-sluice-pass`; whatever a client wrote there is gone.
#[derive(Clone)]
pub struct PassLayer(Arc<SiteGate>);

/// A service that only visitors with a pass reach.
#[derive(Clone)]
pub struct PassService<S> {
    inner: S,
    gate: Arc<SiteGate>,
}

impl PassLayer {
    /// Protects a site. Nothing is asked of Sluice yet.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the settings.
    pub fn new(settings: &SiteSettings) -> Result<Self, SetupError> {
        Ok(Self(Arc::new(SiteGate::new(settings)?)))
    }
}

impl<S> Layer<S> for PassLayer {
    type Service = PassService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        PassService { inner, gate: Arc::clone(&self.0) }
    }
}

impl<S, B, R> Service<Request<B>> for PassService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
    R: Default + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready is used, and its copy gets ready for the next request.
        let copy = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, copy);
        let gate = Arc::clone(&self.gate);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            parts.headers.remove(PASS);
            let visitor = match gate.judge(&parts).await {
                Ruling::Inside(visitor) => visitor,
                Ruling::Answered(response) => return Ok(response.map(|()| R::default())),
            };
            if let Ok(id) = HeaderValue::try_from(visitor.ticket_id.to_string()) {
                parts.headers.insert(PASS, id);
            }
            parts.extensions.insert(visitor);
            inner.call(Request::from_parts(parts, body)).await
        })
    }
}
