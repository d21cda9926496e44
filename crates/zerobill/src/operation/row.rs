//! A row of an operation table: a description, and a closure that makes the typed call.

use std::{future::Future, marker::PhantomData, pin::Pin};

use serde::Serialize;
use serde_json::Value;

use super::{Description, Operation, Parameters, Repeatable, Reply, parameters::decode};
use crate::{
    error::{Error, INTERNAL, Result},
    gateway::Gateway,
};

/// A row: its description and the call.
pub(crate) struct Row<P, R, E, F> {
    description: Description,
    run: F,
    marker: PhantomData<fn(P) -> Result<R, E>>,
}

/// A row whose call answers at once.
pub(crate) const fn op<P, R, E, F>(name: &'static str, doc: &'static str, run: F) -> Row<P, R, E, F>
where
    P: Parameters,
    F: Fn(&Gateway, P) -> Result<R, E> + Copy,
{
    let description = Description {
        name,
        doc,
        fields: P::FIELDS,
        example: "{}",
        read_only: false,
        exposed_by_star: false,
        repeatable: Repeatable::Equal,
    };
    Row {
        description,
        run,
        marker: PhantomData,
    }
}

/// Marks a call whose answer has to be awaited.
#[derive(Clone, Copy)]
pub(crate) struct Later<F>(F);

/// A row whose call has to be awaited.
pub(crate) const fn op_async<P, R, E, F>(name: &'static str, doc: &'static str, run: F) -> Row<P, R, E, Later<F>>
where
    P: Parameters,
    F: for<'a> Fn(&'a Gateway, P) -> Pin<Box<dyn Future<Output = Result<R, E>> + Send + 'a>> + Copy,
{
    let description = Description {
        name,
        doc,
        fields: P::FIELDS,
        example: "{}",
        read_only: false,
        exposed_by_star: false,
        repeatable: Repeatable::Equal,
    };
    Row {
        description,
        run: Later(run),
        marker: PhantomData,
    }
}

/// A row whose call answers at once and cannot fail.
pub(crate) const fn op_value<P, R, F>(
    name: &'static str,
    doc: &'static str,
    run: F,
) -> Row<P, R, Error, impl Fn(&Gateway, P) -> Result<R> + Copy + Send + Sync>
where
    P: Parameters,
    F: Fn(&Gateway, P) -> R + Copy + Send + Sync,
{
    op(name, doc, move |gateway, parameters| Ok(run(gateway, parameters)))
}

// `Copy` tells the compiler that nothing is dropped when a constant row is rebuilt.
impl<P, R, E, F: Copy> Row<P, R, E, F> {
    /// Parameters of a call that works on a fresh gateway.
    pub(crate) const fn example(mut self, example: &'static str) -> Self {
        self.description.example = example;
        self
    }

    /// It only reads what is no secret, so `interface.*` exposes it.
    pub(crate) const fn read_only(mut self) -> Self {
        self.description.read_only = true;
        self.description.exposed_by_star = true;
        self
    }

    /// It only reads, but has to be exposed by its own name: its answer may be private, or it does much work.
    pub(crate) const fn reads(mut self) -> Self {
        self.description.read_only = true;
        self
    }

    /// Two equal calls agree in shape only, because of `reason`.
    pub(crate) const fn same_shape(mut self, reason: &'static str) -> Self {
        self.description.repeatable = Repeatable::SameShape(reason);
        self
    }
}

impl<P, R, E, F> Operation for Row<P, R, E, F>
where
    P: Parameters,
    R: Serialize,
    E: Into<Error>,
    F: Fn(&Gateway, P) -> Result<R, E> + Copy + Send + Sync,
{
    fn description(&self) -> &Description {
        &self.description
    }

    fn call<'a>(&'a self, gateway: &'a Gateway, parameters: Value) -> Reply<'a> {
        Reply::Ready(decode(parameters).and_then(|parameters| encode((self.run)(gateway, parameters))))
    }

    #[cfg(test)]
    fn struct_fields(&self) -> Option<&'static [&'static str]> {
        asked::fields_of::<P>()
    }
}

impl<P, R, E, F> Operation for Row<P, R, E, Later<F>>
where
    P: Parameters,
    R: Serialize,
    E: Into<Error>,
    F: for<'a> Fn(&'a Gateway, P) -> Pin<Box<dyn Future<Output = Result<R, E>> + Send + 'a>> + Copy + Send + Sync,
{
    fn description(&self) -> &Description {
        &self.description
    }

    fn call<'a>(&'a self, gateway: &'a Gateway, parameters: Value) -> Reply<'a> {
        match decode(parameters) {
            Ok(parameters) => {
                let work = (self.run.0)(gateway, parameters);
                Reply::Pending(Box::pin(async move { encode(work.await) }))
            }
            Err(error) => Reply::Ready(Err(error)),
        }
    }

    #[cfg(test)]
    fn struct_fields(&self) -> Option<&'static [&'static str]> {
        asked::fields_of::<P>()
    }
}

/// The answer as JSON.
fn encode<R: Serialize, E: Into<Error>>(result: Result<R, E>) -> Result<Value> {
    let value = result.map_err(Into::into)?;
    serde_json::to_value(value).map_err(|error| Error::new(INTERNAL, "the answer is not JSON").with_source(error))
}

/// Asks a struct's `Deserialize` for the names of its fields.
#[cfg(test)]
mod asked {
    use serde::{
        Deserializer,
        de::{DeserializeOwned, Error as _, Visitor, value::Error},
        forward_to_deserialize_any,
    };

    pub(super) fn fields_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
        let mut fields = None;
        // It always fails: only the question counts.
        drop(T::deserialize(Recorder(&mut fields)));
        fields
    }

    struct Recorder<'a>(&'a mut Option<&'static [&'static str]>);

    impl<'de> Deserializer<'de> for Recorder<'_> {
        type Error = Error;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _name: &'static str,
            fields: &'static [&'static str],
            _visitor: V,
        ) -> Result<V::Value, Error> {
            *self.0 = Some(fields);
            Err(Error::custom("only the names were wanted"))
        }

        fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
            Err(Error::custom("not a struct"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
}
