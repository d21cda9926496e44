"""Our bootstrap as the function of an Alexa skill, under the local Lambda."""

import json
import os
import re

from checks import equal, holds
from engine import Engine

# Where its deployer says where Home Assistant is.
URL = "ZEROBILL_HOME_ASSISTANT_URL"
# Alexa waits for eight seconds.
LIMIT_SECONDS = 7.5


class Bridge(Engine):
    """The local Lambda with the bridge to a house; `variables` are what its deployer sets."""

    def __init__(self, name, url, variables=None, timeout=10, options=(), setting=URL):
        variables = {setting: url, **(variables or {})}
        environment = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
        options = ["--timeout", str(timeout), *options, *environment]
        super().__init__(name, *command(), options=options)

    def keep(self, content):
        """Keeps an answer without what Home Assistant repeats of the directive: Alexa's own token."""
        super().keep(re.sub(rb'"endpoint":\{"scope":\{[^{}]*\}', b'"endpoint":{"scope":{}', content, count=1))

    def ask(self, event):
        """The answer to an event, which is never an error of the function."""
        reply = self.invoke(event)
        equal((reply.status, reply.error), (200, None), "status, error")
        return reply.value


def command():
    """What runs the bridge: the bootstrap, or what stands in `BRIDGE` instead of it."""
    return (os.environ.get("BRIDGE") or os.environ["BOOTSTRAP"]).split()


def directive(namespace, name, entity, token, payload=None):
    """A smart-home directive to an entity."""
    header = {"namespace": namespace, "name": name, "payloadVersion": "3", "messageId": "message-1"}
    endpoint = {
        "scope": {"type": "BearerToken", "token": token},
        "endpointId": entity.replace(".", "#"),
        "cookie": {},
    }
    header["correlationToken"] = "correlation-1"
    return {"directive": {"header": header, "endpoint": endpoint, "payload": payload or {}}}


def turn(entity, state, token):
    """The directive that turns an entity `On` or `Off`."""
    return directive("Alexa.PowerController", f"Turn{state}", entity, token)


def discovery(token):
    """What Alexa sends to learn which devices there are."""
    header = {"namespace": "Alexa.Discovery", "name": "Discover", "payloadVersion": "3", "messageId": "message-1"}
    return {"directive": {"header": header, "payload": {"scope": {"type": "BearerToken", "token": token}}}}


def intent(name, token):
    """What the custom skill sends for an intent."""
    skill = "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"
    user = {"userId": "amzn1.ask.account.EXAMPLE", "accessToken": token}
    session = {"new": True, "sessionId": "session-1", "application": {"applicationId": skill}, "user": user}
    request = {"requestId": "request-1", "timestamp": "2026-01-01T12:00:00Z", "locale": "en-US"}
    request |= {"type": "IntentRequest", "intent": {"name": name, "slots": {}}}
    system = {"application": {"applicationId": skill}, "user": user}
    return {"version": "1.0", "session": session, "context": {"System": system}, "request": request}


def properties(answer):
    """The properties of a smart-home answer, by their full names."""
    found = {}
    for one in answer.get("context", {}).get("properties", []):
        instance = f":{one['instance']}" if "instance" in one else ""
        found[f"{one['namespace']}{instance}.{one['name']}"] = one["value"]
    return found


def failed(answer, kind, event):
    """The answer is the whole error document of this kind that belongs to the event; its message."""
    header, sent = answer["event"]["header"], event.get("directive", {})
    equal((header["namespace"], header["name"], header["payloadVersion"]), ("Alexa", "ErrorResponse", "3"), "header")
    holds(header["messageId"], "an error without a message id")
    sent_header = sent.get("header", {})
    holds(header["messageId"] != sent_header.get("messageId"), "the error repeats the message id")
    equal(header.get("correlationToken"), sent_header.get("correlationToken"), "correlation token")
    endpoint = sent.get("endpoint", {}).get("endpointId")
    equal(answer["event"].get("endpoint", {}).get("endpointId"), endpoint, "endpoint")
    payload = answer["event"]["payload"]
    equal(payload["type"], kind, f"type of the error with the message `{payload.get('message')}`")
    holds(isinstance(payload["message"], str), f"no message: {json.dumps(payload)}")
    return payload["message"]


def speech(answer):
    """What a custom skill says."""
    return answer["response"]["outputSpeech"]["text"]
