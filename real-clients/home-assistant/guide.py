"""The guide for deployers, followed with the local Lambda in place of AWS: what it says to set and to send."""

import json
import re
from pathlib import Path

from bridge import Bridge, failed
from checks import equal, holds

DOCS = Path(__file__).parent.parent.parent / "docs"
# A variable in the guide's text, such as those of the usual script.
VARIABLE = re.compile(r"`((?:ZEROBILL_)?[A-Z]+(?:_[A-Z]+)+|DEBUG)`")


def run(checks, house):
    text = (DOCS / "home-assistant.md").read_text(encoding="utf-8")
    events = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    with checks.check("every variable that the guide names is one that the function reads"):
        names = set(VARIABLE.findall(text))
        known = (DOCS / "environment.md").read_text(encoding="utf-8")
        holds(len(names) > 10, f"only {names}")
        equal([name for name in sorted(names) if f"`{name}`" not in known], [], "unknown variables")
    doctor, discovery = events
    token = house.tokens["TOKEN"]
    with Bridge("guide", house.url, setting="BASE_URL") as bridge:
        with checks.check("the guide's first test event is answered by the doctor, in words and without a secret"):
            report = bridge.ask(doctor)
            equal(report["verdict"], "Alexa has a way to Home Assistant.", f"verdict of {report}")
            found = "ok: Home Assistant: it is there, it knows Alexa, and it asks for a token as it should."
            holds(found in report["report"], report)
            holds("127.0.0.1" not in json.dumps(report), f"it names the house: {report}")
        with checks.check("the guide's second test event is refused without a token, as it comes from nobody"):
            failed(bridge.ask(discovery), "INVALID_AUTHORIZATION_CREDENTIAL", discovery)
    variables = {"LONG_LIVED_ACCESS_TOKEN": token, "DEBUG": "true"}
    with Bridge("guide-token", house.url, variables, setting="BASE_URL") as bridge:
        with checks.check("with the two variables of the guide's test it lists the devices"):
            endpoints = bridge.ask(discovery)["event"]["payload"]["endpoints"]
            holds("light#bed_light" in {endpoint["endpointId"] for endpoint in endpoints}, endpoints)
        with checks.check("and the doctor counts them"):
            report = bridge.ask(doctor)
            equal(report["ok"], True, f"verdict of {report}")
            counted = f"it takes the token, and offers Alexa {len(endpoints)} devices in "
            holds(any(counted in line for line in report["report"]), report)
            holds(token not in json.dumps(report), "the doctor shows the token")
