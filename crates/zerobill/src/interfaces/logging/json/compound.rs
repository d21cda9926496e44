//! Arrays and objects: where values under the names of secrets are masked.

use serde::{Serialize, ser};
use serde_json::Value;

use super::{Failure, RAW_NUMBER, write_at, write_text};

/// An array or object that is being written.
pub(crate) struct Compound<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) depth: u8,
    pub(super) close: &'static [u8],
    pub(super) first: bool,
    /// Set where the mask stands for all that follows.
    pub(super) hidden: bool,
    /// Set while the one hidden field of raw JSON or of a long number is being read.
    pub(super) raw: Option<&'static str>,
    pub(super) key: String,
}

impl Compound<'_> {
    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) {
        if self.hidden {
            return;
        }
        self.comma();
        write_at(self.out, "", value, self.depth);
    }

    pub(super) fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if self.hidden {
            return;
        }
        self.comma();
        write_text(self.out, name);
        self.out.push(b':');
        write_at(self.out, name, value, self.depth);
    }

    pub(super) fn finish(self) {
        self.out.extend_from_slice(self.close);
    }

    /// Raw JSON is read, so that what is secret in it is masked too; what does not read is left out for the same reason.
    fn raw_field<T: Serialize + ?Sized>(&mut self, hidden: &str, value: &T) -> Result<(), Failure> {
        let Ok(Value::String(text)) = serde_json::to_value(value) else {
            return Err(Failure("raw JSON that is no text".to_owned()));
        };
        match serde_json::from_str::<Value>(&text) {
            Ok(_) if hidden == RAW_NUMBER => self.out.extend_from_slice(text.as_bytes()),
            Ok(value) => write_at(self.out, "", &value, self.depth),
            Err(error) => write_text(self.out, &format!("<{} bytes of JSON left out: {error}>", text.len())),
        }
        Ok(())
    }
}

/// The four kinds of array differ in the names of their methods only.
macro_rules! arrays {
    ($($kind:ident::$method:ident),*) => {$(
        impl ser::$kind for Compound<'_> {
            type Ok = ();
            type Error = Failure;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
                self.element(value);
                Ok(())
            }
            fn end(self) -> Result<(), Failure> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

arrays!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Failure;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failure> {
        let mut json = Vec::new();
        write_at(&mut json, "", key, self.depth);
        self.key = match serde_json::from_slice(&json) {
            Ok(Value::String(text)) => text,
            _ => String::from_utf8_lossy(&json).into_owned(),
        };
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value);
        Ok(())
    }
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Failure> {
        self.serialize_key(key)?;
        self.serialize_value(value)
    }
    fn end(self) -> Result<(), Failure> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Compound<'_> {
    type Ok = ();
    type Error = Failure;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Failure> {
        match self.raw {
            Some(hidden) => self.raw_field(hidden, value)?,
            None => self.field(name, value),
        }
        Ok(())
    }
    fn end(self) -> Result<(), Failure> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStructVariant for Compound<'_> {
    type Ok = ();
    type Error = Failure;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Failure> {
        self.field(name, value);
        Ok(())
    }
    fn end(self) -> Result<(), Failure> {
        self.finish();
        Ok(())
    }
}
