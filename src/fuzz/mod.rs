//! Readers of external input, as functions that accept any bytes and report a broken guarantee: for the runner in the
//! unit tests ([`runner`]), and for the cargo-fuzz targets in `fuzz/`. Excluded from ordinary builds.
//!
//! The guarantees go beyond "no panic": an answer is below 500, in its provider's own envelope and takes at most
//! seconds; a refused input changes nothing; an accepted input reads the same after a round trip; a signed request
//! verifies.

mod data;
mod parts;
mod request;
mod world;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod mutate;
#[cfg(test)]
mod runner;

pub use world::World;

/// A number for the behaviour of an input: inputs with equal behaviour are of the same kind.
pub type Kind = u64;

/// A reader to test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder of inputs.
    pub name: &'static str,
    /// The authentication mode of its world.
    pub auth: &'static str,
    /// Runs an input; an error is a broken guarantee.
    pub run: fn(&mut World, &[u8]) -> Result<Kind, String>,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "parameters",
        auth: "off",
        run: |_, input| parts::parameters(input),
    },
    Target {
        name: "signatures",
        auth: "off",
        run: |_, input| parts::signatures(input),
    },
    Target {
        name: "calls",
        auth: "off",
        run: World::requests,
    },
    Target {
        name: "lenient",
        auth: "lenient",
        run: World::requests,
    },
    Target {
        name: "strict",
        auth: "strict",
        run: World::requests,
    },
    Target {
        name: "control",
        auth: "off",
        run: World::requests,
    },
    Target {
        name: "seed",
        auth: "off",
        run: |world, input| data::seed(world, input, false),
    },
    Target {
        name: "ndjson",
        auth: "off",
        run: |world, input| data::seed(world, input, true),
    },
    Target {
        name: "snapshot",
        auth: "off",
        run: data::snapshot,
    },
];

/// Runs an input on a target, in a world that lives as long as the thread; a broken guarantee panics. For cargo-fuzz.
///
/// # Panics
/// If a guarantee is broken, or there is no target with this name.
pub fn fuzz(name: &str, input: &[u8]) {
    use std::cell::RefCell;

    thread_local! {
        static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
    }
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.expect("a target of that name");
    WORLD.with_borrow_mut(|world| {
        let world = world.get_or_insert_with(|| World::new(target.auth));
        if let Err(broken) = (target.run)(world, input) {
            panic!("{name}: {broken}");
        }
    });
}

/// A number for the behaviour of an input.
fn kind(of: impl std::hash::Hash) -> Kind {
    use std::hash::{DefaultHasher, Hasher as _};

    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
