//! A page with gaps, as `web/build` makes it.
//!
//! `{{name}}` takes a text, `{{?name}}..{{end}}` stays where there is one, and `{{!name}}..{{end}}` where
//! there is none. `<!--if a b-->..<!--end-->`
//! stays where `a` or `b` is shown, and `<!--each-->..<!--end-->` comes once for each row, with gaps of
//! its own. Blocks stand within no other block, and no `{{?name}}` or `{{!name}}` within another.

use std::fmt::Write as _;

const MARK: &str = "<!--";
const EACH: &str = "each-->";
const IF: &str = "if ";
const END: &str = "<!--end-->";
const GAP_END: &str = "{{end}}";

/// The name of a gap, and what it is filled with.
pub type Text = (&'static str, String);

/// A page with gaps.
#[derive(Clone, Copy, Debug)]
pub struct Template(pub &'static str);

impl Template {
    /// Fills the page. A gap without a text stays empty.
    #[must_use]
    pub fn fill(self, shown: &str, texts: &[Text], rows: &[Vec<Text>]) -> String {
        let (mut page, mut rest) = (String::with_capacity(2 * self.0.len()), self.0);
        while let Some((before, marked)) = rest.split_once(MARK) {
            put(&mut page, before, texts);
            let (block, after) = marked.split_once(END).unwrap_or((marked, ""));
            if let Some(row) = block.strip_prefix(EACH) {
                rows.iter().for_each(|texts| put(&mut page, row, texts));
            } else if let Some((name, body)) = block.split_once("-->")
                && name
                    .strip_prefix(IF)
                    .is_some_and(|names| names.split(' ').any(|one| one == shown))
            {
                put(&mut page, body, texts);
            }
            rest = after;
        }
        put(&mut page, rest, texts);
        page
    }
}

/// Appends a part of a page with its gaps filled.
fn put(page: &mut String, part: &str, texts: &[Text]) {
    let mut rest = part;
    while let Some((before, gap)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, after) = gap.split_once("}}").unwrap_or((gap, ""));
        let is_there = |name: &str| !text_of(name, texts).is_empty();
        rest = if let Some(name) = name.strip_prefix('?') {
            put_if(page, is_there(name), after, texts)
        } else if let Some(name) = name.strip_prefix('!') {
            put_if(page, !is_there(name), after, texts)
        } else {
            escape(page, text_of(name, texts));
            after
        };
    }
    page.push_str(rest);
}

/// Appends a part of a page up to its end, if it stays; returns what comes after the part.
fn put_if<'p>(page: &mut String, stays: bool, part: &'p str, texts: &[Text]) -> &'p str {
    let (body, after) = part.split_once(GAP_END).unwrap_or((part, ""));
    if stays {
        put(page, body, texts);
    }
    after
}

fn text_of<'t>(name: &str, texts: &'t [Text]) -> &'t str {
    texts.iter().find(|(of, _)| *of == name).map_or("", |(_, text)| text)
}

/// Appends a text so that it is nothing but text, in an element and in an attribute.
fn escape(page: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' | '<' | '>' | '"' | '\'' => {
                // A string takes every write.
                let _ = write!(page, "&#{};", u32::from(letter));
            }
            letter => page.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_with_text_and_with_nothing_else() {
        let page = Template("<h1>{{title}}</h1><a title=\"{{title}}\">{{other}}</a>");
        let title = "</h1><script>\"{{other}}\" & 'it'";
        let filled = page.fill("", &[("title", title.to_owned())], &[]);
        let text = "&#60;/h1&#62;&#60;script&#62;&#34;{{other}}&#34; &#38; &#39;it&#39;";
        assert_eq!(filled, format!("<h1>{text}</h1><a title=\"{text}\"></a>"));
    }

    #[test]
    fn a_part_for_a_text_stays_where_there_is_one() {
        let page = Template("a{{?src}}<img src=\"{{src}}\">{{end}}b{{?alt}}{{alt}}{{end}}c");
        assert_eq!(page.fill("", &[("src", "/x".to_owned())], &[]), "a<img src=\"/x\">bc");
        assert_eq!(page.fill("", &[("src", String::new())], &[]), "abc");
    }

    #[test]
    fn a_part_for_no_text_stays_where_there_is_none() {
        let page = Template("{{?src}}<img>{{end}}{{!src}}Sluice{{end}}.");
        assert_eq!(page.fill("", &[("src", "/x".to_owned())], &[]), "<img>.");
        assert_eq!(page.fill("", &[], &[]), "Sluice.");
    }

    #[test]
    fn only_what_is_shown_stays_and_each_row_comes_once() {
        let page = Template(
            "a<!--if open-->b{{n}}<!--end-->c<!--if closed sold_out-->d<!--end--><!--each-->[{{n}}]<!--end-->e",
        );
        let row = |n: &str| vec![("n", n.to_owned())];
        assert_eq!(page.fill("open", &row("1"), &[row("2"), row("3")]), "ab1c[2][3]e");
        assert_eq!(page.fill("closed", &row("1"), &[]), "acde");
    }
}
