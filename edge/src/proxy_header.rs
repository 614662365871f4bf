//! The PROXY header, version 2: what a proxy that only passes bytes on writes in front of them to
//! say whose they are.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};
use tokio::io::{AsyncRead, AsyncReadExt};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2, with a command: the proxy speaks for itself, or for somebody else.
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
/// What the addresses are.
const UNSPECIFIED: u8 = 0x00;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;
/// Bytes behind the first sixteen, at most: addresses, and what the proxy has to say of TLS.
const MAX_BYTES: usize = 4096;

/// Reads a header and nothing beyond it. `None` if the proxy speaks for itself.
///
/// # Errors
///
/// Returns why there is no header that can be understood.
pub(crate) async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Option<SocketAddr>> {
    let mut head = [0; 16];
    stream.read_exact(&mut head).await?;
    let [.., command, kind, high, low] = head;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if !head.starts_with(&SIGNATURE) || length > MAX_BYTES {
        return Err(malformed());
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match (command, kind) {
        (LOCAL, _) | (PROXY, UNSPECIFIED) => Ok(None),
        (PROXY, TCP_OVER_IPV4) => source::<4>(&rest).ok_or_else(malformed).map(Some),
        (PROXY, TCP_OVER_IPV6) => source::<16>(&rest).ok_or_else(malformed).map(Some),
        _ => Err(malformed()),
    }
}

/// Source and destination address come first, then their ports.
fn source<const N: usize>(addresses: &[u8]) -> Option<SocketAddr>
where
    IpAddr: From<[u8; N]>,
{
    let ip: [u8; N] = *addresses.first_chunk()?;
    let [high, low, _, _] = *addresses.get(2 * N..)?.first_chunk()?;
    Some((IpAddr::from(ip), u16::from_be_bytes([high, low])).into())
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no PROXY header of version 2")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(command: u8, kind: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, kind], &length, rest].concat()
    }

    async fn found(header: &[u8]) -> Result<Option<String>, io::ErrorKind> {
        let read = read(&mut &header[..]).await;
        read.map(|found| found.map(|address| address.to_string())).map_err(|error| error.kind())
    }

    #[tokio::test]
    async fn the_source_of_a_header_is_read_and_nothing_behind_it() {
        let v4 = [198, 51, 100, 1, 10, 0, 0, 1, 0x30, 0x39, 0x01, 0xbb];
        let named = Ok(Some("198.51.100.1:12345".to_owned()));
        assert_eq!(found(&header(PROXY, TCP_OVER_IPV4, &v4)).await, named);
        // More may follow the addresses.
        assert_eq!(found(&header(PROXY, TCP_OVER_IPV4, &[&v4[..], b"more"].concat())).await, named);

        let mut v6 = [0; 36];
        (v6[0], v6[1], v6[15], v6[33]) = (0x20, 0x01, 7, 80);
        let named = Ok(Some("[2001::7]:80".to_owned()));
        assert_eq!(found(&header(PROXY, TCP_OVER_IPV6, &v6)).await, named);

        assert_eq!(found(&header(LOCAL, UNSPECIFIED, &[])).await, Ok(None));
        assert_eq!(found(&header(PROXY, UNSPECIFIED, &v4)).await, Ok(None));

        let both = [header(PROXY, TCP_OVER_IPV4, &v4), b"GET /".to_vec()].concat();
        let mut stream = &both[..];
        read(&mut stream).await.unwrap();
        assert_eq!(stream, b"GET /");
    }

    #[tokio::test]
    async fn what_is_no_header_is_refused() {
        let malformed = Err(io::ErrorKind::InvalidData);
        assert_eq!(found(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await, malformed);
        assert_eq!(found(b"PROXY TCP4 198.51.100.1 10.0.0.1 1 2\r\n").await, malformed);
        assert_eq!(found(&header(PROXY, TCP_OVER_IPV4, &[1; 11])).await, malformed);
        assert_eq!(found(&header(PROXY, TCP_OVER_IPV6, &[1; 12])).await, malformed);
        assert_eq!(found(&header(0x11, TCP_OVER_IPV4, &[1; 12])).await, malformed);
        assert_eq!(found(&header(PROXY, 0x12, &[1; 12])).await, malformed);
        assert_eq!(found(&header(PROXY, TCP_OVER_IPV4, &[1; MAX_BYTES + 1])).await, malformed);
        let cut = header(PROXY, TCP_OVER_IPV4, &[1; 12]);
        assert_eq!(found(&cut[..20]).await, Err(io::ErrorKind::UnexpectedEof));
    }
}
