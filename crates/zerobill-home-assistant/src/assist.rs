//! A sentence for Home Assistant's Assist, which answers in a shape of its own, errors too.

use serde_json::{Value, json, value::RawValue};
use zerobill::Event;

use crate::{
    directive::not_json,
    failure::Failure,
    members::{at, is_object, text},
    skill::spoken,
};

/// What must be read of it.
#[derive(Debug)]
pub(crate) struct Assist {
    language: String,
}

impl Assist {
    pub(crate) fn read(event: &Event) -> Self {
        Self {
            language: text(event.payload(), &["language"]).unwrap_or_default(),
        }
    }

    /// Home Assistant's answer.
    ///
    /// # Errors
    /// If `body` is none.
    #[expect(clippy::unused_self, reason = "the three kinds of request are asked the same")]
    pub(crate) fn accept(&self, body: String) -> Result<String, Failure> {
        let raw: &RawValue = serde_json::from_str(&body).map_err(|_| not_json(&body))?;
        if !at(raw, &["response"]).is_some_and(is_object) {
            return Err(Failure::internal(
                "the answer is JSON, but not Assist's: it has no `response`",
            ));
        }
        Ok(body)
    }

    /// The answer where there is none of Home Assistant, as it would word one itself.
    pub(crate) fn failure(&self, failure: &Failure) -> Value {
        let speech = spoken(failure.kind, &self.language);
        json!({
            "response": {
                "speech": { "plain": { "speech": speech, "extra_data": null } },
                "card": {},
                "language": self.language,
                "response_type": "error",
                "data": { "code": "failed_to_handle" },
            },
            "conversation_id": null,
        })
    }
}
