//! What is sent: strange targets, heads, methods and bodies.

use super::{Attack, HOST, Target, get, get_with, with_body};

/// The targets: of a path, a query, or of neither.
pub(super) fn strange_targets(target: &Target) -> Vec<Attack> {
    let list = target.list;
    let (path, query) = list.split_once('?').unwrap_or((list, ""));
    let more = |extra: &str| get(&format!("{list}&{extra}"));
    let raw = |before: &str, bytes: &[u8]| {
        [
            b"GET ",
            before.as_bytes(),
            bytes,
            b" HTTP/1.1\r\n",
            HOST.as_bytes(),
            b"\r\n",
        ]
        .concat()
    };
    let doubled: String = query
        .split('&')
        .map(|pair| format!("&{pair}&{pair}x"))
        .collect();
    let emptied: String = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, _)| format!("&{name}=&{name}"))
        .collect();
    vec![
        Attack::new(
            "a bad escape in the path",
            get(&format!("{path}%zz%?{query}")),
        ),
        Attack::new("a bad escape in the query", more("x=%zz%&%g0=1&%")),
        Attack::new(
            "an escape that is not UTF-8 in the path",
            get(&format!("{path}%ff%fe?{query}")),
        ),
        Attack::new(
            "an escape that is not UTF-8 in the query",
            more("x=%ff%fe&%c3=%28"),
        ),
        Attack::new("a raw byte in the path", raw(path, b"\xff\xfe")),
        Attack::new(
            "a raw byte in the query",
            raw(&format!("{list}&x="), b"\xff\xfe"),
        ),
        Attack::new(
            "an escaped NUL in the path",
            get(&format!("{path}%00?{query}")),
        ),
        Attack::new("an escaped NUL in the query", more("x=%00&%00=x")),
        Attack::new("a raw NUL in the path", raw(path, b"\0")),
        Attack::new("a raw NUL in the query", raw(list, b"\0")),
        Attack::new(
            "a slash within a segment",
            get(&format!("{path}%2f..%2f?{query}")),
        ),
        Attack::new("dots", get(&format!("{path}/../../{path}/./?{query}"))),
        Attack::new("every key twice", more(&doubled)),
        Attack::new("every key empty", more(&emptied)),
        Attack::new("keys without names", more("=&=1&&&&=&;&?&??&#")),
        Attack::new(
            "a nested key",
            more("a[b][c]=1&a.0.b.99999999999999999999=1&User.4294967296.Name=x"),
        ),
        Attack::new(
            "a hundred thousand bytes of query",
            more(&format!("x={}", "y".repeat(100_000))),
        ),
        Attack::new("ten thousand parameters", more(&"a=1&".repeat(8_000))),
        Attack::new("a long path", get(&format!("{path}{}", "/x".repeat(2_000)))),
        Attack::new(
            "a target longer than any buffer",
            get(&format!("{path}?{}", "y".repeat(1_000_000))),
        ),
        Attack::new("a doubled slash", get(&format!("/{list}"))),
        Attack::new("nothing but slashes", get("//")),
        Attack::new("an asterisk", get("*")),
        Attack::new("no target", b"GET  HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        Attack::new("no slash", get(&list[1..])),
        Attack::new("a space in the target", get(&format!("{path} x?{query}"))),
        Attack::new(
            "an absolute target",
            get(&format!("http://example.com{list}")),
        ),
        Attack::new(
            "an absolute target with a user",
            get(&format!("http://a:b@[::1]:99999{list}")),
        ),
        Attack::new(
            "an absolute target of another scheme",
            get(&format!("ftp://example.com{list}")),
        ),
        Attack::new("a fragment", get(&format!("{list}#fragment"))),
        Attack::new(
            "numbers beyond all bounds",
            more(
                "limit=99999999999999999999999&offset=-99999999999999999999999&Limit=1e999&PageSize=NaN&PageNumber=0x10",
            ),
        ),
        Attack::new(
            "numbers in other digits",
            more("limit=%D9%A1&PageSize=%EF%BC%91&offset=%2B1&Limit=1_0"),
        ),
    ]
}

pub(super) fn strange_heads(target: &Target) -> Vec<Attack> {
    let list = target.list;
    let many = |count: usize| {
        (0..count)
            .map(|number| format!("x-{number}: y\r\n"))
            .collect::<String>()
    };
    let first = format!("GET {list} HTTP/1.1\r\n");
    let heads = [
        ("a byte that is not ASCII in a value", get_with(list, b"X-A: \xff\xfe\r\nAuthorization: \xc3\x28\r\n")),
        ("a byte that is not ASCII in a name", get_with(list, b"X-\xff: a\r\n")),
        ("a NUL in a value", get_with(list, b"X-A: a\0b\r\n")),
        ("a bare carriage return in a value", get_with(list, b"X-A: a\rb\r\n")),
        ("a folded value", get_with(list, b"X-A: a\r\n  b\r\n")),
        ("a space before the colon", get_with(list, b"X-A : a\r\n")),
        ("no colon", get_with(list, b"nonsense\r\n")),
        ("an empty name", get_with(list, b": a\r\n")),
        ("bare line feeds", format!("GET {list} HTTP/1.1\nHost: x\n\n").into_bytes()),
        ("no host", format!("{first}\r\n").into_bytes()),
        ("an empty host", format!("{first}Host:\r\n\r\n").into_bytes()),
        ("two hosts", format!("{first}Host: a\r\nHost: b\r\n\r\n").into_bytes()),
        ("a host that is none", format!("{first}Host: ..%%::@[/\\\r\n\r\n").into_bytes()),
        ("a host that is not ASCII", [first.as_bytes(), b"Host: \xe5\xbc\xa0.\xff\r\n\r\n"].concat()),
        ("33 kB in one header", get_with(list, format!("X-A: {}\r\n", "y".repeat(33 * 1024)).as_bytes())),
        ("130 kB in one header", get_with(list, format!("X-A: {}\r\n", "y".repeat(130 * 1024)).as_bytes())),
        ("a name of 40 kB", get_with(list, format!("{}: y\r\n", "x".repeat(40 * 1024)).as_bytes())),
        ("two hundred headers", get_with(list, many(200).as_bytes())),
        ("three hundred headers", get_with(list, many(300).as_bytes())),
        ("twenty thousand headers", get_with(list, many(20_000).as_bytes())),
        ("an authorization of many forms", get_with(list, b"Authorization: \r\nAuthorization: SDK-HMAC-SHA256 Access=,SignedHeaders=;;,Signature\r\nAuthorization: HMAC-SHA256 Credential=////\r\nAuthorization: ACS3-HMAC-SHA256 =,=,\r\n")),
        ("an authorization of 20 kB", get_with(list, format!("Authorization: SDK-HMAC-SHA256 {}\r\n", "a=b,".repeat(5_000)).as_bytes())),
        ("dates that are none", get_with(list, b"X-Sdk-Date: 20241399T999999Z\r\nX-Date: \r\nx-acs-date: now\r\nDate: yesterday\r\n")),
        ("HTTP/1.0", format!("GET {list} HTTP/1.0\r\n\r\n").into_bytes()),
        ("HTTP/1.9", format!("GET {list} HTTP/1.9\r\n{HOST}\r\n").into_bytes()),
        ("HTTP/3.0", format!("GET {list} HTTP/3.0\r\n{HOST}\r\n").into_bytes()),
        ("HTTP/0.9", format!("GET {list}\r\n\r\n").into_bytes()),
        ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec()),
        ("an upgrade", get_with(list, b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, websocket\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")),
        ("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec()),
        ("line ends and nothing else", b"\r\n\r\n\r\n\r\nx\r\n\r\n".to_vec()),
        ("a request in capitals", format!("get {list} http/1.1\r\n{HOST}\r\n").into_bytes()),
    ];
    heads
        .into_iter()
        .map(|(name, sent)| Attack::new(name, sent))
        .collect()
}

pub(super) fn strange_methods(target: &Target) -> Vec<Attack> {
    let list = target.list;
    let long = "M".repeat(10_000);
    let methods = [
        "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND",
        "FROB", "get", "G-E_T", "G@T", "G\u{e9}T", &long,
    ];
    let mut attacks: Vec<_> = methods
        .iter()
        .map(|method| {
            let sent = format!("{method} {list} HTTP/1.1\r\n{HOST}Content-Length: 0\r\n\r\n");
            Attack::new(format!("the method {method:.10}"), sent)
        })
        .collect();
    attacks.push(Attack::new(
        "OPTIONS of everything",
        format!("OPTIONS * HTTP/1.1\r\n{HOST}\r\n"),
    ));
    attacks.push(Attack::new(
        "CONNECT to a host",
        format!("CONNECT example.com:443 HTTP/1.1\r\n{HOST}\r\n"),
    ));
    attacks
}

pub(super) fn strange_bodies(target: &Target) -> Vec<Attack> {
    let (list, write) = (target.list, target.write);
    const JSON: &str = "Content-Type: application/json\r\n";
    const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
    let deep = "[".repeat(200_000);
    let wide = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(200_000));
    let huge = vec![b'x'; 13 * 1024 * 1024];
    let reserved = "rollcall-fault-".repeat(100_000);
    let bodies: [(&str, &str, &[u8]); 24] = [
        ("no body", JSON, b""),
        ("half an object", JSON, b"{\"a\":"),
        ("a null", JSON, b"null"),
        ("a list", JSON, b"[]"),
        ("a number beyond all bounds", JSON, b"1e999999999"),
        ("a deep body", JSON, deep.as_bytes()),
        ("a wide body", JSON, wide.as_bytes()),
        ("the beginning of a reserved name, again and again", JSON, reserved.as_bytes()),
        ("the same in a form", FORM, reserved.as_bytes()),
        ("half a surrogate", JSON, b"{\"username\":\"\\ud800\",\"user_name\":\"\\udfff\"}"),
        ("a body that is not UTF-8", JSON, b"{\"username\":\"\xff\xfe\"}"),
        ("a byte order mark", JSON, b"\xef\xbb\xbf{}"),
        ("NULs in a body", JSON, b"{\"username\":\"\\u0000\",\"\\u0000\":0}\0\0"),
        ("every type in the wrong place", JSON, b"{\"cluster_id\":{},\"username\":[],\"users\":7,\"access_key\":null,\"auth\":true,\"user_name\":1.5}"),
        ("a form that is not UTF-8", FORM, b"username=%ff%fe\xff\xfe&%c3=%28"),
        ("a form with bad escapes", FORM, b"%=%&%zz=%zz&=&&==&a"),
        ("NULs in a form", FORM, b"username=%00\0&\0=\0"),
        ("JSON as a form", FORM, b"{\"a\":1}"),
        ("a form as JSON", JSON, b"a=1&b=2"),
        ("a form in many parts", "Content-Type: multipart/form-data; boundary=x\r\n", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n"),
        ("a body of no type", "Content-Type: \r\n", b"{}"),
        ("a type that is none", "Content-Type: ;;;=\u{e9},\r\n", b"{}"),
        ("a body said to be compressed", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", b"\x1f\x8b\x08\0not gzip"),
        ("XML", "Content-Type: application/xml\r\n", b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"),
    ];
    let mut attacks: Vec<_> = bodies
        .into_iter()
        .map(|(name, headers, body)| Attack::new(name, with_body(write, headers, body)))
        .collect();
    let (method, path) = write;
    let unsized_write = |headers: &str, rest: &[u8]| {
        let head = format!("{method} {path} HTTP/1.1\r\n{HOST}{headers}\r\n");
        [head.as_bytes(), rest].concat()
    };
    let huge_in_chunks = [
        format!("{:x}\r\n", huge.len()).as_bytes(),
        &huge,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let announced = format!("Expect: 100-continue\r\nContent-Length: {}\r\n", huge.len());
    attacks.extend([
        Attack::new("13 MB", with_body(write, JSON, &huge)),
        Attack::new("13 MB as a form", with_body(write, FORM, &huge)),
        Attack::new(
            "13 MB in chunks",
            unsized_write("Transfer-Encoding: chunked\r\n", &huge_in_chunks),
        ),
        Attack::new(
            "13 MB announced, and leave to send asked for",
            unsized_write(&announced, b""),
        ),
        Attack::new(
            "leave to send, and sent",
            unsized_write("Expect: 100-continue\r\nContent-Length: 2\r\n", b"{}"),
        )
        .answers(2),
        Attack::new(
            "another expectation",
            unsized_write("Expect: the-unexpected\r\nContent-Length: 2\r\n", b"{}"),
        ),
        Attack::new(
            "a body where none belongs",
            with_body(("GET", list), JSON, b"{\"limit\":\"x\"}"),
        ),
        Attack::new(
            "a form where none belongs",
            with_body(("GET", list), FORM, b"limit=x&Action=Nothing&zone="),
        ),
        Attack::new(
            "a body in a DELETE",
            with_body(("DELETE", list), JSON, b"[[["),
        ),
        Attack::new(
            "chunks",
            unsized_write(
                "Transfer-Encoding: chunked\r\n",
                b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX-Trailer: y\r\n\r\n",
            ),
        ),
        Attack::new(
            "a chunk of no size",
            unsized_write("Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n"),
        ),
        Attack::new(
            "a chunk of any size",
            unsized_write(
                "Transfer-Encoding: chunked\r\n",
                b"fffffffffffffffff\r\n{}\r\n",
            ),
        ),
        Attack::new(
            "another coding",
            unsized_write("Transfer-Encoding: gzip, nonsense\r\n", b"{}"),
        )
        .then_close(),
        Attack::new(
            "a length and chunks",
            unsized_write(
                "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                b"2\r\n{}\r\n0\r\n\r\n",
            ),
        )
        .then_close(),
        Attack::new(
            "two lengths",
            unsized_write("Content-Length: 2\r\nContent-Length: 3\r\n", b"{} "),
        ),
        Attack::new(
            "a length below nothing",
            unsized_write("Content-Length: -1\r\n", b"{}"),
        ),
        Attack::new(
            "a length that is no number",
            unsized_write("Content-Length: two\r\n", b"{}"),
        ),
        Attack::new(
            "a length beyond all bounds",
            unsized_write("Content-Length: 99999999999999999999999\r\n", b"{}"),
        ),
        Attack::new(
            "a length shorter than the body",
            unsized_write("Content-Length: 1\r\n", b"{}{}{}\r\n\r\n"),
        )
        .answers(2),
        Attack::new(
            "a length longer than the body",
            unsized_write("Content-Length: 100\r\n", b"{}"),
        )
        .then_close(),
        Attack::new(
            "half a chunk",
            unsized_write("Transfer-Encoding: chunked\r\n", b"ff\r\n{}"),
        )
        .then_close(),
        Attack::new("half a head", format!("GET {list} HTT").into_bytes()).then_close(),
        Attack::new(
            "half a header",
            format!("GET {list} HTTP/1.1\r\nHost: x\r\nX-").into_bytes(),
        )
        .then_close(),
        Attack::new("nothing at all", Vec::new()).then_close(),
    ]);
    attacks
}
