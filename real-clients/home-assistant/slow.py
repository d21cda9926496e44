"""What takes longer than Alexa waits: the answer comes in time, and the house does all of it."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fixtures
from bridge import LIMIT_SECONDS, Bridge, directive, failed, intent, speech, turn
from checks import equal, eventually, holds

ALARM = "alarm_control_panel.slow_alarm"


def run(checks, house):
    """Both at the same time, since each takes as long as the house does."""
    token = house.tokens["TOKEN"]
    for entity in ("intent_done", "disarm_done"):
        house.call("input_boolean/turn_off", {"entity_id": f"input_boolean.{entity}"})
    house.call("alarm_control_panel/alarm_arm_away", {"entity_id": ALARM})
    with (
        Bridge("patient", house.url, options=["--freeze"]) as patient,
        Bridge("hasty", house.url, timeout=3, options=["--freeze"]) as hasty,
        ThreadPoolExecutor(2) as pool,
    ):
        disarm = directive("Alexa.SecurityPanelController", "Disarm", ALARM, token)
        spoken = pool.submit(timed, patient, intent("SlowIntent", token))
        disarmed = pool.submit(timed, hasty, disarm)

        with checks.check("with a timeout of 3 s the bridge answers a directive that takes 10 s before it is stopped"):
            seconds, answer = disarmed.result()
            holds(1 < seconds < 3, f"it took {seconds:.2f} s")
            message = failed(answer, "BRIDGE_UNREACHABLE", disarm)
            holds("still running in Home Assistant" in message, message)
            holds("Task timed out" not in hasty.printed(), "it was stopped")
            is_frozen(hasty)
        with checks.check("a script of 10 s answers Alexa in time"):
            seconds, answer = spoken.result()
            holds(3 < seconds <= LIMIT_SECONDS, f"it took {seconds:.2f} s")
            holds(speech(answer), "it says nothing")
            equal(house.state("input_boolean.intent_done")["state"], "off", "the end of the script")
            is_frozen(patient)
        with checks.check("the script runs to its end while the bridge is frozen"):
            fixtures.has_state(house, "input_boolean.intent_done", {"state": "on"})
        with checks.check("and so does what was asked with a timeout of 3 s"):
            fixtures.has_state(house, "input_boolean.disarm_done", {"state": "on"})
        with checks.check("a frozen bridge answers the next directive"):
            for bridge, state in ((patient, "On"), (hasty, "Off")):
                answer = bridge.ask(turn("light.bed_light", state, token))
                equal(answer["event"]["header"]["name"], "Response", "answer")
                fixtures.has_state(house, "light.bed_light", {"state": state.lower()})
                equal(len(bridge.children()), 1, "processes")


def timed(bridge, event):
    """The seconds until the answer, and the answer; a first event warms nothing up."""
    started = time.monotonic()
    answer = bridge.ask(event)
    return time.monotonic() - started, answer


def is_frozen(bridge):
    """The function's process is stopped, as Lambda stops it between two invocations."""
    (process,) = bridge.children()
    stopped = lambda: "\nState:\tT" in Path(f"/proc/{process}/status").read_text()  # noqa: E731
    eventually(stopped, "the function is frozen after its answer")
