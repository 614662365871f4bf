//! Texts as the storefront takes them.

/// Returns the beginning of a text, without control characters.
pub(super) fn cut(text: &str, max_chars: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(max_chars).collect()
}
