//! Whether a JPEG is whole. Its decoder paints grey what is missing, and says nothing.

/// Ends a picture.
const END_OF_IMAGE: u8 = 0xd9;

/// Whether a JPEG goes on to its end marker. What follows that counts for nothing.
pub(super) fn has_end(jpeg: &[u8]) -> bool {
    // The first marker has no length.
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let Some(at) = rest.windows(2).position(is_marker) {
        if rest[at + 1] == END_OF_IMAGE {
            return true;
        }
        let length = rest
            .get(at + 2..at + 4)
            .map_or(0, |length| usize::from(u16::from_be_bytes([length[0], length[1]])));
        rest = rest.get(at + 2 + length..).unwrap_or_default();
    }
    false
}

/// Whether two bytes begin a segment. Within the pixels, 0xff is followed by 0, or by the number of a
/// restart; any number of 0xff may stand before a marker.
fn is_marker(pair: &[u8]) -> bool {
    pair[0] == 0xff && !matches!(pair[1], 0 | 0xff | 0xd0..=0xd7)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &[u8] = b"\xff\xd8";
    /// A segment with a whole picture in it, such as a preview.
    const PREVIEW: &[u8] = b"\xff\xe1\x00\x06\xff\xd8\xff\xd9";
    const PIXELS: &[u8] = b"\xff\xda\x00\x03\x01pix\xff\x00els\xff\xd3more";

    #[test]
    fn a_whole_picture_ends_and_one_that_is_cut_off_does_not() {
        let cut_off = [START, PREVIEW, PIXELS].concat();
        assert!(has_end(&[cut_off.as_slice(), b"\xff\xd9"].concat()));
        assert!(has_end(&[cut_off.as_slice(), b"\xff\xff\xd9 and a film"].concat()));
        for length in 0..=cut_off.len() {
            assert!(!has_end(&cut_off[..length]), "{length}");
        }
    }
}
