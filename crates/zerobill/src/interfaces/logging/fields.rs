//! What a caller adds to a line: names with values of any type.

use std::{
    collections::HashMap,
    error::Error as StdError,
    panic::{AssertUnwindSafe, Location, catch_unwind},
};

use serde::{Serialize, ser::SerializeMap};
use serde_json::{Map, Value};

use super::json::{PANICKED, write_text, write_value};

/// Names with values, written in order.
///
/// `()` is none; arrays, slices and vectors of pairs, and JSON objects, are some.
pub trait Fields {
    /// Hands each field to `writer`.
    fn write(&self, writer: &mut FieldWriter);
}

/// Takes fields and keeps them as JSON. A later field replaces an earlier one of the same name.
#[derive(Debug, Default)]
pub struct FieldWriter {
    /// `,"name":value` of each field, one after the other.
    text: Vec<u8>,
    fields: Vec<Place>,
    /// Which of them has a name, as it stands in the text, once there are [`MANY`]: a whole document may be logged as fields.
    index: HashMap<Vec<u8>, usize>,
}

/// Where a field stands in the text.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    /// Where its value begins.
    value: usize,
    end: usize,
}

/// So many fields are faster found by an index than by looking at each.
const MANY: usize = 32;

/// Memory for the fields of an ordinary line.
const FIRST_BYTES: usize = 256;
const FIRST_FIELDS: usize = 12;

impl FieldWriter {
    /// What `fields` hand over; those before a panic, if they panic.
    pub(super) fn of(fields: &(impl Fields + ?Sized)) -> Self {
        let mut writer = Self::default();
        // A field is kept whole or not at all, so what was written before stays good.
        if catch_unwind(AssertUnwindSafe(|| fields.write(&mut writer))).is_err() {
            writer.field("fields", PANICKED);
        }
        writer
    }

    /// Adds the field `name`; nothing that `value` does makes this fail.
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.add(name, |out| write_value(out, name, value));
    }

    /// Adds an error with its causes, as `name`, `message` and `cause`.
    pub(crate) fn error(&mut self, name: &str, error: &(dyn StdError + 'static)) {
        self.field(
            name,
            &Described {
                name: "Error",
                location: None,
                error,
            },
        );
    }

    /// Adds the field `name` with a value that is JSON already.
    pub(crate) fn put(&mut self, name: &str, json: &[u8]) {
        self.add(name, |out| out.extend_from_slice(json));
    }

    fn add(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        if self.fields.is_empty() {
            self.text.clear();
            self.text.reserve(FIRST_BYTES);
            self.fields.reserve(FIRST_FIELDS);
        }
        let start = self.text.len();
        self.text.push(b',');
        write_text(&mut self.text, name);
        self.text.push(b':');
        let value = self.text.len();
        write(&mut self.text);
        let end = self.text.len();
        self.keep(Place { start, value, end });
    }

    /// Keeps the field that was just written at the text's end, in the place of one of its name if there is one.
    fn keep(&mut self, new: Place) {
        let Some(place) = self.place(new) else {
            if self.fields.len() >= MANY {
                let name = self.name(new).to_vec();
                self.index.insert(name, self.fields.len());
            }
            self.fields.push(new);
            return;
        };
        let json = self.text.split_off(new.value);
        self.text.truncate(new.start);
        let old = self.fields[place];
        let (before, after) = (old.end - old.value, json.len());
        self.text.splice(old.value..old.end, json);
        self.fields[place].end = old.value + after;
        for later in &mut self.fields[place + 1..] {
            for at in [&mut later.start, &mut later.value, &mut later.end] {
                *at = *at - before + after;
            }
        }
    }

    /// The name of a field between its quotes.
    fn name(&self, place: Place) -> &[u8] {
        &self.text[place.start + 2..place.value - 2]
    }

    /// The field that has the name of this one.
    fn place(&mut self, new: Place) -> Option<usize> {
        if self.fields.len() < MANY {
            let name = self.name(new);
            return self.fields.iter().position(|other| self.name(*other) == name);
        }
        if self.index.len() < self.fields.len() {
            let names = self.fields.iter().enumerate();
            let names: Vec<_> = names
                .map(|(place, field)| (self.name(*field).to_vec(), place))
                .collect();
            self.index.extend(names);
        }
        self.index.get(self.name(new)).copied()
    }

    fn find(&self, name: &str) -> Option<usize> {
        let mut quoted = Vec::with_capacity(name.len() + 2);
        write_text(&mut quoted, name);
        let name = &quoted[1..quoted.len() - 1];
        self.fields.iter().position(|field| self.name(*field) == name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let Some(place) = self.find(name) else { return false };
        let old = self.fields.remove(place);
        self.text.drain(old.start..old.end);
        for later in &mut self.fields[place..] {
            for at in [&mut later.start, &mut later.value, &mut later.end] {
                *at -= old.end - old.start;
            }
        }
        self.index.clear();
        true
    }

    /// How many bytes the fields take, those of `name` aside.
    pub(crate) fn bytes_without(&self, name: &str) -> usize {
        let own = self.find(name).map(|place| self.fields[place]);
        self.text.len() - own.map_or(0, |own| own.end - own.start)
    }

    /// The names as they stand in a line, without their quotes.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.fields.iter().map(|field| self.name(*field))
    }

    /// Writes `,"name":value` for every field that `skip` does not name.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>, skip: impl Fn(&[u8]) -> bool) {
        for field in self.fields.iter().filter(|field| !skip(self.name(**field))) {
            out.extend_from_slice(&self.text[field.start..field.end]);
        }
    }
}

impl Fields for FieldWriter {
    fn write(&self, writer: &mut FieldWriter) {
        for field in &self.fields {
            let start = writer.text.len();
            writer.text.extend_from_slice(&self.text[field.start..field.end]);
            writer.keep(Place {
                start,
                value: start + field.value - field.start,
                end: start + field.end - field.start,
            });
        }
    }
}

impl Fields for () {
    fn write(&self, _writer: &mut FieldWriter) {}
}

impl<F: Fields + ?Sized> Fields for &F {
    fn write(&self, writer: &mut FieldWriter) {
        (*self).write(writer);
    }
}

impl<N: AsRef<str>, T: Serialize> Fields for [(N, T)] {
    fn write(&self, writer: &mut FieldWriter) {
        for (name, value) in self {
            writer.field(name.as_ref(), value);
        }
    }
}

impl<N: AsRef<str>, T: Serialize, const LENGTH: usize> Fields for [(N, T); LENGTH] {
    fn write(&self, writer: &mut FieldWriter) {
        self.as_slice().write(writer);
    }
}

impl<N: AsRef<str>, T: Serialize> Fields for Vec<(N, T)> {
    fn write(&self, writer: &mut FieldWriter) {
        self.as_slice().write(writer);
    }
}

impl Fields for Map<String, Value> {
    fn write(&self, writer: &mut FieldWriter) {
        for (name, value) in self {
            writer.field(name, value);
        }
    }
}

/// An object's members; any other value stands under `data`.
impl Fields for Value {
    fn write(&self, writer: &mut FieldWriter) {
        match self {
            Self::Object(object) => object.write(writer),
            Self::Null => {}
            other => writer.field("data", other),
        }
    }
}

/// `error` as a field's value: its type's name, the caller's place, its message and its causes.
///
/// ```
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// let error = "x".parse::<u8>().unwrap_err();
/// gateway.logging().error("bad port", [("error", zerobill::logging::describe(&error))]);
/// ```
#[track_caller]
pub fn describe<E: StdError + 'static>(error: &E) -> Described<'_> {
    let path = std::any::type_name::<E>();
    let name = path
        .split('<')
        .next()
        .and_then(|path| path.rsplit("::").next())
        .unwrap_or(path);
    Described {
        name,
        location: Some(Location::caller()),
        error,
    }
}

/// An error as the value of a field; made by [`describe`].
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    name: &'static str,
    location: Option<&'static Location<'static>>,
    error: &'a (dyn StdError + 'static),
}

impl Serialize for Described<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name)?;
        if let Some(location) = self.location {
            map.serialize_entry("location", &format!("{}:{}", location.file(), location.line()))?;
        }
        map.serialize_entry("message", &self.error.to_string())?;
        if let Some(cause) = self.error.source() {
            map.serialize_entry(
                "cause",
                &Described {
                    name: "Error",
                    location: None,
                    error: cause,
                },
            )?;
        }
        map.end()
    }
}
