//! Calendar files (RFC 5545) with one event.

use jiff::Timestamp;
use std::fmt::Write as _;

/// Bytes of a line, at most, its end apart.
const LINE: usize = 75;

/// What a calendar file says.
#[derive(Clone, Debug)]
pub(crate) struct CalendarEvent<'a> {
    /// Names the event for ever: a calendar that has it already changes it.
    pub(crate) uid: String,
    /// Raised when the event changes.
    pub(crate) sequence: i64,
    pub(crate) starts_at: Timestamp,
    /// `None` for a moment.
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) summary: &'a str,
    pub(crate) description: String,
    /// Where there is more of it.
    pub(crate) url: &'a str,
    /// Whether it does not take place.
    pub(crate) is_cancelled: bool,
}

impl CalendarEvent<'_> {
    /// Writes the file; `now` is when that is.
    pub(crate) fn file(&self, now: Timestamp) -> String {
        let status = if self.is_cancelled { "CANCELLED" } else { "CONFIRMED" };
        let mut lines = vec![
            ("BEGIN", "VCALENDAR".to_owned()),
            ("VERSION", "2.0".to_owned()),
            ("PRODID", "-//Sluice//Sluice//EN".to_owned()),
            ("BEGIN", "VEVENT".to_owned()),
            ("UID", self.uid.clone()),
            ("SEQUENCE", self.sequence.to_string()),
            ("DTSTAMP", moment(now)),
            ("DTSTART", moment(self.starts_at)),
        ];
        lines.extend(self.ends_at.map(|ends_at| ("DTEND", moment(ends_at))));
        lines.extend([
            ("SUMMARY", escaped(self.summary)),
            ("DESCRIPTION", escaped(&self.description)),
            ("URL", self.url.to_owned()),
            ("STATUS", status.to_owned()),
            // Who means to be there may do something else meanwhile.
            ("TRANSP", "TRANSPARENT".to_owned()),
            ("END", "VEVENT".to_owned()),
            ("END", "VCALENDAR".to_owned()),
        ]);
        lines.iter().map(|(name, value)| folded(name, value)).collect()
    }
}

/// Writes a moment in UTC.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Writes a text so that it stays one value. Control characters other than line breaks and tabs are
/// left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                // A string takes every write.
                let _ = write!(escaped, "\\{letter}");
            }
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() && letter != '\t' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Writes a line; one that is too long goes on in the next, after a space.
fn folded(name: &str, value: &str) -> String {
    let (mut line, mut room) = (String::new(), LINE);
    for letter in name.chars().chain([':']).chain(value.chars()) {
        if letter.len_utf8() > room {
            line.push_str("\r\n ");
            room = LINE - 1;
        }
        line.push(letter);
        room -= letter.len_utf8();
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "0199c0de-0000-7000-8000-000000000031";

    fn event<'a>(summary: &'a str, description: &str) -> CalendarEvent<'a> {
        CalendarEvent {
            uid: UID.to_owned(),
            sequence: 3,
            starts_at: "2027-03-05T18:00:00Z".parse().unwrap(),
            ends_at: Some("2027-03-05T20:30:00Z".parse().unwrap()),
            summary,
            description: description.to_owned(),
            url: "https://shop.example/drops/1",
            is_cancelled: false,
        }
    }

    fn file(event: &CalendarEvent<'_>) -> String {
        event.file("2027-03-01T08:09:10Z".parse().unwrap())
    }

    #[test]
    fn a_calendar_file_says_when_and_what() {
        let wanted = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Sluice//Sluice//EN",
            "BEGIN:VEVENT",
            "UID:0199c0de-0000-7000-8000-000000000031",
            "SEQUENCE:3",
            "DTSTAMP:20270301T080910Z",
            "DTSTART:20270305T180000Z",
            "DTEND:20270305T203000Z",
            "SUMMARY:Friday drop",
            "DESCRIPTION:Lamps",
            "URL:https://shop.example/drops/1",
            "STATUS:CONFIRMED",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(file(&event("Friday drop", "Lamps")), wanted.join("\r\n"));
    }

    #[test]
    fn what_has_no_end_or_was_called_off_says_so() {
        let called_off = CalendarEvent { ends_at: None, is_cancelled: true, ..event("Lamps", "") };
        let file = file(&called_off);
        assert!(!file.contains("DTEND") && file.contains("\r\nSTATUS:CANCELLED\r\n"), "{file}");
    }

    #[test]
    fn a_text_stays_one_value_and_begins_no_property() {
        let file = file(&event("a, b; c\\n\u{0}\r", "one\nEND:VEVENT\r\nATTACH:x\ttwo"));
        assert!(file.contains("\r\nSUMMARY:a\\, b\\; c\\\\n\r\n"), "{file}");
        let description = "\r\nDESCRIPTION:one\\nEND:VEVENT\\nATTACH:x\ttwo\r\n";
        assert!(file.contains(description), "{file}");
    }

    #[test]
    fn no_line_is_longer_than_may_be_and_no_letter_is_cut() {
        let long = "드롭이 열려요 ✨ ".repeat(40);
        let file = file(&event("Lamps", &long));
        assert!(file.split("\r\n").all(|line| line.len() <= LINE), "{file}");
        let unfolded = file.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("\r\nDESCRIPTION:{long}\r\n")), "{unfolded}");
        assert!(!file.replace("\r\n", "").contains(['\r', '\n']));
    }
}
