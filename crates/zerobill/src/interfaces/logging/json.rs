//! JSON that never fails: whatever is logged becomes a value, and what is secret is masked on the way.
//!
//! It differs from `serde_json` in this: NaN, infinities, 128-bit numbers and keys that are no text become text, a value
//! whose own `Serialize` fails or panics becomes text that says so, and values under the names of secrets become `***`.

mod compound;

use std::{
    fmt,
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde::{
    Serialize,
    ser::{self, Serializer as _},
};

use self::compound::Compound;
use crate::redact::{MASK, is_secret};

/// How deep values are followed.
const MAX_DEPTH: u8 = 32;

/// The names under which `serde_json` hides raw JSON and long numbers.
const RAW_VALUE: &str = "$serde_json::private::RawValue";
const RAW_NUMBER: &str = "$serde_json::private::Number";

/// Writes `value` to `out`, masked if `name` is a secret's.
pub(crate) fn write_value<T: Serialize + ?Sized>(out: &mut Vec<u8>, name: &str, value: &T) {
    let start = out.len();
    // Whatever the value broke is its own: only `out` is looked at again, and that is cut back.
    if catch_unwind(AssertUnwindSafe(|| write_at(out, name, value, 0))).is_err() {
        out.truncate(start);
        write_text(out, PANICKED);
    }
}

/// What is written instead of a value that panics.
pub(super) const PANICKED: &str = "<cannot be serialized: it panicked>";

/// Writes `text` to `out` as a JSON string.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    // Writing text to memory cannot fail.
    _ = serde_json::to_writer(out, text);
}

fn write_at<T: Serialize + ?Sized>(out: &mut Vec<u8>, name: &str, value: &T, depth: u8) {
    if is_secret(name) {
        return write_text(out, MASK);
    }
    if depth > MAX_DEPTH {
        return write_text(out, "<nested too deeply>");
    }
    let start = out.len();
    if let Err(Failure(reason)) = value.serialize(Json { out, depth }) {
        out.truncate(start);
        write_text(out, &format!("<cannot be serialized: {reason}>"));
    }
}

struct Json<'a> {
    out: &'a mut Vec<u8>,
    depth: u8,
}

/// What a value's own `Serialize` said.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Json<'_> {
    fn plain(self, value: impl fmt::Display) -> Result<(), Failure> {
        write!(self.out, "{value}").map_err(ser::Error::custom)
    }

    fn text(self, value: impl fmt::Display) -> Result<(), Failure> {
        self.serialize_str(&value.to_string())
    }
}

impl<'a> Json<'a> {
    fn open(self, bracket: &'static [u8], close: &'static [u8]) -> Compound<'a> {
        self.out.extend_from_slice(bracket);
        Compound {
            out: self.out,
            depth: self.depth + 1,
            close,
            first: true,
            hidden: false,
            raw: None,
            key: String::new(),
        }
    }

    fn open_variant(self, variant: &str, bracket: &'static [u8], close: &'static [u8]) -> Compound<'a> {
        self.out.push(b'{');
        write_text(self.out, variant);
        self.out.push(b':');
        if is_secret(variant) {
            write_text(self.out, MASK);
            let mut compound = self.open(b"", b"}");
            compound.hidden = true;
            return compound;
        }
        self.open(bracket, close)
    }
}

/// What JSON writes as Rust does.
macro_rules! numbers {
    ($($method:ident($number:ty)),*) => {$(
        fn $method(self, value: $number) -> Result<(), Failure> {
            self.plain(value)
        }
    )*};
}

impl<'a> ser::Serializer for Json<'a> {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    numbers!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64)
    );

    fn serialize_i128(self, value: i128) -> Result<(), Failure> {
        if i64::try_from(value).is_ok() {
            self.plain(value)
        } else {
            self.text(value)
        }
    }
    fn serialize_u128(self, value: u128) -> Result<(), Failure> {
        if u64::try_from(value).is_ok() {
            self.plain(value)
        } else {
            self.text(value)
        }
    }
    fn serialize_f32(self, value: f32) -> Result<(), Failure> {
        if value.is_finite() {
            self.plain(format_args!("{value:?}"))
        } else {
            self.text(value)
        }
    }
    fn serialize_f64(self, value: f64) -> Result<(), Failure> {
        if value.is_finite() {
            self.plain(format_args!("{value:?}"))
        } else {
            self.text(value)
        }
    }
    fn serialize_char(self, value: char) -> Result<(), Failure> {
        self.text(value)
    }
    fn serialize_str(self, value: &str) -> Result<(), Failure> {
        write_text(self.out, value);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Failure> {
        value.serialize(self)
    }
    fn serialize_none(self) -> Result<(), Failure> {
        self.plain("null")
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failure> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Failure> {
        self.plain("null")
    }
    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Failure> {
        self.plain("null")
    }
    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<(), Failure> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<(), Failure> {
        write_at(self.out, "", value, self.depth + 1);
        Ok(())
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        let mut object = self.open(b"{", b"}");
        object.field(variant, value);
        object.finish();
        Ok(())
    }
    fn serialize_seq(self, _length: Option<usize>) -> Result<Compound<'a>, Failure> {
        Ok(self.open(b"[", b"]"))
    }
    fn serialize_tuple(self, _length: usize) -> Result<Compound<'a>, Failure> {
        Ok(self.open(b"[", b"]"))
    }
    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Compound<'a>, Failure> {
        Ok(self.open(b"[", b"]"))
    }
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound<'a>, Failure> {
        Ok(self.open_variant(variant, b"[", b"]}"))
    }
    fn serialize_map(self, _length: Option<usize>) -> Result<Compound<'a>, Failure> {
        Ok(self.open(b"{", b"}"))
    }
    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Compound<'a>, Failure> {
        if name == RAW_VALUE || name == RAW_NUMBER {
            let mut compound = self.open(b"", b"");
            compound.raw = Some(name);
            return Ok(compound);
        }
        Ok(self.open(b"{", b"}"))
    }
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound<'a>, Failure> {
        Ok(self.open_variant(variant, b"{", b"}}"))
    }
}
