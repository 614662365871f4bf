//! One picture in several widths, written anew as JPEG.

use super::jpeg_end::has_end;
use crate::ApiError;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
    codecs::jpeg::JpegEncoder,
    imageops::{self, FilterType},
};
use std::io::Cursor;

/// Widths that are made of a picture, unless it is narrower, pixels.
const WIDTHS: [u32; 3] = [1600, 800, 320];
/// Pixels of a picture, at most, and of its longer side.
const MAX_PIXELS: u64 = 40_000_000;
const MAX_SIDE: u32 = 10_000;
/// Memory of a decoded picture, at most: all of those pixels, with 8 bits for each of four channels.
const MAX_DECODED: u64 = 192 << 20;
/// Of 100; more makes files much larger and hardly better.
const QUALITY: u8 = 82;

/// A picture in several widths.
#[derive(Debug)]
pub(super) struct Scaled {
    /// Width and JPEG of each, the narrowest first.
    pub(super) files: Vec<(u32, Vec<u8>)>,
    /// Of the widest.
    pub(super) height: u32,
}

/// Why nothing can be made of what was uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PictureFault {
    /// Neither JPEG, PNG nor WebP.
    Unsupported,
    /// More pixels than may be, or more memory.
    TooLarge,
    /// Damaged, or cut off.
    Broken,
}

impl From<PictureFault> for ApiError {
    fn from(fault: PictureFault) -> Self {
        match fault {
            PictureFault::Unsupported => Self::PictureUnsupported,
            PictureFault::TooLarge => Self::PictureTooLarge,
            PictureFault::Broken => Self::PictureBroken,
        }
    }
}

impl From<ImageError> for PictureFault {
    fn from(error: ImageError) -> Self {
        if matches!(error, ImageError::Limits(_)) { Self::TooLarge } else { Self::Broken }
    }
}

/// Makes a picture of each width that it has, and none that is wider. Takes a core for a second.
///
/// # Errors
///
/// Returns the [`PictureFault`] of what is no picture, or one that is too large.
pub(super) fn scale(upload: &[u8]) -> Result<Scaled, PictureFault> {
    let mut picture = shrunk(on_white(decode(upload)?), WIDTHS[0]);
    let height = picture.height();
    let mut files = vec![(picture.width(), jpeg(&picture)?)];
    for width in WIDTHS {
        if width < picture.width() {
            picture = shrunk(picture, width);
            files.push((width, jpeg(&picture)?));
        }
    }
    files.reverse();
    Ok(Scaled { files, height })
}

/// Decodes what the bytes say that they are, whatever anybody else says; upright, as it was taken.
fn decode(upload: &[u8]) -> Result<DynamicImage, PictureFault> {
    let format = image::guess_format(upload).map_err(|_| PictureFault::Unsupported)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PictureFault::Unsupported);
    }
    if format == ImageFormat::Jpeg && !has_end(upload) {
        return Err(PictureFault::Broken);
    }
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    reader.limits(limits());
    // So far only the head was read: what it promises is looked at before there is memory for it.
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PictureFault::Broken);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED {
        return Err(PictureFault::TooLarge);
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    limits
}

/// Puts a picture on white: a JPEG has nothing that can be seen through.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let sheer = picture.into_rgba8();
    let mut flat = RgbImage::new(sheer.width(), sheer.height());
    for (flat, sheer) in flat.pixels_mut().zip(sheer.pixels()) {
        let [red, green, blue, alpha] = sheer.0;
        *flat = Rgb([red, green, blue].map(|channel| mixed_with_white(channel, alpha)));
    }
    flat
}

fn mixed_with_white(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u16::from(channel), u16::from(alpha));
    ((channel * alpha + 255 * (255 - alpha)) / 255) as u8
}

/// Makes a picture smaller, unless it is small enough.
fn shrunk(picture: RgbImage, width: u32) -> RgbImage {
    if picture.width() <= width {
        return picture;
    }
    let height = height_at(&picture, width);
    // The fine way takes 16 bytes for each column of what it starts from and each row of what it
    // makes, so a large picture goes the first part of the way coarsely.
    let near = if picture.width() > 2 * width {
        imageops::thumbnail(&picture, 2 * width, height_at(&picture, 2 * width))
    } else {
        picture
    };
    imageops::resize(&near, width, height, FilterType::CatmullRom)
}

/// Returns the height of a picture that is made as wide as this.
fn height_at(picture: &RgbImage, width: u32) -> u32 {
    let (own_width, own_height) = (u64::from(picture.width()), u64::from(picture.height()));
    let height = (own_height * u64::from(width) + own_width / 2) / own_width;
    u32::try_from(height).unwrap_or(u32::MAX).max(1)
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, PictureFault> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// The widths of what is made of a picture, and the height of the widest.
    fn made_of(width: u32, height: u32) -> (Vec<u32>, u32) {
        let scaled = scale(&png(RgbImage::new(width, height))).unwrap();
        for (width, jpeg) in &scaled.files {
            assert_eq!(image::load_from_memory(jpeg).unwrap().width(), *width);
        }
        (scaled.files.iter().map(|(width, _)| *width).collect(), scaled.height)
    }

    #[test]
    fn no_picture_is_made_wider_than_it_is() {
        assert_eq!(made_of(200, 100), (vec![200], 100));
        assert_eq!(made_of(320, 640), (vec![320], 640));
        assert_eq!(made_of(801, 10), (vec![320, 800, 801], 10));
        assert_eq!(made_of(1600, 900), (vec![320, 800, 1600], 900));
        assert_eq!(made_of(3400, 3), (vec![320, 800, 1600], 1));
    }

    #[test]
    fn what_can_be_seen_through_is_on_white() {
        let sheer = RgbaImage::from_pixel(40, 40, Rgba([255, 0, 0, 0]));
        let half = RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 128]));
        for (picture, wanted) in [(sheer, 255), (half, 127)] {
            let scaled = scale(&png(picture)).unwrap();
            let shown = image::load_from_memory(&scaled.files[0].1).unwrap().into_rgb8();
            for channel in shown.get_pixel(20, 20).0 {
                assert!(channel.abs_diff(wanted) < 4, "{channel} and not {wanted}");
            }
        }
    }

    #[test]
    fn all_depths_are_taken() {
        let pictures = [
            DynamicImage::new_luma8(30, 20),
            DynamicImage::new_luma_a8(30, 20),
            DynamicImage::new_luma16(30, 20),
            DynamicImage::new_rgb16(30, 20),
            DynamicImage::new_rgba16(30, 20),
        ];
        for picture in pictures {
            let color = picture.color();
            assert_eq!(scale(&png(picture)).unwrap().height, 20, "{color:?}");
        }
    }

    #[test]
    fn what_is_no_picture_has_a_fault() {
        for upload in ["", "GIF89a", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"] {
            assert_eq!(scale(upload.as_bytes()).unwrap_err(), PictureFault::Unsupported);
        }
        let whole = png(RgbImage::new(10_001, 1));
        assert_eq!(scale(&whole).unwrap_err(), PictureFault::TooLarge);
        let whole = png(RgbImage::new(30, 20));
        assert_eq!(scale(&whole[..whole.len() / 2]).unwrap_err(), PictureFault::Broken);
    }
}
