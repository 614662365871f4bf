//! Frames as a server writes them to a WebSocket: a header, then the text.
//!
//! They are encoded into a buffer that all frames of a thread share.

use super::Frame;
use std::cell::RefCell;
use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Data, OpCode},
};

/// Room for the longest header that a server writes.
const HEADROOM: usize = 10;
/// Larger buffers are given back; only an operator's message makes a frame so large.
const KEPT_BYTES: usize = 4096;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Hands on a frame as a server writes it.
pub(super) fn encoded<T>(frame: &Frame, write: impl FnOnce(&[u8]) -> T) -> T {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        buffer.shrink_to(KEPT_BYTES);
        buffer.extend_from_slice(&[0; HEADROOM]);
        frame.append_json(buffer);
        let begin = put_header(buffer);
        write(&buffer[begin..])
    })
}

/// Puts the header right before the text, which begins after the headroom. Returns where.
fn put_header(buffer: &mut [u8]) -> usize {
    let length = (buffer.len() - HEADROOM) as u64;
    let header = FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
    let begin = HEADROOM - header.len(length);
    let mut room = &mut buffer[begin..HEADROOM];
    // There is just enough room.
    let _ = header.format(length, &mut room);
    begin
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::Prospects;
    use shared::{drop_message::DropMessage, drops::DropMode};
    use std::sync::Arc;
    use tokio_tungstenite::tungstenite::protocol::frame::FrameSocket;

    /// A frame with a message of this length.
    fn frame(length: usize) -> Frame {
        Frame::Waiting {
            epoch: 1,
            evn: 1,
            position: 1,
            waiting: 1,
            units_left: None,
            units_held: None,
            prospects: Prospects::default(),
            mode: DropMode::Running,
            mode_until: None,
            message: Some(Arc::new(DropMessage::ForAll("x".repeat(length)))),
            rise: None,
        }
    }

    #[test]
    fn headers_fit_the_length_of_the_text() {
        let mut frames = vec![Frame::Held];
        frames.extend([0, 1, 200, 70_000].map(frame));
        for frame in frames {
            let bytes = encoded(&frame, <[u8]>::to_vec);
            let read = FrameSocket::new(&bytes[..]).read(None).unwrap().unwrap();
            assert_eq!(read.header().opcode, OpCode::Data(Data::Text));
            assert_eq!(read.to_text().unwrap(), frame.to_json());
        }
    }
}
