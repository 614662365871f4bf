//! The shop's pages: built into `web/dist`, embedded, and filled with what everybody may see. The consoles
//! come from there, too.
//!
//! A page says what it can without its script, in the language that its reader asks for; the script
//! takes over from there. What is personal is never part of a page.
//!
//! | file | holds |
//! |---|---|
//! | `filling` | what the gaps are filled with |
//! | `written` | moments and prices as texts |
//! | `theme` | the look that a seller gives to the page of a drop |
//! | `consoles` | the pages of sellers and operators, which ask the API for all that they show |
//! | `icons` | the icons of all of them |

mod consoles;
mod filling;
mod icons;
mod theme;
mod written;

use crate::App;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::from_fn_with_state,
    response::{Html, IntoResponse, Response},
    routing::{any, get},
};
use edge::{
    Path, Problem, SecurityHeaders, headers,
    page::{Language, at_name_of},
};
use futures_util::future::join;
use memory_serve::CacheControl;
use shared::ids::DropId;
use std::time::Duration;
use tokio::time::timeout;
pub(crate) use written::{moment, price};

/// Drops of the list as it comes, the newest; the script reads older ones, too.
const N_DROPS: i64 = 100;
/// How long a page waits for what everybody may see. It goes out without when that takes longer.
const PATIENCE: Duration = Duration::from_millis(300);
/// Of a page with a form, and of an answer that sends a form on. Without an origin, what comes of it would
/// be taken for that of another page; and more than the origin is nobody's business.
const FOR_FORMS: &str = "strict-origin";
/// Of the page of a failure, which loads nothing but its style.
const FAILED_CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// Serves `/`, `/drops/{id}`, `/theme/{id}.css`, `/orders/{id}`, `/handoff`, `/assets/*` and the consoles, and
/// answers for every address at which there is nothing.
///
/// Names of assets change with what is in them, so browsers keep them for good; the pages, which name them, are
/// asked for anew each time.
pub(crate) fn router(app: &App) -> Router {
    let csp = content_security_policy(&app.settings.admission.public_url);
    let assets = memory_serve::load!("assets")
        .index_file(None)
        .cache_control(CacheControl::Long)
        .enable_gzip(true)
        .into_router::<App>();
    Router::new()
        .route("/", get(home))
        .route("/drops/{drop_id}", get(flash_drop))
        .route("/theme/{file}", get(theme::show))
        .route("/orders/{order_id}", get(order))
        .route("/handoff", get(handoff))
        .route("/{*path}", any(nothing))
        .nest("/assets", assets)
        .merge(icons::router())
        .layer(from_fn_with_state(SecurityHeaders::with_csp(&csp), headers::set))
        .with_state(app.clone())
        .merge(consoles::router())
}

async fn home(State(app): State<App>, language: Language) -> Response {
    let read = timeout(PATIENCE, app.public_reads.list_drops(None, N_DROPS)).await;
    let drops = read.ok().and_then(Result::ok);
    page(StatusCode::OK, filling::home(language, drops.as_deref().map(Vec::as_slice)))
}

async fn flash_drop(
    State(app): State<App>,
    language: Language,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let missing = || page(StatusCode::NOT_FOUND, filling::missing_drop(language));
    let Ok(id) = id.parse::<DropId>() else { return missing() };
    let reads = join(app.public_reads.find_drop(id), app.public_reads.find_theme(id));
    match timeout(PATIENCE, reads).await {
        Ok((Ok(found), theme)) => match &*found {
            Some(flash_drop) => {
                // Without its look it is the page of the same drop.
                let theme = theme.ok().and_then(|theme| Option::clone(&theme)).unwrap_or_default();
                let line = line_url(&app, &headers, id, language);
                let text = filling::flash_drop(language, flash_drop, &theme, line);
                for_forms(page(StatusCode::OK, text))
            }
            None => missing(),
        },
        // The script asks again until it knows.
        Ok((Err(_), _)) | Err(_) => {
            for_forms(page(StatusCode::OK, filling::unknown_drop(language)))
        }
    }
}

async fn order(language: Language, Path(id): Path<String>) -> Response {
    page(StatusCode::OK, filling::order(language, id))
}

/// The code, if the address has one, stays in the browser.
async fn handoff(language: Language) -> Response {
    page(StatusCode::OK, filling::handoff(language))
}

/// Answers for an address at which there is nothing: people get a page, programs a problem.
async fn nothing(language: Language, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/html")) {
        return page(StatusCode::NOT_FOUND, filling::nothing(language));
    }
    Problem::not_found().into_response()
}

/// Returns where the line of a drop is for a browser without scripts.
pub(crate) fn line_url(
    app: &App,
    headers: &HeaderMap,
    drop_id: DropId,
    language: Language,
) -> String {
    let admission = at_name_of(headers, &app.settings.admission.public_url);
    format!("{admission}/drops/{drop_id}/line?lang={}", language.tag())
}

/// Answers people for whom something went wrong on our side, in place of a problem. The page needs no
/// script, and leads back to where they were.
pub(crate) fn failed(uri: &Uri, headers: &HeaderMap) -> Response {
    let language = Language::of(uri.query().unwrap_or_default(), headers);
    let mut response = page(StatusCode::INTERNAL_SERVER_ERROR, filling::failed(language));
    let csp = HeaderValue::from_static(FAILED_CSP);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
    response
}

/// A page is of the moment, and of its reader's language.
fn page(status: StatusCode, text: String) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-cache"), (header::VARY, "accept-language")];
    (status, headers, Html(text)).into_response()
}

/// Has browsers say where the forms of an answer come from.
pub(crate) fn for_forms(answer: Response) -> Response {
    ([(header::REFERRER_POLICY, FOR_FORMS)], answer).into_response()
}

/// Allows our own scripts and styles alone, and calls and forms to us and to admission.
fn content_security_policy(admission_url: &str) -> String {
    let origins = admission_origins(admission_url).join(" ");
    format!(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; manifest-src 'self'; \
         connect-src 'self' {origins}; base-uri 'none'; form-action 'self' {origins}; \
         frame-ancestors 'none'"
    )
}

/// The origins of admission, for HTTP and for sockets; on a local machine under both its names.
pub(crate) fn admission_origins(admission_url: &str) -> Vec<String> {
    let http = admission_url.trim_end_matches('/');
    let mut names = vec![http.to_owned()];
    if http.contains("//127.0.0.1") {
        names.push(http.replacen("//127.0.0.1", "//localhost", 1));
    } else if http.contains("//localhost") {
        names.push(http.replacen("//localhost", "//127.0.0.1", 1));
    }
    names.into_iter().flat_map(|name| [name.clone(), name.replacen("http", "ws", 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_may_talk_to_admission_over_http_and_sockets() {
        let csp = content_security_policy("https://line.shop.example/");
        let connect = "connect-src 'self' https://line.shop.example wss://line.shop.example;";
        assert!(csp.contains(connect), "{csp}");
    }
}
