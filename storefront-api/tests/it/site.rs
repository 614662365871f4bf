//! A protected site with its visitors, and the proxy before it.

use crate::{
    answer::{Answer, text},
    shop::{Shop, TestSeller, Who},
};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};
use shared::ids::{DropId, TicketId};

/// A protected site.
pub(crate) struct ProtectedSite {
    pub(crate) seller: TestSeller,
    pub(crate) drop_id: String,
}

pub(crate) fn site_body() -> Value {
    json!({
        "title": "Harbour Lamps",
        "site_url": "http://site.test/",
        "return_origins": ["http://www.site.test"],
        "visitors_per_minute": 300,
        "max_inside": 50,
    })
}

impl ProtectedSite {
    pub(crate) async fn open(shop: &Shop) -> Self {
        Self::open_with(shop, &site_body()).await
    }

    pub(crate) async fn open_with(shop: &Shop, body: &Value) -> Self {
        let seller = shop.seller().await;
        let made = shop.post("/v1/seller/sites", &seller.who, body).await.expect(201);
        Self { seller, drop_id: text(&made, "id") }
    }

    /// Gives a shopper a pass, as the workers do.
    pub(crate) async fn let_in(&self, shop: &Shop, shopper: &Who) -> String {
        let ticket_id = TicketId::generate();
        sqlx::query(LET_IN)
            .bind(ticket_id)
            .bind(self.drop_id.parse::<DropId>().unwrap())
            .bind(shop.shopper_id(shopper).await)
            .bind(1_i64)
            .execute(&shop.app.pool)
            .await
            .unwrap();
        ticket_id.to_string()
    }

    /// Asks for the way in.
    pub(crate) async fn hand_over(&self, shop: &Shop, shopper: &Who, body: &Value) -> Answer {
        shop.post(&format!("/v1/drops/{}/pass", self.drop_id), shopper, body).await
    }

    /// A shopper whose turn it is: their ticket and the token with which they are sent to the site.
    pub(crate) async fn admitted(&self, shop: &Shop) -> (String, String) {
        let shopper = shop.shopper().await;
        let ticket_id = self.let_in(shop, &shopper).await;
        let way_in = self.hand_over(shop, &shopper, &json!({})).await.expect(200);
        (ticket_id, text(&way_in, "pass"))
    }

    /// A visitor who is inside: their ticket and their cookie.
    pub(crate) async fn visitor(&self, shop: &Shop) -> (String, String) {
        let (ticket_id, pass) = self.admitted(shop).await;
        let entered = self.enter(shop, &pass, "/", None).await;
        (ticket_id, cookie(&entered).expect("a cookie"))
    }

    /// Comes to the site with a token, as a browser does.
    pub(crate) async fn enter(
        &self,
        shop: &Shop,
        pass: &str,
        to: &str,
        cookie: Option<&str>,
    ) -> Answer {
        let mut query = url::form_urlencoded::Serializer::for_suffix("enter?".to_owned(), 6);
        query.append_pair("pass", pass).append_pair("to", to);
        let request = self.gate(shop, Method::GET, &query.finish(), cookie);
        Answer::read(request.send().await.unwrap()).await
    }

    /// Asks whether a browser is inside, as the proxy does.
    pub(crate) async fn check(&self, shop: &Shop, cookie: Option<&str>) -> Answer {
        let request = self.gate(shop, Method::GET, "check", cookie);
        let request = request.header("x-forwarded-uri", "/lamps?size=2");
        Answer::read(request.send().await.unwrap()).await
    }

    /// What comes to the gate through the site's proxy; where it sends a browser is not followed.
    pub(crate) fn gate(
        &self,
        shop: &Shop,
        method: Method,
        ask: &str,
        cookie: Option<&str>,
    ) -> RequestBuilder {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let url = format!("{}/v1/gate/{}/{ask}", shop.url, self.drop_id);
        let request = client.request(method, url);
        match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// The page on which to wait, with where to go from there.
    pub(crate) fn waiting_page(&self, shop: &Shop, to: &str) -> String {
        format!("{}/drops/{}{to}", shop.url, self.drop_id)
    }

    /// The state of a ticket's pass, and how often it was redeemed.
    pub(crate) async fn story_of(&self, shop: &Shop, ticket_id: &str) -> (String, i64) {
        sqlx::query_as(
            "select o.state, (select count(*) from ticket_transitions t
                 where t.order_id = o.id and t.to_state = 'redeemed')
             from orders o where o.drop_id = $1 and o.id = $2",
        )
        .bind(self.drop_id.parse::<DropId>().unwrap())
        .bind(ticket_id.parse::<TicketId>().unwrap())
        .fetch_one(&shop.app.pool)
        .await
        .unwrap()
    }
}

/// The cookie that an answer sets, as a browser sends it back.
pub(crate) fn cookie(answer: &Answer) -> Option<String> {
    let set = answer.headers.get("set-cookie")?.to_str().unwrap();
    set.split(';').next().map(str::to_owned)
}

/// Where an answer sends a browser.
#[track_caller]
pub(crate) fn location(answer: &Answer) -> &str {
    let location = answer.headers.get("location");
    location.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.text)).to_str().unwrap()
}

/// A pass that is not used yet, by ticket, drop, shopper and score: journal, counter, order.
pub(crate) const LET_IN: &str = "
    with written as (
        insert into journal (drop_id, orders, sequences, states, reasons)
        values ($2, array[$1::uuid], array[1], array['passed'], array[null::text])
        returning id, day),
    told as (
        insert into pending (consumer, journal_id, day, drop_id)
        select consumer, id, day, $2 from written, (values ('events'), ('line')) c (consumer)),
    counted as (
        insert into drop_counters as c (drop_id, what, n, amount_minor) values ($2, 'placed', 1, 0)
        on conflict (drop_id, what) do update set n = c.n + 1)
    insert into orders (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score,
        amount_minor, admitted_at, processed_at, updated_at, hold_expires_at, units_asked,
        units_held, lane, is_only_one, currency, state)
    select $1, i.drop_id, i.seller_id, $3, i.variant_id, w.id, $4, 0, now(), now(), now(),
        now() + make_interval(secs => d.hold_seconds), 1, 0, 0, false, 'XXX', 'passed'
    from inventory i join drops d on d.id = i.drop_id cross join written w
    where i.drop_id = $2";
