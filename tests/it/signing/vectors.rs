//! Every stage of every vector.

use rollcall::signing::sha256_hex;

use super::{candidates, vector, vectors, verify};

#[test]
fn every_vector_gives_every_stage() {
    let mut failures = Vec::new();
    for vector in vectors() {
        let key = vector.key();
        let found = candidates(vector.scheme, &vector.request, key.secret);
        let stages = ["canonical.txt", "string-to-sign.txt", "signature.txt"]
            .map(|name| (name, vector.stage(name)));
        // Every stage narrows the candidates down, so the first that leaves none is the one that went wrong.
        let mut left: Vec<_> = found.iter().collect();
        for (index, (name, expected)) in stages.iter().enumerate() {
            let next: Vec<_> = left
                .iter()
                .copied()
                .filter(|one| {
                    [&one.canonical_request, &one.string_to_sign, &one.signature][index] == expected
                })
                .collect();
            if next.is_empty() {
                failures.push(format!(
                    "{}: {name} differs\nwanted {expected}\ntried {left:#?}",
                    vector.name
                ));
                break;
            }
            left = next;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_vector_verifies() {
    for vector in vectors() {
        let outcome = verify(vector.scheme, &vector.request, vector.key());
        assert!(outcome.is_ok(), "{}: {outcome:?}", vector.name);
    }
}

#[test]
fn the_hashes_that_the_contracts_print_are_those_of_our_canonical_requests() {
    for vector in vectors() {
        if let Some(expected) = vector.case["canonical_sha256"].as_str() {
            assert_eq!(
                sha256_hex(vector.stage("canonical.txt").as_bytes()),
                expected,
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn every_scheme_has_vectors_of_its_own_contract() {
    let count = |prefix: &str| {
        vectors()
            .iter()
            .filter(|vector| vector.name.starts_with(prefix))
            .count()
    };
    assert!(count("AlibabaV1/b") >= 6);
    assert!(count("AlibabaAcs3/a") >= 3 && count("AlibabaAcs3/sm3") >= 4);
    assert!(count("Volcengine/v") >= 9);
    assert!(count("Huawei/v") >= 8 && count("Huawei/rocketmq") >= 3);
    assert!(count("Huawei/sm3") >= 3 && count("Huawei/v11") >= 3);
    assert!(count("QingCloud/v") >= 6 && count("QingCloud/s") >= 3);
}

#[test]
fn a_wrong_secret_is_a_mismatch_that_shows_our_stages() {
    for vector in vectors() {
        let mut key = vector.key();
        key.secret = "another";
        let Err(super::Refused::Mismatch(mismatch)) = verify(vector.scheme, &vector.request, key)
        else {
            panic!("{} verified with another secret", vector.name);
        };
        assert_eq!(
            mismatch.cause,
            rollcall::signing::Cause::Signature,
            "{}",
            vector.name
        );
        assert_ne!(mismatch.expected, vector.stage("signature.txt"));
        assert!(!mismatch.string_to_sign.is_empty() && !mismatch.canonical_request.is_empty());
        assert!(
            !format!("{mismatch:?}{key:?}").contains("another"),
            "a secret shows"
        );
    }
}

#[test]
fn a_stripped_path_is_tried_after_the_path_as_sent() {
    let mut vector = vector("Huawei/v1-get");
    let path = vector.request.path.clone();
    vector.request.path = format!("/huawei-workspace{path}");
    vector.request.look(|sent| {
        let read = rollcall::signing::huawei::read(sent).expect("the vector can be read");
        assert!(rollcall::signing::huawei::verify(sent, &[], &read, "test-sk").is_err());
        assert!(rollcall::signing::huawei::verify(sent, &[&path], &read, "test-sk").is_ok());
    });
}
