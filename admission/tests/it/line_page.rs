//! U2: the line for browsers without scripts.

use crate::harness::{AdmissionTest, ORIGIN, PATIENCE, TestInstance, TestShopper};
use reqwest::{
    Client, Method, RequestBuilder, Response,
    header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN as ORIGIN_HEADER, SET_COOKIE},
    redirect::Policy,
};
use serde_json::Value;
use shared::{
    drop_message::DropMessage,
    line::{SettleOutcome, Settlement},
};
use testkit::{TestDevice, room::TestRoom, wait_until};

/// A browser with the cookies of one shopper.
struct Browser<'t> {
    test: &'t AdmissionTest,
    instance: &'t TestInstance,
    session: String,
    ticket: Option<String>,
}

/// What it was answered.
struct Answered {
    status: u16,
    location: String,
    text: String,
}

impl<'t> Browser<'t> {
    fn new(test: &'t AdmissionTest, instance: &'t TestInstance, shopper: &TestShopper) -> Self {
        let session = format!("__Host-sluice-session={}", shopper.session);
        Self { test, instance, session, ticket: None }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let cookies: Vec<&str> =
            [Some(self.session.as_str()), self.ticket.as_deref()].into_iter().flatten().collect();
        client.request(method, self.instance.url(path)).header(COOKIE, cookies.join("; "))
    }

    /// Sends a request, and keeps the ticket's cookie as it comes back.
    async fn send(&mut self, request: RequestBuilder) -> Answered {
        let response: Response = request.send().await.unwrap();
        let header = |name| {
            response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        if let Some(cookie) = header(SET_COOKIE).split(';').next().filter(|text| !text.is_empty()) {
            self.ticket = (!cookie.ends_with('=')).then(|| cookie.to_owned());
        }
        let (status, location) = (response.status().as_u16(), header(LOCATION));
        Answered { status, location, text: response.text().await.unwrap() }
    }

    fn line(&self) -> String {
        format!("/drops/{}/line", self.test.room.drop_id)
    }

    /// Sends the form of the drop's page.
    async fn join(&mut self, units: &str) -> Answered {
        let variant_id = self.test.room.variant_id;
        let form = format!("variant_id={variant_id}&units={units}");
        let request = self.request(Method::POST, &self.line()).header(ORIGIN_HEADER, ORIGIN);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(form)).await
    }

    /// Loads the page of the line.
    async fn look(&mut self) -> Answered {
        let request = self.request(Method::GET, &self.line());
        self.send(request).await
    }

    /// Loads it until it says this.
    async fn look_for(&mut self, part: &str) -> Answered {
        self.look_in("en", part).await
    }

    /// Loads it in a language until it says this.
    async fn look_in(&mut self, language: &str, part: &str) -> Answered {
        let path = format!("{}?lang={language}", self.line());
        for _ in 0..1000 {
            let request = self.request(Method::GET, &path);
            let page = self.send(request).await;
            if page.text.contains(part) || page.location.contains(part) {
                return page;
            }
            tokio::time::sleep(PATIENCE / 1000).await;
        }
        panic!("no page says {part}")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_joins_and_a_page_tells_the_place_and_reloads_itself() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let first = test.join(&instance, &TestShopper::new()).await;
    assert_eq!(first["position"], 1);
    let mut browser = Browser::new(&test, &instance, &TestShopper::new());
    let joined = browser.join("1").await;
    assert_eq!((joined.status, joined.location), (303, format!("{}?lang=en", browser.line())));

    let page = browser.look_for("<strong>2</strong>").await;
    assert_eq!(page.status, 200);
    for part in ["Waiting for the same item: 2", "http-equiv=\"refresh\"", "&#38;seen=1."] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("<script"), "{}", page.text);
    let again = browser.join("1").await;
    assert_eq!(again.status, 303, "{}", again.text);
    let counts = test.room.queue.counts(test.room.drop_id, TestRoom::EPOCH).await.unwrap();
    assert_eq!(counts.joined, 2, "whoever joins twice has one ticket");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_in_two_languages_is_read_in_that_of_the_page_and_told_whole_to_programs() {
    const TOLD: [(&str, &str); 2] = [("en", "Back at noon."), ("ko", "정오에 돌아와요.")];
    let mut test = AdmissionTest::empty().await;
    let [en, ko] = TOLD.map(|(_, text)| text.to_owned());
    test.room.config.message = Some(DropMessage::Each { en, ko }.kept());
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let view = wait_until("the message in a look at the ticket", PATIENCE, async || {
        let (_, view) = test.status(&instance, token).await;
        view["message"].is_object().then_some(view)
    })
    .await;
    let room = Client::new().get(instance.url(&test.path("room"))).send().await.unwrap();
    let room: Value = room.json().await.unwrap();
    for (language, text) in TOLD {
        for told in [&view, &room] {
            assert_eq!(told["message"][language], text, "{told}");
        }
    }

    let mut browser = Browser::new(&test, &instance, &TestShopper::new());
    browser.join("1").await;
    for (language, text) in TOLD {
        let page = browser.look_in(language, text).await;
        let shown = TOLD.map(|(_, text)| page.text.contains(text));
        assert_eq!(shown, TOLD.map(|(own, _)| own == language), "{}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_gets_the_ticket_that_a_script_has_got() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let shopper = TestShopper::new();
    let joined = test.join(&instance, &shopper).await;
    let mut browser = Browser::new(&test, &instance, &shopper);
    assert_eq!(browser.join("1").await.status, 303);
    let ticket = browser.ticket.clone().unwrap();
    let (_, token) = ticket.split_once('=').unwrap();
    let (_, view) = test.status(&instance, token).await;
    assert_eq!(view["ticket_id"], joined["ticket_id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_belongs_to_a_browsers_key_is_neither_shown_nor_given_up_without_scripts() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let mut browser = Browser::new(&test, &instance, &TestShopper::on(&TestDevice::generate()));
    assert_eq!(browser.join("1").await.status, 303);
    let page = browser.look().await;
    assert_eq!(page.status, 401);
    assert!(page.text.contains("Please turn JavaScript on"), "{}", page.text);
    assert!(!page.text.contains("<strong>1</strong>"), "{}", page.text);

    let leave = format!("{}/leave", browser.line());
    let request = browser.request(Method::POST, &leave).header(ORIGIN_HEADER, ORIGIN);
    let refused = browser.send(request).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text.contains("Please turn JavaScript on"), "{}", refused.text);
    let counts = test.room.queue.counts(test.room.drop_id, TestRoom::EPOCH).await.unwrap();
    assert_eq!(counts.waiting, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_takes_the_ticket_out_of_line_and_no_other_page_does() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let mut browser = Browser::new(&test, &instance, &TestShopper::new());
    browser.join("1").await;
    let leave = format!("{}/leave", browser.line());
    for foreign in ["https://evil.example", "null"] {
        let request = browser.request(Method::POST, &leave).header(ORIGIN_HEADER, foreign);
        assert_eq!(browser.send(request).await.status, 403, "{foreign}");
    }
    browser.look_for("<strong>1</strong>").await;

    let request = browser.request(Method::POST, &leave).header(ORIGIN_HEADER, ORIGIN);
    let left = browser.send(request).await;
    assert!(left.text.contains("You left the line"), "{}", left.text);
    assert_eq!(browser.ticket, None, "its cookie is gone");
    assert!(browser.look().await.text.contains("We can't find your place"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_refused_reads_why() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let mut browser = Browser::new(&test, &instance, &TestShopper::new());
    for (units, said) in
        [("9", "You can't buy this quantity"), ("many", "You can't buy this quantity")]
    {
        let refused = browser.join(units).await;
        assert_eq!(refused.status, 422, "{units}");
        assert!(refused.text.contains(said), "{units}: {}", refused.text);
    }
    browser.session = String::new();
    let nobody = browser.join("1").await;
    assert_eq!(nobody.status, 401);
    assert!(nobody.text.contains("Please allow cookies"), "{}", nobody.text);
    let counts = test.room.queue.counts(test.room.drop_id, TestRoom::EPOCH).await.unwrap();
    assert_eq!(counts.joined, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_turn_it_is_goes_on_to_their_order() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let mut browser = Browser::new(&test, &instance, &TestShopper::new());
    browser.join("1").await;
    let ticket = wait_until("the admission", PATIENCE, async || {
        test.room.admit(1).await.tickets.first().map(|one| one.ticket)
    })
    .await;
    let held = Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
    let (queue, drop_id) = (&test.room.queue, test.room.drop_id);
    queue.settle(drop_id, TestRoom::EPOCH, &[], &[held]).await.unwrap();
    let order = format!("/orders/{}/plain?lang=en", ticket.ticket_id);
    let turn = browser.look_for(&order).await;
    assert_eq!((turn.status, turn.location), (303, format!("{ORIGIN}{order}")));
}
