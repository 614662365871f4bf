//! The smallest HTTP client that can keep a server busy: it shares the machine with what it
//! measures.

use anyhow::{Context as _, bail};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection that is kept open.
pub(crate) struct HttpConnection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Length of the head of the last answer.
    head: usize,
}

impl HttpConnection {
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096), head: 0 })
    }

    /// Sends a request, reads its answer, and returns the status. An answer without a length is an
    /// error.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.head = self.send(request).await?;
        let (status, length) = parse(&self.buffer[..self.head])?;
        while self.buffer.len() < self.head + length {
            self.read_more().await?;
        }
        Ok(status)
    }

    /// The body of the last answer.
    pub(crate) fn body(&self) -> &[u8] {
        self.buffer.get(self.head..).unwrap_or_default()
    }

    /// Whether the last answer has this header.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        let head = std::str::from_utf8(&self.buffer[..self.head]).unwrap_or_default();
        let mut names = head.lines().filter_map(|line| Some(line.split_once(':')?.0));
        names.any(|found| found.eq_ignore_ascii_case(name))
    }

    /// Upgrades the connection. Returns the socket, with the bytes that came behind the answer.
    pub(crate) async fn upgrade(mut self, request: &[u8]) -> anyhow::Result<(TcpStream, Vec<u8>)> {
        let head = self.send(request).await?;
        let rest = self.buffer.split_off(head);
        if !self.buffer.starts_with(b"HTTP/1.1 101") {
            bail!("no upgrade: {}", String::from_utf8_lossy(&self.buffer));
        }
        Ok((self.stream, rest))
    }

    /// Sends a request and reads until the answer's head is there. Returns the head's length.
    async fn send(&mut self, request: &[u8]) -> anyhow::Result<usize> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                return Ok(end + 4);
            }
            self.read_more().await?;
        }
    }

    async fn read_more(&mut self) -> anyhow::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => bail!("the server has closed the connection"),
            _ => Ok(()),
        }
    }
}

fn parse(head: &[u8]) -> anyhow::Result<(u16, usize)> {
    let head = std::str::from_utf8(head)?;
    let status = head.get(9..12).context("a status line without a status")?.parse()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Ok((status, length.context("an answer without a length")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_length_are_read() {
        let head = b"HTTP/1.1 201 Created\r\ncontent-type: x\r\nContent-Length: 17\r\n\r\n";
        assert_eq!(parse(head).unwrap(), (201, 17));
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
