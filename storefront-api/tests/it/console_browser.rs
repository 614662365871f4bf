//! A browser with a console in it.

use crate::{
    answer::Answer,
    shop::{NOBODY, Shop, Who},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const SESSION: &str = "/v1/console/session";

/// A browser that is signed in.
pub(crate) struct ConsoleBrowser<'a> {
    shop: &'a Shop,
    /// What it keeps for our host.
    pub(crate) cookie: String,
    /// What it was told of the session.
    pub(crate) session: Value,
}

impl<'a> ConsoleBrowser<'a> {
    /// Signs in with a key.
    pub(crate) async fn with_key(shop: &'a Shop, who: &Who) -> Self {
        Self::by(shop, &json!({ "key": who.0 })).await.unwrap()
    }

    /// Signs in by a link.
    pub(crate) async fn by_link(shop: &'a Shop, url: &str) -> Result<Self, Answer> {
        let (_, token) = url.split_once("#token=").unwrap();
        Self::by(shop, &json!({ "link_token": token })).await
    }

    async fn by(shop: &'a Shop, body: &Value) -> Result<Self, Answer> {
        let answer = shop.post(SESSION, &NOBODY, body).await;
        if answer.status != 201 {
            return Err(answer);
        }
        let set = answer.headers["set-cookie"].to_str().unwrap();
        for part in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(set.split("; ").any(|given| given == part), "{set}");
        }
        assert!(set.starts_with("__Host-sluice-console=ct_") && !set.contains("Domain"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        Ok(Self { shop, cookie, session: answer.json })
    }

    /// A request as any page may have the browser send it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.shop.request(method, path, &NOBODY).header("cookie", &self.cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// Sends what changes something, as our own page does.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header("origin", &self.shop.url);
        let request = request.header("x-sluice-console", "1").json(body);
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn sign_out(&self) -> Answer {
        self.send(Method::DELETE, SESSION, &json!({})).await
    }

    pub(crate) async fn who_is_here(&self) -> Answer {
        self.get(SESSION).await
    }
}
