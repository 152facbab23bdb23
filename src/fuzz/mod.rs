//! What reads input from elsewhere, as functions that take any bytes and say which promise was broken: for the runner in the
//! unit tests ([`runner`]), and for the targets of cargo-fuzz in `fuzz/`. In no ordinary build.
//!
//! A promise is more than "no panic": an answer is below 500, in its provider's own envelope and there within seconds; what is
//! refused changes nothing; what is taken and written down reads as the same again; what was signed verifies.

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

/// What an input did, as a number: inputs that do the same are of the same kind.
pub type Kind = u64;

/// A reader under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder of inputs.
    pub name: &'static str,
    /// The mode of authentication of its world.
    pub auth: &'static str,
    /// Gives it an input; an error is the promise that was broken.
    pub run: fn(&mut World, &[u8]) -> Result<Kind, String>,
}

/// Every target.
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

/// Gives a target an input, in a world that lasts as long as the thread; what is broken is a panic. For cargo-fuzz.
///
/// # Panics
/// When a promise is broken, or there is no target of that name.
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

/// A number for what an input did.
fn kind(of: impl std::hash::Hash) -> Kind {
    use std::hash::{DefaultHasher, Hasher as _};

    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
