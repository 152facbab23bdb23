//! What rollcall is measured against: an axum server that returns the same bytes from memory.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::any;

use crate::Served;

/// A bare server as a process of its own; killed when it goes out of scope.
pub(crate) struct Bare {
    child: Child,
    pub(crate) address: String,
}

impl Bare {
    /// Starts this very program again, as [`serve`], with the answer on its standard input.
    pub(crate) fn start(answer: &Served) -> Self {
        let program = std::env::current_exe().expect("a running program has a path");
        let mut child = Command::new(program)
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        for (name, value) in &answer.headers {
            writeln!(stdin, "{name}: {value}").expect("the child reads");
        }
        writeln!(stdin)
            .and_then(|()| stdin.write_all(&answer.body))
            .expect("the child reads");
        drop(stdin);
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut address)
            .expect("a line");
        Self {
            child,
            address: address.trim().to_owned(),
        }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ROLE: &str = "ROLLCALL_BENCH_BARE";

/// Whether this process is a bare server.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Serves what standard input says: headers, an empty line, the body. Prints its address.
pub(crate) fn serve() -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut headers = HeaderMap::new();
    let mut line = String::new();
    while 1 < input.read_line(&mut line)? {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            let (name, value) = (HeaderName::try_from(name), HeaderValue::try_from(value));
            headers.insert(
                name.expect("a valid header"),
                value.expect("a valid header"),
            );
        }
        line.clear();
    }
    let mut body = Vec::new();
    io::Read::read_to_end(&mut input, &mut body)?;
    let body = bytes::Bytes::from(body);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = Router::new().fallback(any(move || {
            let answer = (headers.clone(), body.clone());
            async move { answer }
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        io::stdout().flush()?;
        axum::serve(listener, router).await
    })
}
