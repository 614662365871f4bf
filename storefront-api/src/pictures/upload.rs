//! A picture as it comes: read, decoded and written anew. Only so many come at one time, since each
//! takes memory and a core.

use super::{
    file::PictureFile,
    scale::{PictureFault, Scaled, scale},
};
use crate::ApiError;
use aws_lc_rs::digest;
use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, header},
};
use database::selling::pictures::Picture;
use edge::LoadLimit;
use shared::ids::SellerId;
use std::{num::NonZeroU32, sync::Arc};
use tokio::{sync::Semaphore, task};

/// What a picture may be sent as. SVG is none of them: it may have scripts.
const MEDIA_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// Bytes of an upload, at most.
const MAX_BYTES: usize = 8 << 20;
/// Uploads under way, at most; half of them of one seller.
const MAX_UPLOADS: NonZeroU32 = NonZeroU32::MIN.saturating_add(7);
/// Pictures decoded at one time: each may take 400 MB.
const MAX_DECODED: usize = 2;

/// Takes pictures in.
#[derive(Debug)]
pub(super) struct Uploads {
    under_way: LoadLimit,
    decoders: Arc<Semaphore>,
}

/// A picture with its files, not kept yet.
#[derive(Debug)]
pub(crate) struct NewPicture {
    pub(super) picture: Picture,
    pub(super) files: Vec<(PictureFile, Vec<u8>)>,
}

impl Uploads {
    pub(super) fn new() -> Self {
        let under_way = LoadLimit::of("uploads", MAX_UPLOADS);
        Self { under_way, decoders: Arc::new(Semaphore::new(MAX_DECODED)) }
    }

    /// Reads the picture that a seller sends.
    pub(super) async fn receive(
        &self,
        seller_id: SellerId,
        request: Request,
    ) -> Result<NewPicture, ApiError> {
        if !is_picture(request.headers()) {
            return Err(ApiError::PictureUnsupported);
        }
        let _under_way = self.under_way.enter(&seller_id)?;
        let upload = edge::extract::file(request, MAX_BYTES).await?;
        let scaled = self.scaled(upload).await?;
        Ok(NewPicture::new(seller_id, scaled))
    }

    async fn scaled(&self, upload: Bytes) -> Result<Scaled, ApiError> {
        let Ok(place) = Arc::clone(&self.decoders).acquire_owned().await else {
            return Err(ApiError::Overloaded);
        };
        let work = task::spawn_blocking(move || {
            let _place = place;
            scale(&upload)
        });
        match work.await {
            Ok(scaled) => Ok(scaled?),
            // Decoders may panic over what somebody has bent on purpose.
            Err(error) => {
                tracing::warn!(%error, "could not decode a picture");
                Err(PictureFault::Broken.into())
            }
        }
    }
}

impl NewPicture {
    fn new(seller_id: SellerId, scaled: Scaled) -> Self {
        let id = name(seller_id, &scaled);
        let pixels = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
        let widths = scaled.files.iter().map(|(width, _)| pixels(*width)).collect();
        let picture = Picture { id, widths, height: pixels(scaled.height) };
        let bytes = scaled.files.into_iter().map(|(_, bytes)| bytes);
        let files = PictureFile::all(&picture).zip(bytes).collect();
        Self { picture, files }
    }
}

/// Returns the id of a picture. It covers the seller, so that nobody learns whether another has the
/// same picture, and no file belongs to two.
fn name(seller_id: SellerId, scaled: &Scaled) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(seller_id.as_bytes());
    for (_, bytes) in &scaled.files {
        context.update(&(bytes.len() as u64).to_be_bytes());
        context.update(bytes);
    }
    hex::encode(context.finish())
}

fn is_picture(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    MEDIA_TYPES.iter().any(|known| media_type.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled() -> Scaled {
        Scaled { files: vec![(320, vec![1, 2]), (640, vec![3])], height: 480 }
    }

    #[test]
    fn a_picture_has_one_name_for_each_seller_and_content() {
        let (one, other) = (SellerId::generate(), SellerId::generate());
        let picture = NewPicture::new(one, scaled());
        assert_eq!(picture.picture.widths, [320, 640]);
        let addresses: Vec<_> = picture.files.iter().map(|(file, _)| file.to_string()).collect();
        assert_eq!(addresses[1], format!("{}-640.jpg", picture.picture.id));
        assert_eq!(PictureFile::parse(&addresses[0]).as_ref(), Some(&picture.files[0].0));

        assert_eq!(name(one, &scaled()), picture.picture.id);
        assert_ne!(name(other, &scaled()), picture.picture.id);
        let cut_elsewhere = Scaled { files: vec![(320, vec![1]), (640, vec![2, 3])], height: 480 };
        assert_ne!(name(one, &cut_elsewhere), picture.picture.id);
    }

    #[test]
    fn only_pictures_are_sent_as_such() {
        let sent_as = |media_type: &'static str| {
            let value = header::HeaderValue::from_static(media_type);
            is_picture(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)]))
        };
        assert!(sent_as("image/png") && sent_as("Image/JPEG; charset=binary"));
        assert!(!sent_as("image/svg+xml") && !sent_as("image/*") && !sent_as("text/html"));
        assert!(!is_picture(&HeaderMap::new()));
    }
}
