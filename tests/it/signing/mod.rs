//! The signature schemes against the vectors on disk.

mod doctor;
mod properties;
mod readers;
mod sign;
mod vectors;

use std::fs;
use std::path::{Path, PathBuf};

use rollcall::signing::{
    AccessKey, Cause, Mismatch, RawRequest, Scheme, Stages, alibaba_acs3, alibaba_v1, huawei,
    qingcloud, volcengine,
};

/// A request that owns its parts, so that a test can change them.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Reads a raw request: lines that end in a bare line feed, then the body to the last byte.
    pub(crate) fn parse(raw: &[u8]) -> Self {
        let end = raw
            .windows(2)
            .position(|two| two == b"\n\n")
            .expect("an empty line ends the head");
        let head = std::str::from_utf8(&raw[..end]).expect("the head is text");
        let mut lines = head.lines();
        let mut first = lines.next().expect("a request line").split(' ');
        let method = first.next().expect("a method");
        let target = first.next().expect("a target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: lines
                .map(|line| line.split_once(':').expect("a header has a colon"))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
            body: raw[end + 2..].to_vec(),
        }
    }

    /// A GET or POST of the given target to the given host.
    pub(crate) fn new(method: &str, target: &str, body: &str) -> Self {
        Self::parse(
            format!("{method} {target} HTTP/1.1\nHost: 127.0.0.1:4700\n\n{body}").as_bytes(),
        )
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds what `sign` returned.
    pub(crate) fn sealed(mut self, sealed: rollcall::signing::SignedParts) -> Self {
        for (name, value) in sealed.headers {
            self.headers.retain(|(old, _)| *old != name);
            self.headers.push((name, value));
        }
        self.query = sealed.query;
        if let Some(body) = sealed.body {
            self.body = body.into_bytes();
        }
        self
    }

    pub(crate) fn header_mut(&mut self, name: &str) -> &mut String {
        let (_, value) = self
            .headers
            .iter_mut()
            .find(|(key, _)| key == name)
            .expect("the header is there");
        value
    }

    /// Shows the request as the library sees it.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&RawRequest<'_>) -> T) -> T {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        at(&RawRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: &self.body,
        })
    }
}

/// Why a request was refused.
#[derive(Debug)]
#[expect(dead_code, reason = "read by the assertions that print an outcome")]
pub(crate) enum Refused {
    Unreadable(String),
    UnknownKey(String),
    Mismatch(Mismatch),
}

/// Reads and verifies with one known key, as a provider does in strict mode.
pub(crate) fn verify(scheme: Scheme, request: &Request, key: AccessKey<'_>) -> Result<(), Refused> {
    fn known<'k>(id: &str, key: &AccessKey<'k>) -> Result<&'k str, Refused> {
        if id == key.id {
            Ok(key.secret)
        } else {
            Err(Refused::UnknownKey(id.to_owned()))
        }
    }
    fn unreadable(defect: impl std::fmt::Debug) -> Refused {
        Refused::Unreadable(format!("{defect:?}"))
    }
    request.look(|sent| match scheme {
        Scheme::AlibabaV1 => {
            let read = alibaba_v1::read(sent).map_err(unreadable)?;
            let secret = known(&read.access_key_id, &key)?;
            alibaba_v1::verify(sent, &[], &read, secret).map_err(Refused::Mismatch)
        }
        Scheme::AlibabaAcs3 => {
            let read = alibaba_acs3::read(sent).map_err(unreadable)?;
            let secret = known(read.access_key_id, &key)?;
            alibaba_acs3::verify(sent, &[], &read, secret).map_err(Refused::Mismatch)
        }
        Scheme::Volcengine => {
            let read = volcengine::read(sent).map_err(unreadable)?;
            let secret = known(&read.access_key_id, &key)?;
            volcengine::verify(sent, &[], &read, secret).map_err(Refused::Mismatch)
        }
        Scheme::Huawei => {
            let read = huawei::read(sent).map_err(unreadable)?;
            let secret = known(read.access_key_id, &key)?;
            huawei::verify(sent, &[], &read, secret).map_err(Refused::Mismatch)
        }
        Scheme::QingCloud => {
            let read = qingcloud::read(sent).map_err(unreadable)?;
            let secret = known(&read.access_key_id, &key)?;
            qingcloud::verify(sent, &[], &read, secret).map_err(Refused::Mismatch)
        }
    })
}

/// All candidates that a request is held against.
pub(crate) fn candidates(scheme: Scheme, request: &Request, secret: &str) -> Vec<Stages> {
    request.look(|sent| match scheme {
        Scheme::AlibabaV1 => {
            let read = alibaba_v1::read(sent).expect("a vector can be read");
            alibaba_v1::candidates(sent, &[], &read, secret).collect()
        }
        Scheme::AlibabaAcs3 => {
            let read = alibaba_acs3::read(sent).expect("a vector can be read");
            alibaba_acs3::candidates(sent, &[], &read, secret).collect()
        }
        Scheme::Volcengine => {
            let read = volcengine::read(sent).expect("a vector can be read");
            volcengine::candidates(sent, &[], &read, secret).collect()
        }
        Scheme::Huawei => {
            let read = huawei::read(sent).expect("a vector can be read");
            huawei::candidates(sent, &[], &read, secret).collect()
        }
        Scheme::QingCloud => {
            let read = qingcloud::read(sent).expect("a vector can be read");
            qingcloud::candidates(sent, &[], &read, secret).collect()
        }
    })
}

/// One folder under `tests/vectors`.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) scheme: Scheme,
    pub(crate) folder: PathBuf,
    pub(crate) case: serde_json::Value,
    pub(crate) request: Request,
}

impl Vector {
    pub(crate) fn key(&self) -> AccessKey<'_> {
        AccessKey {
            id: self.case["access_key"].as_str().expect("a key id"),
            secret: self.case["secret"].as_str().expect("a secret"),
            token: self.case["token"].as_str(),
        }
    }

    /// A stage as the contract has it, without the line feed that ends the file.
    pub(crate) fn stage(&self, name: &str) -> String {
        let text =
            fs::read_to_string(self.folder.join(name)).expect("every vector has every stage");
        text.strip_suffix('\n')
            .expect("the file ends in a line feed")
            .to_owned()
    }
}

/// Every vector of every scheme, in a stable order.
pub(crate) fn vectors() -> Vec<Vector> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut found = Vec::new();
    for (folder, scheme) in [
        ("alibaba_v1", Scheme::AlibabaV1),
        ("alibaba_acs3", Scheme::AlibabaAcs3),
        ("volcengine", Scheme::Volcengine),
        ("huawei", Scheme::Huawei),
        ("qingcloud", Scheme::QingCloud),
    ] {
        for entry in fs::read_dir(root.join(folder)).expect("the scheme has a folder") {
            let folder = entry.expect("a readable folder").path();
            let read =
                |file: &str| fs::read(folder.join(file)).expect("every vector has this file");
            let name = folder.file_name().expect("a name").to_string_lossy();
            found.push(Vector {
                name: format!("{scheme:?}/{name}"),
                scheme,
                case: serde_json::from_slice(&read("case.json")).expect("case.json is JSON"),
                request: Request::parse(&read("request.http")),
                folder,
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The vector whose name ends so.
pub(crate) fn vector(name: &str) -> Vector {
    vectors()
        .into_iter()
        .find(|vector| vector.name == name)
        .expect("a vector of that name")
}

pub(crate) fn is_mismatch(outcome: &Result<(), Refused>, cause: Cause) -> bool {
    matches!(outcome, Err(Refused::Mismatch(mismatch)) if mismatch.cause == cause)
}
