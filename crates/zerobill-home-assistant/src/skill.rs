//! A request to a custom skill: where its token is, and answers that Alexa speaks.

use serde_json::{Value, json, value::RawValue};
use zerobill::Event;

use crate::{
    directive::not_json,
    failure::{Failure, Kind},
    members::{at, is_object, text},
};

/// What must be read of a request to a custom skill.
#[derive(Debug)]
pub(crate) struct Skill {
    kind: String,
    language: String,
    token: Option<String>,
}

impl Skill {
    pub(crate) fn read(event: &Event) -> Self {
        let document = event.payload();
        let places: [&[&str]; 2] = [
            &["session", "user", "accessToken"],
            &["context", "System", "user", "accessToken"],
        ];
        Self {
            kind: text(document, &["request", "type"]).unwrap_or_default(),
            language: text(document, &["request", "locale"]).unwrap_or_default(),
            token: places
                .iter()
                .find_map(|path| text(document, path).filter(|token| !token.is_empty())),
        }
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Its name for the log, such as `IntentRequest`.
    pub(crate) fn label(&self) -> String {
        self.kind.chars().take(64).collect()
    }

    /// Home Assistant's answer.
    ///
    /// # Errors
    /// If `body` is none.
    pub(crate) fn accept(&self, body: String) -> Result<String, Failure> {
        // Nothing is said to the end of a session.
        if body.trim().is_empty() && self.kind == "SessionEndedRequest" {
            return Ok(json!({ "version": "1.0", "response": {} }).to_string());
        }
        let raw: &RawValue = serde_json::from_str(&body).map_err(|_| not_json(&body))?;
        if !at(raw, &["response"]).is_some_and(is_object) {
            return Err(
                Failure::internal("the answer is JSON, but not Home Assistant's: it has no `response`")
                    .hint("check that the URL is that of Home Assistant itself"),
            );
        }
        Ok(body)
    }

    /// The answer where there is none of Home Assistant; on a matter of the account Alexa's app offers to link it anew.
    pub(crate) fn failure(&self, failure: &Failure) -> Value {
        let mut response = json!({
            "outputSpeech": { "type": "PlainText", "text": spoken(failure.kind, &self.language) },
            "shouldEndSession": true,
        });
        if failure.kind.is_about_the_account() {
            response["card"] = json!({ "type": "LinkAccount" });
        }
        json!({ "version": "1.0", "response": response })
    }
}

/// What is said in the language of `locale`, or in English.
pub(crate) fn spoken(kind: Kind, locale: &str) -> &'static str {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    match (kind, language) {
        (Kind::Unreachable, "de") => "Home Assistant ist gerade nicht erreichbar.",
        (Kind::Unreachable, "es") => "No puedo conectar con Home Assistant en este momento.",
        (Kind::Unreachable, "fr") => "Home Assistant n'est pas joignable pour le moment.",
        (Kind::Unreachable, "it") => "Home Assistant non è raggiungibile in questo momento.",
        (Kind::Unreachable, _) => "I can't reach Home Assistant right now.",
        (Kind::StillRunning, "de") => "Home Assistant arbeitet noch daran.",
        (Kind::StillRunning, "es") => "Home Assistant todavía está trabajando en ello.",
        (Kind::StillRunning, "fr") => "Home Assistant y travaille encore.",
        (Kind::StillRunning, "it") => "Home Assistant ci sta ancora lavorando.",
        (Kind::StillRunning, _) => "Home Assistant is still working on it.",
        (Kind::ExpiredToken | Kind::InvalidToken, "de") => {
            "Bitte verknüpfe dein Home Assistant Konto in der Alexa App neu."
        }
        (Kind::ExpiredToken | Kind::InvalidToken, "es") => {
            "Vuelve a vincular tu cuenta de Home Assistant en la aplicación Alexa."
        }
        (Kind::ExpiredToken | Kind::InvalidToken, "fr") => {
            "Veuillez associer à nouveau votre compte Home Assistant dans l'application Alexa."
        }
        (Kind::ExpiredToken | Kind::InvalidToken, "it") => {
            "Collega di nuovo il tuo account Home Assistant nell'app Alexa."
        }
        (Kind::ExpiredToken | Kind::InvalidToken, _) => {
            "Please link your Home Assistant account again in the Alexa app."
        }
        (Kind::InvalidDirective | Kind::Internal, "de") => "Home Assistant hat nicht richtig geantwortet.",
        (Kind::InvalidDirective | Kind::Internal, "es") => "Home Assistant no ha respondido correctamente.",
        (Kind::InvalidDirective | Kind::Internal, "fr") => "Home Assistant n'a pas répondu correctement.",
        (Kind::InvalidDirective | Kind::Internal, "it") => "Home Assistant non ha risposto correttamente.",
        (Kind::InvalidDirective | Kind::Internal, _) => "Home Assistant did not answer properly.",
    }
}
