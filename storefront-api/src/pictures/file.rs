//! The name of a picture's file, `<id>-<width>.jpg`. It follows from what is in the file, so the file
//! never changes.

use database::selling::pictures::Picture;
use std::fmt;

/// Digits of an id: SHA-256 in hex.
const ID_LENGTH: usize = 64;
const MAX_WIDTH_DIGITS: usize = 4;

/// A file of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PictureFile {
    /// The picture's.
    pub(super) id: String,
    /// Pixels.
    pub(crate) width: i32,
}

impl PictureFile {
    /// Reads a name; `None` if it is none. What it lets through is safe in any path.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (id, width) = name.strip_suffix(".jpg")?.split_once('-')?;
        let is_digit = |byte: u8| byte.is_ascii_digit();
        let is_hex = |byte: u8| is_digit(byte) || matches!(byte, b'a'..=b'f');
        let is_id = id.len() == ID_LENGTH && id.bytes().all(is_hex);
        let is_width = (1..=MAX_WIDTH_DIGITS).contains(&width.len()) && width.bytes().all(is_digit);
        if !is_id || !is_width || width.starts_with('0') {
            return None;
        }
        Some(Self { id: id.to_owned(), width: width.parse().ok()? })
    }

    /// Lists the files of a picture, the narrowest first.
    pub(crate) fn all(picture: &Picture) -> impl Iterator<Item = Self> {
        picture.widths.iter().map(move |width| Self { id: picture.id.clone(), width: *width })
    }

    /// Returns its address on our host.
    pub(crate) fn path(&self) -> String {
        format!("/v1/pictures/{self}")
    }
}

impl fmt::Display for PictureFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}.jpg", self.id, self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_as_it_was_written() {
        let file = PictureFile { id: "ab".repeat(32), width: 1600 };
        assert_eq!(PictureFile::parse(&file.to_string()), Some(file));
    }

    #[test]
    fn what_is_no_name_leads_to_no_file() {
        let id = "ab".repeat(32);
        for name in [
            String::new(),
            id.clone(),
            format!("{id}-.jpg"),
            format!("{id}-320.png"),
            format!("{id}-0320.jpg"),
            format!("{id}-+320.jpg"),
            format!("{id}-32000.jpg"),
            format!("{id}-320.jpg/.."),
            format!("../{id}-320.jpg"),
            format!("{}-320.jpg", id.to_uppercase()),
            format!("{}-320.jpg", "../".repeat(22)),
        ] {
            assert_eq!(PictureFile::parse(&name), None, "{name}");
        }
    }
}
