//! Pictures that are uploaded, right and wrong ones.

use crate::{
    answer::Answer,
    shop::{Shop, TestSeller, Who},
};
use flate2::{Compression, Crc, write::ZlibEncoder};
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::{Method, header::CONTENT_TYPE};
use std::io::{Cursor, Write as _};

/// What pictures are sent as.
pub(crate) const KINDS: [(&str, ImageFormat); 3] = [
    ("image/jpeg", ImageFormat::Jpeg),
    ("image/png", ImageFormat::Png),
    ("image/webp", ImageFormat::WebP),
];

/// A picture in which hardly two pixels are alike, in a format.
pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let pixel = |x: u32, y: u32| Rgb([x as u8, y as u8, (x * y) as u8]);
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(width, height, pixel).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A small PNG.
pub(crate) fn small() -> Vec<u8> {
    picture(60, 40, ImageFormat::Png)
}

/// A JPEG that says how it was held, and something that is nobody's business.
pub(crate) fn with_exif(jpeg: &[u8], orientation: u8, secret: &str) -> Vec<u8> {
    // One entry, of the tag 0x0112, and no further directory.
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(secret.as_bytes());
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, exif.as_slice(), &jpeg[2..]].concat()
}

/// A PNG of a few bytes that promises as many pixels on each side.
pub(crate) fn bomb(side: u32) -> Vec<u8> {
    let side = side.to_be_bytes();
    let head = [side.as_slice(), &side, &[8, 2, 0, 0, 0]].concat();
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::best());
    pixels.write_all(&[0; 100_000]).unwrap();
    let pixels = pixels.finish().unwrap();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", pixels), (b"IEND", Vec::new())] {
        let mut sum = Crc::new();
        sum.update(kind);
        sum.update(&data);
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        png.extend(kind);
        png.extend(&data);
        png.extend(sum.sum().to_be_bytes());
    }
    png
}

/// Where the picture of a seller's product is put.
pub(crate) fn of_product(seller: &TestSeller) -> String {
    format!("/v1/seller/products/{}/picture", seller.product_id)
}

pub(crate) async fn put(
    shop: &Shop,
    path: &str,
    who: &Who,
    media_type: &str,
    bytes: Vec<u8>,
) -> Answer {
    let request = shop.request(Method::PUT, path, who).header(CONTENT_TYPE, media_type);
    Answer::read(request.body(bytes).send().await.unwrap()).await
}
