//! What the gaps of these pages are filled with.

use crate::pages::{moment, price};
use database::ordering::order_views::OrderView;
use edge::page::{Language, Template, Text};
use jiff::Timestamp;
use shared::{
    ids::{DropId, PaymentId},
    lifecycle::TicketState,
};

/// How long a payment under way is waited for before the page asks again, seconds.
const MOVING_S: i64 = 2;
/// Refusals that have words of their own; the others share some.
const PROBLEMS: [&str; 3] = ["hold_expired", "too_many_attempts", "units_not_held"];

fn template(language: Language) -> Template {
    Template(match language {
        Language::English => include_str!("../../../../web/dist/en/plain_order.html"),
        Language::Korean => include_str!("../../../../web/dist/ko/plain_order.html"),
    })
}

/// Fills the page of an order as it is at `now`; `problem` is the code of what was refused before.
pub(super) fn order(
    language: Language,
    order: &OrderView,
    problem: Option<&str>,
    now: Timestamp,
) -> String {
    let (mut texts, state) = (texts(language, order), order.state);
    let left_s = order.hold_expires_at.map(|until| (until.as_second() - now.as_second()).max(0));
    if let Some((until, left_s)) = order.hold_expires_at.zip(left_s) {
        let time = format!("{}:{:02}", left_s / 60, left_s % 60);
        texts.extend([("until", moment(until)), ("time", time)]);
    }
    if let Some(after_s) = reload_after(state, left_s) {
        let address = format!("/orders/{}/plain?lang={}", order.id, language.tag());
        texts.push(("refresh", format!("{after_s}; url={address}")));
    }
    if let Some(problem) = problem {
        let known = PROBLEMS.iter().find(|code| **code == problem);
        texts.push((known.copied().unwrap_or("other"), "1".to_owned()));
    }
    template(language).fill(shown(state), &texts, &[])
}

/// Fills the page of an order that there is not, or not for whoever asks.
pub(super) fn missing_order(language: Language) -> String {
    template(language).fill("missing", &[("lang", language.tag().to_owned())], &[])
}

/// Fills the page for somebody who would have work to prove first.
pub(super) fn busy(language: Language, drop_id: DropId) -> String {
    let texts = [("lang", language.tag().to_owned()), ("drop", drop_id.to_string())];
    template(language).fill("proof", &texts, &[])
}

fn texts(language: Language, order: &OrderView) -> Vec<Text> {
    let mark = |applies: bool| if applies { "1".to_owned() } else { String::new() };
    vec![
        ("lang", language.tag().to_owned()),
        ("drop", order.drop_id.to_string()),
        ("order", order.id.to_string()),
        ("title", order.flash_drop.title.clone()),
        ("variant", order.variant_name.clone().unwrap_or_default()),
        ("units", order.units.to_string()),
        ("amount", price(order.amount_minor, &order.currency)),
        ("key", PaymentId::generate().to_string()),
        ("choose", mark(order.may_choose())),
        ("declined", mark(order.reason.as_deref() == Some("declined"))),
        ("refunded", mark(order.is_refunded == Some(true))),
        ("refunding", mark(order.is_refunded == Some(false))),
    ]
}

/// Returns which part of the page is shown: visits to sites share some.
fn shown(state: TicketState) -> &'static str {
    match state {
        TicketState::Passed => "visit",
        TicketState::Redeemed | TicketState::Visited => "visited",
        state => state.as_str(),
    }
}

/// Returns the seconds after which something may have changed; `None` while nothing will by itself. A page on
/// which a card is chosen stays as it is until the time to pay is over.
fn reload_after(state: TicketState, left_s: Option<i64>) -> Option<i64> {
    match state {
        TicketState::Authorizing | TicketState::Authorized | TicketState::Capturing => {
            Some(MOVING_S)
        }
        TicketState::Reserved => left_s.map(|left_s| left_s + MOVING_S),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reloads_itself_while_something_goes_on_and_then_no_more() {
        assert_eq!(reload_after(TicketState::Authorizing, Some(90)), Some(MOVING_S));
        assert_eq!(reload_after(TicketState::Reserved, Some(90)), Some(90 + MOVING_S));
        for state in [TicketState::Confirmed, TicketState::Expired, TicketState::Cancelled] {
            assert_eq!(reload_after(state, None), None, "{state}");
        }
    }

    #[test]
    fn every_state_of_an_order_has_a_part_of_the_page() {
        for language in [Language::English, Language::Korean] {
            for state in TicketState::ALL.iter().filter(|state| state.is_order_state()) {
                let page = template(language).fill(shown(*state), &[], &[]);
                assert!(page.contains("<h2>"), "{state}");
            }
            for page in [missing_order(language), busy(language, DropId::generate())] {
                assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
                assert!(!page.contains("{{") && !page.contains("<!--"), "{page}");
            }
        }
    }
}
