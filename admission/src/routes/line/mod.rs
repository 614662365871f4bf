//! The line for browsers without scripts: a form that joins it, and a page that reloads itself at the pace of
//! those who poll. Behind both is what the API does, with its limits and its order.
//!
//! | file | holds |
//! |---|---|
//! | `join` | the way in, by the form of a drop's page |
//! | `show` | where somebody stands |
//! | `leave` | the way out |
//! | `filling` | what the gaps of the page are filled with |
//! | `answer` | the page as it goes out |

mod answer;
mod filling;
mod join;
mod leave;
mod show;

use crate::app::App;
use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use edge::{SecurityHeaders, headers, page::at_all_names};

/// Serves the page, and takes its forms.
pub(crate) fn router(app: &App) -> Router<App> {
    let policy = SecurityHeaders::with_csp(&content_security_policy(&app.shop_url));
    Router::new()
        .route("/drops/{drop}/line", get(show::show).post(join::join))
        .route("/drops/{drop}/line/leave", post(leave::leave))
        .layer(from_fn_with_state(policy, headers::set))
}

/// Allows the shop's style, and forms to us and to the shop.
fn content_security_policy(shop_url: &str) -> String {
    let shop = at_all_names(shop_url).join(" ");
    format!(
        "default-src 'none'; style-src {shop}; img-src {shop}; base-uri 'none'; \
         form-action 'self' {shop}; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_from_the_shop_and_sends_forms_to_both() {
        let csp = content_security_policy("https://shop.example/");
        for part in ["style-src https://shop.example;", "form-action 'self' https://shop.example;"]
        {
            assert!(csp.contains(part), "{csp}");
        }
        assert!(!csp.contains("script-src") && !csp.contains("unsafe"), "{csp}");
    }
}
