"""A big house behind TLS with a certificate authority of its own."""

import gzip

from bridge import Bridge, discovery, failed, turn
from checks import equal, eventually, holds
from house import House

ENDPOINTS = 471
# How its deployer names the authority, and the old way of not checking at all.
AUTHORITY = "ZEROBILL_HOME_ASSISTANT_CA_CERTIFICATES"


def run(checks, sensors):
    with House("big-house", tls=True, sensors=sensors) as house:
        token = house.tokens["TOKEN"]
        event = turn("light.bed_light", "On", token)
        with Bridge("authority", house.url, {AUTHORITY: house.certificate}) as bridge:
            with checks.check("behind a private authority that is named, directives work"):
                equal(bridge.ask(event)["event"]["header"]["name"], "Response", "answer")
            with checks.check(f"a discovery of {ENDPOINTS} endpoints comes through whole and is logged"):
                endpoints(checks, house, bridge, token)
            with checks.check("and the doctor finds the certificate trusted"):
                report = bridge.ask({"zerobill": "doctor"})
                equal(report["ok"], True, f"verdict of {report}")
                holds(any("the certificate is trusted" in line for line in report["report"]), report)
        with Bridge("no-authority", house.url) as bridge:
            with checks.check("a certificate of an unknown authority is refused, and the log says what to do"):
                failed(bridge.ask(event), "BRIDGE_UNREACHABLE", event)
                eventually(lambda: AUTHORITY in bridge.printed(), f"the log names the setting:\n{bridge.printed()}")
            with checks.check("and so says the doctor"):
                report = bridge.ask({"zerobill": "doctor"})
                wrong = [line for line in report["report"] if line.startswith("WRONG: ")]
                holds(len(wrong) == 1 and AUTHORITY in wrong[0], report)
        with Bridge("unchecked", house.url, {"NOT_VERIFY_SSL": "true"}) as bridge:
            with checks.check("with the old setting that checks no certificate, directives work"):
                equal(bridge.ask(event)["event"]["header"]["name"], "Response", "answer")


def endpoints(checks, house, bridge, token):
    status, direct = house.send("POST", "/api/alexa/smart_home", discovery(token))
    equal(status, 200, "status of the house itself")
    answer = bridge.invoke(discovery(token))
    found = [endpoint["endpointId"] for endpoint in answer.value["event"]["payload"]["endpoints"]]
    equal(len(set(found)), ENDPOINTS, "endpoints")
    equal(len(answer.payload), len(direct), "bytes")
    holds(str(ENDPOINTS) in bridge.printed(), f"the log does not say how many:\n{bridge.printed()}")
    holds(str(len(direct)) in bridge.printed(), f"the log does not say how many bytes:\n{bridge.printed()}")
    checks.note(f"{ENDPOINTS} endpoints are {len(direct)} bytes, {len(gzip.compress(direct))} of them packed")
