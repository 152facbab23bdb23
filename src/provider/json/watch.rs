//! What is watched while a text is read: a key that is there twice, and how much memory the values take.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::{JsonError, Step, in_json};

/// What the values of a document may take, in bytes: so much however short it is, and so many times its length.
const SPARE: usize = 768 * 1024;
const TIMES: usize = 2;
/// What a value that may be anything takes besides its text, in a list that grows.
const VALUE: usize = 96;
/// What an object that may be any takes more, from its first member on.
const OBJECT: usize = 300;
/// What an entry of a map takes, name and value apart.
const ENTRY: usize = 128;
/// What an item of a list of one kind takes at least, in a list that grows.
const ITEM: usize = 24;
/// How many keys of an object are remembered for nothing, to find the one that is there twice, and what each one more takes.
const KEYS: usize = 32;
const KEY: usize = 64;

/// What is kept an eye on while a text is read.
pub(super) struct Watch {
    /// How many bytes of memory the values may still take.
    memory: Cell<usize>,
    is_strict: bool,
    /// A key that was there twice.
    twice: RefCell<Option<String>>,
}

impl Watch {
    pub(super) fn new(memory: usize, is_strict: bool) -> Self {
        Self {
            memory: Cell::new(memory),
            is_strict,
            twice: RefCell::default(),
        }
    }

    pub(super) fn strict(length: usize) -> Self {
        Self::new(SPARE + TIMES * length, true)
    }

    pub(super) fn error(&self, mut path: Vec<Step>, rule: &str) -> JsonError {
        path.extend(self.twice.take().map(Step::Key));
        let rule = in_json(rule);
        JsonError { path, rule }
    }

    /// Counts what is to be kept.
    fn count<E: Error>(&self, bytes: usize) -> Result<(), E> {
        let Some(rest) = self.memory.get().checked_sub(bytes) else {
            return Err(E::custom(
                "too many small values for a text of this length; send it in parts",
            ));
        };
        self.memory.set(rest);
        Ok(())
    }
}

/// What becomes of the values that a visitor is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    /// They go into a type of its own, which has a place for each.
    Typed,
    /// They go into a map, under any key.
    Map,
    /// They stay as they are, whatever they are.
    Any,
    /// They are looked at and forgotten.
    Nothing,
}

/// A deserializer, a visitor or an access that is watched.
pub(super) struct Watched<'w, I> {
    inner: I,
    watch: &'w Watch,
    kept: Destination,
}

impl<'w, I> Watched<'w, I> {
    pub(super) const fn new(inner: I, watch: &'w Watch) -> Self {
        Self::keeping(Destination::Typed, inner, watch)
    }

    const fn keeping(kept: Destination, inner: I, watch: &'w Watch) -> Self {
        Self { inner, watch, kept }
    }
}

macro_rules! forward {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(Watched::new(visitor, self.watch))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Watched<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.watch.count(VALUE)?;
        self.inner
            .deserialize_any(Watched::keeping(Destination::Any, visitor, self.watch))
    }

    forward! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit deserialize_seq
        deserialize_identifier
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_map(Watched::keeping(Destination::Map, visitor, self.watch))
    }

    /// Read as what it may be, so that what is not kept is watched as well: serde_json skips it with hardly a look.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_any(Watched::keeping(Destination::Nothing, visitor, self.watch))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Watched::new(visitor, self.watch);
        self.inner.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Watched::new(visitor, self.watch);
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Watched::new(visitor, self.watch);
        self.inner.deserialize_tuple(length, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Watched::new(visitor, self.watch);
        self.inner.deserialize_tuple_struct(name, length, visitor)
    }

    /// An object and nothing else.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner
            .deserialize_map(Watched::new(visitor, self.watch))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Watched::new(visitor, self.watch);
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident($kind:ty))*) => {$(
        fn $method<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Watched<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128) visit_f32(f32) visit_f64(f64)
        visit_char(char) visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Watched::new(inner, self.watch))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner
            .visit_newtype_struct(Watched::new(inner, self.watch))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner
            .visit_seq(Watched::keeping(self.kept, inner, self.watch))
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Members {
            inner,
            watch: self.watch,
            kept: self.kept,
            count: 0,
            seen: HashSet::new(),
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Watched::new(inner, self.watch))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Watched<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Watched::new(inner, self.watch))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let next = self
            .inner
            .next_element_seed(Watched::new(seed, self.watch))?;
        if next.is_some() && self.kept == Destination::Typed {
            self.watch.count(ITEM)?;
        }
        Ok(next)
    }

    // No hint of the size: room is made for what has come.
}

/// The members of an object.
struct Members<'w, A> {
    inner: A,
    watch: &'w Watch,
    kept: Destination,
    /// How many keys there were so far.
    count: usize,
    /// Which those were.
    seen: HashSet<Box<str>>,
}

impl<A> Members<'_, A> {
    /// Counts a key, and the place for its value.
    fn count<E: Error>(&mut self) -> Result<(), E> {
        self.count += 1;
        let place = match self.kept {
            Destination::Any if self.count == 1 => OBJECT,
            Destination::Any | Destination::Map => ENTRY,
            Destination::Typed | Destination::Nothing => 0,
        };
        let remembered = if self.watch.is_strict && KEYS < self.count {
            KEY
        } else {
            0
        };
        self.watch.count(place + remembered)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let Some(key) = self.inner.next_key::<String>()? else {
            return Ok(None);
        };
        self.count()?;
        if self.watch.is_strict && !self.seen.insert(key.as_str().into()) {
            let rule = format!("the key \"{key}\" is there twice");
            *self.watch.twice.borrow_mut() = Some(key);
            return Err(A::Error::custom(rule));
        }
        let key: StringDeserializer<A::Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Watched::new(seed, self.watch))
    }
}

impl<'de, 'w, A: EnumAccess<'de>> EnumAccess<'de> for Watched<'w, A> {
    type Error = A::Error;
    type Variant = Watched<'w, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((value, Watched::new(variant, self.watch)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner
            .newtype_variant_seed(Watched::new(seed, self.watch))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner
            .tuple_variant(length, Watched::new(visitor, self.watch))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner
            .struct_variant(fields, Watched::new(visitor, self.watch))
    }
}
