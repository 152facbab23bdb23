//! A trust store for Java: a PKCS #12 file with one certificate in it.
//!
//! The certificate is public, so the file is neither encrypted nor sealed; Java reads such a file with any password and with
//! none. What makes a certificate without a key a trusted one is an attribute of Oracle's.

use yasna::models::ObjectIdentifier;
use yasna::{DERWriter, Tag, construct_der};

const DATA: &[u64] = &[1, 2, 840, 113_549, 1, 7, 1];
const CERTIFICATE_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 3];
const X509_CERTIFICATE: &[u64] = &[1, 2, 840, 113_549, 1, 9, 22, 1];
const FRIENDLY_NAME: &[u64] = &[1, 2, 840, 113_549, 1, 9, 20];
/// Oracle's trustedKeyUsage, and the purpose that stands for all.
const TRUSTED_KEY_USAGE: &[u64] = &[2, 16, 840, 1, 113_894, 746_875, 1, 1];
const ANY_PURPOSE: &[u64] = &[2, 5, 29, 37, 0];
/// The name of the entry.
const ALIAS: &str = "rollcall";

fn oid(parts: &[u64]) -> ObjectIdentifier {
    ObjectIdentifier::from_slice(parts)
}

/// The trust store of a certificate (RFC 7292).
pub(super) fn of(certificate: &[u8]) -> Vec<u8> {
    let bags = construct_der(|writer| {
        writer.write_sequence_of(|bags| {
            bags.next().write_sequence(|bag| {
                bag.next().write_oid(&oid(CERTIFICATE_BAG));
                bag.next().write_tagged(Tag::context(0), |value| {
                    value.write_sequence(|held| {
                        held.next().write_oid(&oid(X509_CERTIFICATE));
                        let value = held.next();
                        value.write_tagged(Tag::context(0), |value| value.write_bytes(certificate));
                    });
                });
                bag.next().write_set_of(|attributes| {
                    attribute(attributes.next(), FRIENDLY_NAME, |value| {
                        value.write_bmp_string(ALIAS);
                    });
                    attribute(attributes.next(), TRUSTED_KEY_USAGE, |value| {
                        value.write_oid(&oid(ANY_PURPOSE));
                    });
                });
            });
        });
    });
    let safes = construct_der(|writer| {
        writer.write_sequence_of(|safes| content(safes.next(), &bags));
    });
    construct_der(|writer| {
        writer.write_sequence(|file| {
            file.next().write_u8(3);
            content(file.next(), &safes);
        });
    })
}

/// Bytes that stand for themselves, neither encrypted nor signed.
fn content(writer: DERWriter<'_>, bytes: &[u8]) {
    writer.write_sequence(|info| {
        info.next().write_oid(&oid(DATA));
        let value = info.next();
        value.write_tagged(Tag::context(0), |value| value.write_bytes(bytes));
    });
}

fn attribute(writer: DERWriter<'_>, name: &[u64], value: impl FnOnce(DERWriter<'_>)) {
    writer.write_sequence(|attribute| {
        attribute.next().write_oid(&oid(name));
        attribute.next().write_set(|values| value(values.next()));
    });
}
