//! The transport below HTTP: a TCP connection that a fault can reset and that ends if its client stops reading; and TLS.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;

/// How long a client may leave an answer unread that exceeds the socket buffers, and so holds memory.
const UNREAD_TIME: Duration = Duration::from_secs(60);

/// A head and body up to this size are sent in one piece: one system call costs less than two, and copying this much costs less
/// than the difference.
const FLAT: usize = 4096;

/// A connection that a fault can reset, and that ends if its client stops reading.
pub(super) struct Stream {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
    /// How long a write may wait for the client.
    write_timeout: Duration,
    /// Runs while a write waits.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    pub(super) fn new(stream: TcpStream, reset: Arc<AtomicBool>) -> Self {
        Self {
            stream,
            reset,
            write_timeout: UNREAD_TIME,
            timer: None,
        }
    }

    /// The result of a write; an error if nothing could be written for too long.
    fn check_timeout<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.timer = None;
            return written;
        }
        let write_timeout = self.write_timeout;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(write_timeout)));
        timer
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire)
            && let Err(cause) = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
        {
            tracing::debug!(%cause, "a connection was closed instead of reset");
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check_timeout(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length: usize = bytes.iter().map(|slice| slice.len()).sum();
        if FLAT < length {
            let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
            return self.check_timeout(context, written);
        }
        let mut flat = Vec::with_capacity(length);
        for slice in bytes {
            flat.extend_from_slice(slice);
        }
        self.poll_write(context, &flat)
    }
}

/// The transport below HTTP: a TCP connection, TLS over one, or either through a tunnel.
pub(super) struct Link {
    /// Bytes that were read to detect the protocol, to be read first.
    peeked: Bytes,
    transport: Transport,
}

enum Transport {
    Plain(Stream),
    Tls(Box<TlsStream<Link>>),
}

impl Link {
    pub(super) fn plain(stream: Stream) -> Self {
        Self {
            peeked: Bytes::new(),
            transport: Transport::Plain(stream),
        }
    }

    pub(super) fn tls(stream: TlsStream<Self>) -> Self {
        Self {
            peeked: Bytes::new(),
            transport: Transport::Tls(Box::new(stream)),
        }
    }

    /// Puts bytes back, to be read again.
    pub(super) fn unread(&mut self, bytes: Bytes) {
        self.peeked = bytes;
    }

    /// Its first bytes, without consuming them; empty if it has ended.
    pub(super) async fn first(&mut self) -> io::Result<Bytes> {
        if self.peeked.is_empty() {
            let mut bytes = [0; 8];
            let mut buffer = ReadBuf::new(&mut bytes);
            poll_fn(|context| Pin::new(&mut *self).poll_read(context, &mut buffer)).await?;
            self.peeked = Bytes::copy_from_slice(buffer.filled());
        }
        Ok(self.peeked.clone())
    }
}

impl AsyncRead for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.peeked.is_empty() {
            let length = self.peeked.len().min(buffer.remaining());
            buffer.put_slice(&self.peeked.split_to(length));
            return Poll::Ready(Ok(()));
        }
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Transport::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Transport::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_flush(context),
            Transport::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Transport::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(stream) => stream.is_write_vectored(),
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write_vectored(context, bytes),
            Transport::Tls(stream) => Pin::new(stream).poll_write_vectored(context, bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_does_not_read_is_left() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let ended = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let _client = TcpStream::connect(listener.local_addr()?).await?;
            let (stream, _) = listener.accept().await?;
            let mut stream = Stream::new(stream, Arc::default());
            stream.write_timeout = Duration::from_millis(50);
            // Until all the buffers in between are full, and then for as long as it takes.
            let bytes = vec![0; 1024 * 1024];
            loop {
                poll_fn(|context| Pin::new(&mut stream).poll_write(context, &bytes)).await?;
            }
            #[expect(unreachable_code, reason = "says what the block gives")]
            Ok::<(), io::Error>(())
        });
        assert_eq!(
            ended.map_err(|cause| cause.kind()),
            Err(io::ErrorKind::TimedOut)
        );
    }
}
