//! What the gaps of the page are filled with.

use crate::{room::Rise, routes::tickets::TicketView};
use edge::page::{Language, Template, Text};
use shared::{
    drops::{CloseReason, DropMode},
    ids::{DropId, TicketId},
    line::ShownState,
};

/// When a page asks again that could not tell anything, and one whose ticket is just being let in; seconds.
const RESTORING_S: u64 = 5;
const ADMITTING_S: u64 = 2;

/// The page of a line, in the language of its reader.
pub(super) struct LinePage {
    pub(super) language: Language,
    /// Where the shop's pages are.
    pub(super) shop: String,
    pub(super) drop_id: DropId,
}

impl LinePage {
    /// Returns its address.
    pub(super) fn address(&self) -> String {
        format!("/drops/{}/line?lang={}", self.drop_id, self.language.tag())
    }

    /// Returns the address of the order that a ticket has become.
    pub(super) fn order(&self, ticket_id: TicketId) -> String {
        format!("{}/orders/{ticket_id}/plain?lang={}", self.shop, self.language.tag())
    }

    /// Fills it for a ticket in line, or one that was.
    pub(super) fn place(&self, view: &TicketView) -> String {
        match view.state {
            ShownState::Waiting => self.fill("waiting", self.waiting(view)),
            ShownState::Admitting | ShownState::Held | ShownState::Finished => {
                self.fill("admitting", vec![self.reload(ADMITTING_S, &self.address())])
            }
            ShownState::Closed => {
                let reason = view.reason.unwrap_or(CloseReason::Closed);
                self.fill(&format!("closed_{reason}"), Vec::new())
            }
            ShownState::Left => self.fill("left", Vec::new()),
        }
    }

    /// Fills it for a browser that has no place, or none that counts.
    pub(super) fn lost(&self) -> String {
        self.fill("lost", Vec::new())
    }

    /// Fills it for a line that can't be asked now.
    pub(super) fn restoring(&self) -> String {
        self.fill("restoring", vec![self.reload(RESTORING_S, &self.address())])
    }

    /// Fills it for somebody who was refused, by the code.
    pub(super) fn refused(&self, code: &str) -> String {
        let shown = match code {
            "drop_not_open" | "drop_draining" | "drop_closed" | "sold_out" | "invalid_units"
            | "over_limit" | "cooling_down" | "members_only" | "invite_needed" => code,
            "session_required" | "session_invalid" | "session_on_other_host" => "session_required",
            "possession_needed" | "possession_refused" => "bound",
            _ => "later",
        };
        self.fill(shown, Vec::new())
    }

    fn waiting(&self, view: &TicketView) -> Vec<Text> {
        let position = view.position.unwrap_or(1);
        let mut here = self.address();
        here += &format!("&seen={}.{}.{position}", view.epoch, view.evn);
        if let Some(eta_s) = view.eta_p50_s {
            here += &format!("&eta={eta_s}");
        }
        let mut texts = vec![
            ("position", position.to_string()),
            ("waiting", view.waiting.unwrap_or(1).to_string()),
            ("message", self.said(view).unwrap_or_default().to_owned()),
            // No later than it is expected, so that it counts as being there all the time.
            self.reload((view.refresh_after_ms / 1000).max(1), &here),
            ("here", here),
        ];
        texts.extend(minutes(view.eta_p50_s, view.eta_p90_s));
        texts.extend(view.units_left.map(|left| ("left", left.to_string())));
        let marks = [view.standby.then_some("standby"), view.rise.map(risen), mode(view.mode)];
        texts.extend(marks.into_iter().flatten().map(|mark| (mark, "1".to_owned())));
        texts
    }

    /// The message to those who wait, in the language of the page.
    fn said<'v>(&self, view: &'v TicketView) -> Option<&'v str> {
        let message = view.message.as_ref()?;
        Some(match self.language {
            Language::English => message.english(),
            Language::Korean => message.korean(),
        })
    }

    fn reload(&self, after_s: u64, address: &str) -> Text {
        ("refresh", format!("{after_s}; url={address}"))
    }

    fn fill(&self, shown: &str, more: Vec<Text>) -> String {
        let mut texts = vec![
            ("lang", self.language.tag().to_owned()),
            ("shop", self.shop.clone()),
            ("drop", self.drop_id.to_string()),
        ];
        texts.extend(more);
        template(self.language).fill(shown, &texts, &[])
    }
}

fn template(language: Language) -> Template {
    Template(match language {
        Language::English => include_str!("../../../../web/dist/en/line.html"),
        Language::Korean => include_str!("../../../../web/dist/ko/line.html"),
    })
}

/// Says how long it takes, as a range of minutes; nothing while no time can be told.
fn minutes(p50_s: Option<u32>, p90_s: Option<u32>) -> Vec<Text> {
    let Some((p50_s, p90_s)) = p50_s.zip(p90_s) else { return Vec::new() };
    let low = (p50_s / 60).max(1);
    let high = p90_s.div_ceil(60).max(low + 1);
    vec![("low", low.to_string()), ("high", high.to_string())]
}

fn risen(rise: Rise) -> &'static str {
    match rise {
        Rise::Rebuild => "rise_rebuild",
        Rise::Operator => "rise_operator",
        Rise::Mode => "rise_mode",
        Rise::Returned => "rise_returned",
    }
}

fn mode(mode: DropMode) -> Option<&'static str> {
    match mode {
        DropMode::Running => None,
        DropMode::Paused => Some("mode_paused"),
        DropMode::Hold => Some("mode_hold"),
        DropMode::Drain => Some("mode_drain"),
        DropMode::Maintenance => Some("mode_maintenance"),
        DropMode::Stopped => Some("mode_stopped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> [LinePage; 2] {
        let (shop, drop_id) = ("https://shop.example".to_owned(), DropId::generate());
        [Language::English, Language::Korean].map(|language| LinePage {
            language,
            shop: shop.clone(),
            drop_id,
        })
    }

    #[test]
    fn every_reason_and_every_refusal_has_a_part_of_the_page() {
        for page in pages() {
            let mut filled = vec![page.lost(), page.restoring(), page.refused("room_full")];
            filled.extend(
                CloseReason::ALL
                    .iter()
                    .map(|reason| page.fill(&format!("closed_{reason}"), Vec::new())),
            );
            let codes = [
                "drop_closed",
                "sold_out",
                "invalid_units",
                "cooling_down",
                "members_only",
                "possession_needed",
            ];
            filled.extend(codes.map(|code| page.refused(code)));
            for text in filled {
                assert!(text.contains("<h2>"), "{text}");
                assert!(!text.contains("{{") && !text.contains("<!--"), "{text}");
            }
        }
    }

    #[test]
    fn a_time_is_told_as_a_range_of_minutes_or_not_at_all() {
        let told = |p50_s, p90_s| {
            let texts: Vec<String> = minutes(p50_s, p90_s).into_iter().map(|(_, n)| n).collect();
            texts.join("-")
        };
        assert_eq!(told(Some(10), Some(20)), "1-2");
        assert_eq!(told(Some(185), Some(301)), "3-6");
        assert_eq!(told(Some(240), None), "");
    }
}
