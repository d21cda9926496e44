"""Events as Alexa and Assist send them, what the bridge must answer, and what must then be true in the house."""

import json
from pathlib import Path

from bridge import failed, properties, speech
from checks import equal, eventually, holds

FIXTURES = json.loads((Path(__file__).parent / "fixtures.json").read_text(encoding="utf-8"))


def send_all(checks, house, bridge):
    """One check for each; says how many held."""
    failures = checks.failed
    for fixture in FIXTURES:
        with checks.check(f"{fixture['name']}: answer and state are right"):
            one(fixture, house, bridge)
    version = house.ask("GET", "/api/config")["version"]
    held = len(FIXTURES) - (checks.failed - failures)
    checks.note(f"{held} of {len(FIXTURES)} fixtures passed against Home Assistant {version}")


def one(fixture, house, bridge):
    entity = fixture.get("entity")
    for service, data in fixture.get("prepare", []):
        house.call(service, data)
    if "before" in fixture:
        has_state(house, entity, fixture["before"])
    before = house.state(entity) if entity else None
    event = filled(fixture["event"], house.tokens)
    compare(bridge.ask(event), fixture["answer"], event)
    after = fixture.get("after")
    if after == "unchanged":
        equal(house.state(entity), before, f"state of {entity}")
    elif after:
        has_state(house, entity, after)
    elif "changes" in fixture:
        name = fixture["changes"]
        changed = lambda: house.state(entity)[name] != before[name]  # noqa: E731
        eventually(changed, f"`{name}` of {entity} changes")


def filled(event, tokens):
    """The event with tokens in place of their names."""
    text = json.dumps(event)
    for name, token in tokens.items():
        text = text.replace(f"${{{name}}}", token)
    return json.loads(text)


def has_state(house, entity, expected):
    """The entity comes to have this state and these attributes; a device may take its time."""
    seen = {}

    def reached():
        state = house.state(entity)
        seen.update({name: state.get(name) for name in expected})
        return seen == expected

    try:
        eventually(reached, f"{entity} has {expected}", 20)
    except AssertionError as error:
        raise AssertionError(f"{error}, it has {seen}") from None


def compare(answer, expected, event):
    """The answer says what is expected, and belongs to the event."""
    if "event" not in expected:
        return compare_spoken(answer, expected)
    header = answer["event"]["header"]
    equal(f"{header['namespace']}.{header['name']}", expected["event"], f"event of {json.dumps(answer)[:2000]}")
    if expected["event"] == "Alexa.ErrorResponse":
        message = failed(answer, expected["type"], event)
        if "message" in expected:
            equal(message, expected["message"], "message")
        return None
    sent = event["directive"]["header"]
    equal(header.get("correlationToken"), sent.get("correlationToken"), "correlation token")
    if "endpoints" in expected:
        equal(len(answer["event"]["payload"]["endpoints"]), expected["endpoints"], "endpoints")
    return equal(properties(answer), expected.get("properties", {}), "properties")


def compare_spoken(answer, expected):
    """An answer of Assist or of a custom skill."""
    if "response_type" not in expected:
        equal(sorted(answer["response"]), expected["parts"], "parts")
        return equal(speech(answer), expected["speech"], "speech")
    response = answer["response"]
    equal(response["response_type"], expected["response_type"], "type")
    equal(response["speech"]["plain"]["speech"], expected["speech"], "speech")
    equal(response["data"].get("code"), expected.get("code"), "code")
    return holds(answer["conversation_id"], "no conversation id")
