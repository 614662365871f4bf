//! The least HTTP client that can keep a server busy: it shares the machine with what it measures.

use anyhow::{Context as _, bail};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection that is kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// Returns the system's error.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends a request and reads its answer. Gives the status.
    ///
    /// # Errors
    ///
    /// Returns an error when the connection breaks or the answer has no length.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let (status, length) = parse(&self.buffer[..head])?;
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(status)
    }

    /// The socket, for what follows an upgrade, with the bytes that came already.
    #[must_use]
    pub fn into_parts(self) -> (TcpStream, Vec<u8>) {
        (self.stream, self.buffer)
    }

    /// As [`exchange`](Self::exchange), for an upgrade: what comes behind the head is kept.
    ///
    /// # Errors
    ///
    /// Returns an error when the server does not upgrade.
    pub async fn upgrade(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = self.buffer.drain(..end + 4).collect::<Vec<_>>();
                return match head.starts_with(b"HTTP/1.1 101") {
                    true => Ok(()),
                    false => bail!("no upgrade: {}", String::from_utf8_lossy(&head)),
                };
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => bail!("the server has closed the connection"),
            _ => Ok(()),
        }
    }
}

fn parse(head: &[u8]) -> anyhow::Result<(u16, usize)> {
    let head = std::str::from_utf8(head)?;
    let status = head.get(9..12).context("an odd status line")?.parse()?;
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
