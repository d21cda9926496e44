"""Each example event of the `aws_lambda_events` package is sent to our bootstrap under the local Lambda."""

import os
import sys
from pathlib import Path

from checks import Checks, equal, holds
from engine import REPORT, Engine

BINARY = os.environ["BOOTSTRAP"]
FIXTURES = sorted(Path(os.environ["EVENT_FIXTURES"]).glob("*.json"))


def main():
    with Checks() as checks, Engine("bootstrap", BINARY, options=["--timeout", "3"]) as engine:
        with checks.check("health is answered before"):
            equal(engine.invoke({"requestType": "health_check"}).error, None, "error")
        process = engine.children()
        for fixture in FIXTURES:
            with checks.check(fixture.stem):
                answered(engine.invoke(fixture.read_bytes()))
        with checks.check("all were answered by the one process that was started at first"):
            holds(len(FIXTURES) > 100, f"only {len(FIXTURES)} fixtures")
            equal(engine.children(), process, "processes")
            reports = list(REPORT.finditer(engine.printed()))
            equal(len(reports), len(FIXTURES) + 1, "reports")
            equal(sum(1 for report in reports if report["init"]), 1, "cold starts")
        with checks.check("health is answered after"):
            equal(engine.invoke({"requestType": "health_check"}).error, None, "error")
    sys.exit(1 if checks.failed else 0)


def answered(reply):
    """A document of the function's own: an answer, or an error that it made itself."""
    equal(reply.status, 200, "status")
    value = reply.value
    if reply.error:
        holds(not value["errorType"].startswith(("Runtime.", "Sandbox.")), f"the function did not answer: {value}")
        holds(len(value["errorMessage"]) > 10, f"the error says what is wrong: {value}")


if __name__ == "__main__":
    main()
