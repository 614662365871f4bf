//! A picture as the API shows it.

use crate::pictures::PictureFile;
use database::selling::pictures::Picture;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A picture, as JPEG in several widths.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PictureResponse {
    /// The path of each file on this host, by its width in pixels: 320, 800 and 1600, or up to the
    /// width that was sent. What is at a path never changes.
    urls: BTreeMap<String, String>,
    /// Width of the widest, pixels.
    width: i32,
    /// Height of the widest, pixels.
    height: i32,
}

impl From<Picture> for PictureResponse {
    fn from(picture: Picture) -> Self {
        let files = PictureFile::all(&picture);
        Self {
            urls: files.map(|file| (file.width.to_string(), file.path())).collect(),
            width: picture.widths.last().copied().unwrap_or_default(),
            height: picture.height,
        }
    }
}
