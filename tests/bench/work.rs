//! The other load: a fixed amount of work over many connections, for calls that are not the same again and again.
//!
//! One thread with as many tasks as there are connections; a call is one write and one read, which takes no more of the
//! machine than `wrk` does.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use tokio::net::TcpStream;

use crate::connection::is_refusal;
use crate::load::Round;

/// For each connection the requests that it sends one after the other, as they go over the wire.
pub(crate) type Work = Arc<[Vec<Vec<u8>>]>;

/// The longest answer that is expected, with room to spare.
const ANSWER: usize = 64 * 1024;

/// Does all of the work, on connections that are open before the clock starts.
pub(crate) fn round(address: &str, work: &Work) -> Round {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in work.iter() {
            let stream = TcpStream::connect(address).await.expect("it listens");
            stream.set_nodelay(true).expect("a socket option");
            streams.push(stream);
        }
        let began = Instant::now();
        let tasks: Vec<_> = streams
            .into_iter()
            .enumerate()
            .map(|(number, stream)| {
                let work = Arc::clone(work);
                tokio::spawn(async move { all(&stream, &work[number]).await })
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await.expect("good answers"));
        }
        let seconds = began.elapsed().as_secs_f64();
        times.sort_by(f64::total_cmp);
        Round {
            rate: times.len() as f64 / seconds,
            p99: times[times.len() * 99 / 100] * 1e6,
        }
    })
}

/// Makes the calls of a connection: the seconds that each took.
async fn all(stream: &TcpStream, calls: &[Vec<u8>]) -> Vec<f64> {
    let mut buffer = vec![0; ANSWER];
    let mut times = Vec::with_capacity(calls.len());
    for call in calls {
        let sent = Instant::now();
        if let Err(cause) = exchange(stream, call, &mut buffer).await {
            panic!("{}: {cause}", String::from_utf8_lossy(call));
        }
        times.push(sent.elapsed().as_secs_f64());
    }
    times
}

async fn exchange(stream: &TcpStream, mut call: &[u8], buffer: &mut [u8]) -> io::Result<()> {
    while !call.is_empty() {
        match stream.try_write(call) {
            Ok(length) => call = &call[length..],
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(cause) => return Err(cause),
        }
    }
    let mut length = 0;
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer[length..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(more) => length += more,
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => continue,
            Err(cause) => return Err(cause),
        }
        if is_whole(&buffer[..length])? {
            return Ok(());
        }
    }
}

/// Whether an answer, which has to be a good one, has come to its end.
fn is_whole(received: &[u8]) -> io::Result<bool> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(received).map_err(io::Error::other)?;
    let httparse::Status::Complete(start) = parsed else {
        return Ok(false);
    };
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok());
    let end = start + length.unwrap_or(0_usize);
    if received.len() < end {
        return Ok(false);
    }
    let is_good = response
        .code
        .is_some_and(|status| (200..300).contains(&status))
        && end == received.len()
        && !is_refusal(&received[start..]);
    if is_good {
        Ok(true)
    } else {
        Err(io::Error::other(
            String::from_utf8_lossy(received).into_owned(),
        ))
    }
}
