//! Watches the parsing of a text: duplicate keys, the memory of values, and the place of an error. All of it is one pass with one
//! wrapper, because everything between a type and its text is compiled again for every type.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::{JsonError, Step, in_json};

/// The memory limit for the values of a document: a base, and a multiple of its length.
const SPARE: usize = 768 * 1024;
const TIMES: usize = 2;
/// The memory of an untyped value besides its text, in a growing list.
const VALUE: usize = 96;
/// The additional memory of an untyped object, from its first member on.
const OBJECT: usize = 300;
/// The memory of a map entry, besides key and value.
const ENTRY: usize = 128;
/// The minimum memory of an item of a typed list, in a growing list.
const ITEM: usize = 24;
/// How many keys of an object are remembered for free, to detect duplicates, and the memory of each further one.
const KEYS: usize = 32;
const KEY: usize = 64;

/// The state of the watch.
pub(super) struct Watch {
    /// The remaining memory for values, in bytes.
    memory: Cell<usize>,
    is_strict: bool,
    /// The place of an error, from the inside out, if it is to be determined.
    place: Option<RefCell<Vec<Step>>>,
}

impl Watch {
    pub(super) const fn new(memory: usize, is_strict: bool) -> Self {
        Self {
            memory: Cell::new(memory),
            is_strict,
            place: None,
        }
    }

    /// The limit for a text of this length.
    pub(super) const fn memory_for(length: usize) -> usize {
        SPARE + TIMES * length
    }

    /// The same, and determines the place of an error.
    pub(super) fn and_where(self) -> Self {
        let place = Some(RefCell::default());
        Self { place, ..self }
    }

    #[cold]
    pub(super) fn error(&self, cause: &serde_json::Error) -> JsonError {
        let mut path = self.place.as_ref().map(RefCell::take).unwrap_or_default();
        path.reverse();
        let rule = in_json(&cause.to_string());
        JsonError { path, rule }
    }

    /// Records the place of an error: called for every enclosing value, from the inside out.
    fn locate<T, E>(
        &self,
        result: Result<T, E>,
        step: impl FnOnce() -> Option<Step>,
    ) -> Result<T, E> {
        if result.is_err() && self.place.is_some() {
            self.note(step());
        }
        result
    }

    #[cold]
    fn note(&self, step: Option<Step>) {
        if let Some(place) = &self.place {
            place.borrow_mut().extend(step);
        }
    }

    /// Counts memory.
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

/// How a visitor stores values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    /// In the fields of a type.
    Typed,
    /// In a map, under any key.
    Map,
    /// As untyped values.
    Any,
    /// Not at all.
    Nothing,
}

/// A watched deserializer, visitor or access.
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

    /// Parsed as any value, so that ignored values are watched, too: serde_json would skip them almost unchecked.
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

    /// Accepts only an object.
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
        self.inner.visit_seq(Items {
            inner,
            watch: self.watch,
            kept: self.kept,
            count: 0,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Members {
            inner,
            watch: self.watch,
            kept: self.kept,
            count: 0,
            seen: HashSet::new(),
            last: None,
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Watched::new(inner, self.watch))
    }
}

/// Parses an item, or the value of a member. Errors before or after it belong to the enclosing value.
struct Part<'w, S> {
    seed: S,
    watch: &'w Watch,
    place: Option<Step>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Part<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let value = self.seed.deserialize(Watched::new(inner, self.watch));
        self.watch.locate(value, || self.place)
    }
}

/// The items of an array.
struct Items<'w, A> {
    inner: A,
    watch: &'w Watch,
    kept: Destination,
    /// How many items there were so far.
    count: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let next = self.inner.next_element_seed(Part {
            seed,
            watch: self.watch,
            place: Some(Step::Index(self.count)),
        })?;
        self.count += 1;
        if next.is_some() && self.kept == Destination::Typed {
            self.watch.count(ITEM)?;
        }
        Ok(next)
    }

    // No size hint: memory is allocated only for items that have arrived.
}

/// The members of an object.
struct Members<'w, A> {
    inner: A,
    watch: &'w Watch,
    kept: Destination,
    /// How many keys there were so far.
    count: usize,
    /// The keys so far.
    seen: HashSet<Box<str>>,
    /// The last key, if the place of an error is to be determined.
    last: Option<String>,
}

impl<A> Members<'_, A> {
    /// Counts a key and the memory for its value.
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

impl<'de, A: MapAccess<'de>> Members<'_, A> {
    /// The next key, if any; separate from `next_key_seed`, which is compiled again for every type.
    #[inline(never)]
    fn next_name(&mut self) -> Result<Option<String>, A::Error> {
        let Some(key) = self.inner.next_key::<String>()? else {
            return Ok(None);
        };
        self.count()?;
        if self.watch.place.is_some() {
            self.last = Some(key.clone());
        }
        if self.watch.is_strict && !self.seen.insert(key.as_str().into()) {
            let twice = A::Error::custom(format!("duplicate key \"{key}\""));
            return self
                .watch
                .locate(Err(twice), || self.last.take().map(Step::Key));
        }
        Ok(Some(key))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let Some(key) = self.next_name()? else {
            return Ok(None);
        };
        let key: StringDeserializer<A::Error> = key.into_deserializer();
        let known = seed.deserialize(key).map(Some);
        self.watch.locate(known, || self.last.take().map(Step::Key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Part {
            seed,
            watch: self.watch,
            place: self.last.take().map(Step::Key),
        })
    }
}

impl<'de, 'w, A: EnumAccess<'de>> EnumAccess<'de> for Watched<'w, A> {
    type Error = A::Error;
    type Variant = Variant<'w, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (name, inner) = self.inner.variant::<String>()?;
        let last = self.watch.place.is_some().then(|| name.clone());
        let name: StringDeserializer<A::Error> = name.into_deserializer();
        let watch = self.watch;
        let variant = Variant { inner, watch, last };
        Ok((seed.deserialize(name)?, variant))
    }
}

/// The content of an enum variant.
pub(super) struct Variant<'w, A> {
    inner: A,
    watch: &'w Watch,
    /// The variant's name, if the place of an error is to be determined.
    last: Option<String>,
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Variant<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        let done = self.inner.unit_variant();
        self.watch.locate(done, || self.last.map(Step::Key))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = Part {
            seed,
            watch: self.watch,
            place: None,
        };
        let value = self.inner.newtype_variant_seed(seed);
        self.watch.locate(value, || self.last.map(Step::Key))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = Watched::new(visitor, self.watch);
        let value = self.inner.tuple_variant(length, visitor);
        self.watch.locate(value, || self.last.map(Step::Key))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = Watched::new(visitor, self.watch);
        let value = self.inner.struct_variant(fields, visitor);
        self.watch.locate(value, || self.last.map(Step::Key))
    }
}
