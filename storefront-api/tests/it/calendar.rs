//! Drops as calendar files.

use crate::{
    answer::text,
    shop::{NOBODY, SOON, Shop, drop_body},
};
use serde_json::json;
use testkit::wait_until;

/// The value of a property; the file has it once.
fn property(file: &str, name: &str) -> String {
    let unfolded = file.replace("\r\n ", "");
    let mut found =
        unfolded.split("\r\n").filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let value = found.next().unwrap_or_else(|| panic!("no {name} in {file}")).to_owned();
    assert_eq!(found.next(), None, "{name} twice in {file}");
    value
}

#[tokio::test]
async fn a_scheduled_drop_goes_into_a_calendar() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["title"] = json!("Lamps, brass; the last");
    body["opens_at"] = json!("2033-03-05T18:00:00Z");
    body["closes_at"] = json!("2033-03-05T20:00:00Z");
    let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let drop_id = text(&made, "id");
    let path = format!("/v1/drops/{drop_id}/calendar.ics");
    let file = shop.get(&path, &NOBODY).await;
    assert_eq!(file.headers["content-type"], "text/calendar; charset=utf-8");
    let disposition = format!("attachment; filename=\"drop-{drop_id}.ics\"");
    assert_eq!(file.headers["content-disposition"], disposition.as_str());
    let page = format!("{}/drops/{drop_id}", shop.url);
    for (name, wanted) in [
        ("UID", drop_id.as_str()),
        ("DTSTART", "20330305T180000Z"),
        ("DTEND", "20330305T200000Z"),
        ("SUMMARY", "Lamps\\, brass\\; the last"),
        ("URL", page.as_str()),
        ("STATUS", "CONFIRMED"),
    ] {
        assert_eq!(property(&file.text, name), wanted);
    }
    let first: u32 = property(&file.text, "SEQUENCE").parse().unwrap();

    let later = json!({ "opens_at": "2033-03-06T18:00:00Z" });
    let schedule = format!("/v1/seller/drops/{drop_id}/schedule");
    shop.post(&schedule, &seller.who, &later).await.expect(200);
    let moved = wait_until("the new time", SOON, async || {
        let file = shop.get(&path, &NOBODY).await.text;
        (property(&file, "DTSTART") == "20330306T180000Z").then_some(file)
    })
    .await;
    assert_eq!(property(&moved, "UID"), drop_id);
    assert!(property(&moved, "SEQUENCE").parse::<u32>().unwrap() > first, "{moved}");

    let cancel = format!("/v1/seller/drops/{drop_id}/cancel");
    shop.post(&cancel, &seller.who, &json!({ "reason": "no lamps" })).await.expect(200);
    wait_until("the end", SOON, async || {
        let file = shop.get(&path, &NOBODY).await.text;
        (property(&file, "STATUS") == "CANCELLED").then_some(())
    })
    .await;
}

#[tokio::test]
async fn nobody_finds_a_draft_in_a_calendar() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["opens_at"] = json!(null);
    body["closes_at"] = json!(null);
    let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let path = format!("/v1/drops/{}/calendar.ics", text(&made, "id"));
    shop.get(&path, &NOBODY).await.expect_problem(404, "drop_not_found");
}
