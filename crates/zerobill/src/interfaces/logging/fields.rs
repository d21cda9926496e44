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
    fields: Vec<(String, Vec<u8>)>,
    /// Where each name stands, once there are [`MANY`]: a whole document may be logged as fields.
    places: HashMap<String, usize>,
}

/// So many fields are faster found by an index than by looking at each.
const MANY: usize = 32;

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
        let mut json = Vec::with_capacity(32);
        write_value(&mut json, name, value);
        self.put(name, json);
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

    pub(crate) fn put(&mut self, name: &str, json: Vec<u8>) {
        if let Some(place) = self.place(name) {
            self.fields[place].1 = json;
            return;
        }
        if self.fields.len() >= MANY {
            self.places.insert(name.to_owned(), self.fields.len());
        }
        self.fields.push((name.to_owned(), json));
    }

    fn place(&mut self, name: &str) -> Option<usize> {
        if self.fields.len() < MANY {
            return self.fields.iter().position(|(other, _)| other == name);
        }
        if self.places.len() < self.fields.len() {
            let names = self.fields.iter().enumerate();
            self.places = names.map(|(place, (name, _))| (name.clone(), place)).collect();
        }
        self.places.get(name).copied()
    }

    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.fields.len();
        self.fields.retain(|(other, _)| other != name);
        self.places.clear();
        self.fields.len() < before
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// Writes `,"name":value` for every field that `skip` does not name.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>, skip: impl Fn(&str) -> bool) {
        for (name, json) in self.fields.iter().filter(|(name, _)| !skip(name)) {
            out.push(b',');
            write_text(out, name);
            out.push(b':');
            out.extend_from_slice(json);
        }
    }
}

impl Fields for FieldWriter {
    fn write(&self, writer: &mut FieldWriter) {
        for (name, json) in &self.fields {
            writer.put(name, json.clone());
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
