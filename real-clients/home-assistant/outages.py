"""A house that hangs, ends, comes back, or is hidden behind the pages of a proxy."""

import os
import signal
import time

import fixtures
from bridge import LIMIT_SECONDS, Bridge, failed, turn
from checks import equal, eventually, holds
from gate import Gate

LIGHT = "light.bed_light"


def run(checks, house):
    with Gate(house) as gate, Bridge("outages", gate.url) as bridge:
        hangs(checks, house, gate, bridge)
        pages(checks, house, gate, bridge)
    with Bridge("restarts", house.url) as bridge:
        restarts(checks, house, bridge)


def works(house, bridge, state):
    """The light is turned on or off through the bridge."""
    answer = bridge.ask(turn(LIGHT, state, house.tokens["TOKEN"]))
    equal(answer["event"]["header"]["name"], "Response", f"answer {answer}")
    fixtures.has_state(house, LIGHT, {"state": state.lower()})


def hangs(checks, house, gate, bridge):
    with checks.check("a house that stops in the middle of a request is answered for in time, and asked only once"):
        works(house, bridge, "Off")
        before = gate.requests
        event = turn(LIGHT, "On", house.tokens["TOKEN"])
        house.pause()
        try:
            started = time.monotonic()
            message = failed(bridge.ask(event), "BRIDGE_UNREACHABLE", event)
            seconds = time.monotonic() - started
        finally:
            house.resume()
        holds(seconds <= LIMIT_SECONDS, f"it took {seconds:.2f} s")
        holds("still running in Home Assistant" in message, message)
        equal(gate.requests - before, 1, "requests")
    with checks.check("what was asked is done when the house goes on"):
        fixtures.has_state(house, LIGHT, {"state": "on"})
        equal(gate.requests - before, 1, "requests")
        works(house, bridge, "Off")


def pages(checks, house, gate, bridge):
    token = house.tokens["TOKEN"]
    event = turn(LIGHT, "On", token)
    cases = [
        ("502 with a page", lambda: gate.show_page(502, "Bad gateway"), "BRIDGE_UNREACHABLE", "502"),
        ("503 with a page", lambda: gate.show_page(503, "Service unavailable"), "BRIDGE_UNREACHABLE", "503"),
        ("403 with a page", lambda: gate.show_page(403, "Just a moment"), "BRIDGE_UNREACHABLE", "firewall"),
        ("a login page", lambda: gate.show_page(200, "Log in"), "INTERNAL_ERROR", "web page"),
    ]
    for name, set_up, kind, word in cases:
        with checks.check(f"behind {name} the answer is {kind}, the request is not repeated, and the log says why"):
            set_up()
            before, printed = gate.requests, len(bridge.printed())
            failed(bridge.ask(event), kind, event)
            equal(gate.requests - before, 1, "requests")
            said(bridge, printed, word)
    with checks.check("a connection that breaks after the request is answered as unreachable, and nothing is repeated"):
        gate.cut()
        before = gate.requests
        failed(bridge.ask(event), "BRIDGE_UNREACHABLE", event)
        equal(gate.requests - before, 1, "requests")
    with Gate() as elsewhere:
        elsewhere.show_page(200, "Elsewhere")
        for status in (301, 302, 307, 308):
            with checks.check(f"a redirect with {status} is not followed: no token goes elsewhere"):
                gate.redirect(status, f"{elsewhere.url}/api/alexa/smart_home")
                printed = len(bridge.printed())
                failed(bridge.ask(event), "INTERNAL_ERROR", event)
                equal(elsewhere.requests, 0, "requests elsewhere")
                said(bridge, printed, f"leads elsewhere ({status})")
    with checks.check("once the proxy lets requests through, the bridge works at once"):
        gate.open()
        works(house, bridge, "On")
        works(house, bridge, "Off")


def said(bridge, printed, word):
    """The log has since told of this."""
    eventually(lambda: word in bridge.printed()[printed:], f"the log says `{word}`:\n{bridge.printed()[printed:]}")


def restarts(checks, house, bridge):
    with checks.check("a house that ended and was started again between two directives is reached at once"):
        works(house, bridge, "On")
        house.restart()
        works(house, bridge, "On")
        works(house, bridge, "Off")
    with checks.check("while the house is down every directive is answered as unreachable, and works once it is back"):
        event = turn(LIGHT, "On", house.tokens["TOKEN"])
        os.killpg(house.pid, signal.SIGKILL)
        for _ in range(8):
            failed(bridge.ask(event), "BRIDGE_UNREACHABLE", event)
        house.restart()
        works(house, bridge, "On")
