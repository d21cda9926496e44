//! The handler: tells what a request is, asks Home Assistant, and answers in the request's own shape.

use std::sync::Arc;

use serde_json::{Value, json, value::RawValue};
use zerobill::{
    Error, Event, EventKind, Gateway, Handler, Result,
    config::{Made, Setting},
    error::INTERNAL,
    handler::{ConnectFuture, Reply, ReplyFuture},
};

use crate::{
    assist::Assist,
    directive::Directive,
    doctor,
    failure::{Failure, Kind},
    settings::{SETTINGS, Settings},
    skill::Skill,
    token::{self, Sender},
    upstream,
};

/// Answers Alexa with what Home Assistant says, and always in time.
///
/// It serves one gateway. The settings are read from it with the first event, and again after one of them has changed: a token that is
/// replaced in Parameter Store holds as soon as the gateway has asked there.
#[derive(Debug, Default)]
pub struct HomeAssistant {
    settings: Made<Settings>,
}

/// A request that Home Assistant is asked with.
enum Request<'a> {
    SmartHome(Directive<'a>),
    Skill(Skill),
    Assist(Assist),
}

impl HomeAssistant {
    /// The handler, which builds nothing before the first event.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn settings(&self, gateway: &Gateway) -> Arc<Settings> {
        self.settings.of(gateway.config(), || {
            let settings = Settings::read(gateway);
            for warning in &settings.warnings {
                gateway.logging().warning(warning, ());
            }
            settings
        })
    }
}

impl Handler for HomeAssistant {
    fn name(&self) -> &'static str {
        "home_assistant"
    }

    fn answers(&self) -> &'static str {
        "directives of Alexa's smart home, requests of custom skills, `{\"text\":…,\"language\":…}` for Home \
         Assistant's Assist, and `{\"zerobill\":\"doctor\"}`"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn connect<'a>(&'a self, gateway: &'a Gateway) -> Option<ConnectFuture<'a>> {
        let settings = self.settings(gateway);
        settings
            .is_configured()
            .then(|| -> ConnectFuture<'a> { Box::pin(async move { upstream::connect(gateway, &settings).await }) })
    }

    /// What is Alexa's and the doctor's, always; what Assist or nobody else answers, where it is known where Home Assistant is.
    fn accepts(&self, gateway: &Gateway, event: &Event) -> bool {
        match event.kind() {
            EventKind::AlexaSmartHome | EventKind::AlexaSkill | EventKind::Doctor => true,
            EventKind::Assist | EventKind::Unknown => self.settings(gateway).is_configured(),
            _ => false,
        }
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move {
            if event.kind() == EventKind::Doctor {
                return reply(&doctor::examine(gateway, &self.settings(gateway)).await);
            }
            let request = Request::read(event);
            let answer = request.ask(gateway, &self.settings(gateway), event).await;
            answer.or_else(|failure| {
                log(gateway, &request, &failure);
                reply(&request.failure(gateway, &failure))
            })
        })
    }
}

impl<'a> Request<'a> {
    fn read(event: &'a Event) -> Self {
        match event.kind() {
            EventKind::AlexaSkill => Self::Skill(Skill::read(event)),
            EventKind::Assist => Self::Assist(Assist::read(event)),
            _ => Self::SmartHome(Directive::read(event)),
        }
    }

    /// Where Home Assistant takes it.
    fn path(&self) -> &'static str {
        match self {
            Self::SmartHome(_) => "/api/alexa/smart_home",
            Self::Skill(_) => "/api/alexa",
            Self::Assist(_) => "/api/conversation/process",
        }
    }

    /// Who sent it, and the token it brings.
    fn token(&self) -> (Sender, Option<&str>) {
        match self {
            Self::SmartHome(directive) => (Sender::Alexa, directive.token()),
            Self::Skill(skill) => (Sender::Alexa, skill.token()),
            Self::Assist(_) => (Sender::Deployer, None),
        }
    }

    /// Its name for the log.
    fn label(&self) -> String {
        match self {
            Self::SmartHome(directive) => directive.label(),
            Self::Skill(skill) => skill.label(),
            Self::Assist(_) => "assist".to_owned(),
        }
    }

    async fn ask(&self, gateway: &Gateway, settings: &Settings, event: &Event) -> Result<Reply, Failure> {
        if let Self::SmartHome(directive) = self
            && let Some(fault) = directive.fault()
        {
            return Err(Failure::invalid(fault));
        }
        let base = match &settings.base {
            Some(Ok(base)) => base,
            Some(Err(problem)) => {
                let cause = format!("Home Assistant's URL cannot be used: {problem}");
                return Err(Failure::internal(cause).hint("correct `ZEROBILL_HOME_ASSISTANT_URL`"));
            }
            None => {
                let failure = Failure::internal("it is not set where Home Assistant is");
                return Err(failure.hint("set `ZEROBILL_HOME_ASSISTANT_URL`"));
            }
        };
        let (sender, given) = self.token();
        let token = token::choose(given, sender, settings)?;
        let body = upstream::post(gateway, settings, base, self.path(), &token, event.bytes()).await?;
        let answer = match self {
            Self::SmartHome(directive) => directive.accept(gateway, body),
            Self::Skill(skill) => skill.accept(body),
            Self::Assist(assist) => assist.accept(body),
        }?;
        RawValue::from_string(answer).map_err(|_| Failure::internal("the answer is not JSON"))
    }

    /// The answer where there is none of Home Assistant, in the shape that whoever asked understands.
    fn failure(&self, gateway: &Gateway, failure: &Failure) -> Value {
        match self {
            Self::SmartHome(directive) => directive.failure(gateway, failure),
            Self::Skill(skill) => skill.failure(failure),
            Self::Assist(assist) => assist.failure(failure),
        }
    }
}

/// One line that says what happened and what to change.
fn log(gateway: &Gateway, request: &Request<'_>, failure: &Failure) {
    let mut fields = json!({ "request": request.label(), "answered": failure.kind.error_type() });
    if let Some(hint) = &failure.hint {
        fields["hint"] = hint.as_ref().into();
    }
    match failure.kind {
        Kind::StillRunning | Kind::InvalidDirective => gateway.logging().warning(&failure.cause, fields),
        _ => gateway.logging().error(&failure.cause, fields),
    }
}

fn reply(answer: &Value) -> Result<Reply> {
    serde_json::value::to_raw_value(answer)
        .map_err(|error| Error::new(INTERNAL, "the answer cannot be serialized").with_source(error))
}
