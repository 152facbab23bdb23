//! The rows of the doctor's tables. Each file has its rows above the functions that make those mistakes.

use super::Examination;
use super::trial::Trial;
use crate::signing::Scheme::{self, AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};

pub(super) const ALL: &[Scheme] = Scheme::ALL;
/// The schemes with a canonical request of six parts, including signed headers, and a hex signature.
pub(super) const SIX_PARTS: &[Scheme] = &[AlibabaAcs3, Volcengine, Huawei];
/// The schemes that sign parameters, with a Base64 signature.
pub(super) const BASE64: &[Scheme] = &[AlibabaV1, QingCloud];

/// One mistake that clients are known to make.
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// Stable and unique.
    pub name: &'static str,
    /// With `{}` for the particulars, if there are any.
    pub sentence: &'static str,
    /// The schemes in which the mistake is possible.
    pub schemes: &'static [Scheme],
    /// The wrong calculations, each with its particulars.
    pub(super) variants: fn(&Trial, &Examination<'_>) -> Variants,
}

/// Wrong calculations with their particulars.
pub(super) type Variants = Vec<(String, Trial)>;

/// The only variant of a mistake that needs no particulars.
pub(super) fn one(trial: &Trial, change: impl FnOnce(&mut Trial)) -> Variants {
    vec![variant(trial, "", change)]
}

pub(super) fn variant(
    trial: &Trial,
    particulars: impl Into<String>,
    change: impl FnOnce(&mut Trial),
) -> (String, Trial) {
    let mut changed = trial.clone();
    change(&mut changed);
    (particulars.into(), changed)
}

/// The rows of a file: name, schemes, sentence and function.
macro_rules! deviations {
    ($($name:literal, $schemes:expr, $sentence:literal => $variants:expr;)*) => {
        pub(super) const DEVIATIONS: &[super::Deviation] = &[$(
            super::Deviation {
                name: $name,
                sentence: $sentence,
                schemes: &$schemes,
                variants: $variants,
            },
        )*];
    };
}

pub(super) use deviations;

/// The number of rows in several tables.
pub(super) const fn count(tables: &[&[Deviation]]) -> usize {
    let (mut count, mut table) = (0, 0);
    while table < tables.len() {
        count += tables[table].len();
        table += 1;
    }
    count
}

/// Joins several tables.
pub(super) const fn joined<const COUNT: usize>(tables: &[&[Deviation]]) -> [Deviation; COUNT] {
    let mut rows = [tables[0][0]; COUNT];
    let (mut count, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            rows[count] = tables[table][row];
            count += 1;
            row += 1;
        }
        table += 1;
    }
    rows
}
