"""Each example event of the `aws_lambda_events` package is sent to our bootstrap under the local Lambda."""

import os
import re
import sys
from pathlib import Path

from checks import Checks, equal, holds
from engine import REPORT, Engine
from programs import SECRET

BINARY = os.environ["BOOTSTRAP"]
FIXTURES = sorted(Path(os.environ["EVENT_FIXTURES"]).glob("*.json"))

# What an event is, by the beginning of its fixture's name; all others are unknown to the function.
KINDS = [
    ("alb-lambda-target-request", "http"),
    ("apigw-console-", "http"),
    ("apigw-request", "http"),
    ("apigw-restapi-", "http"),
    ("apigw-sam-", "http"),
    ("apigw-v2-request-", "http"),
    ("apigw-websocket-", "web-socket"),
    ("autoscaling-", "event-bridge"),
    ("cloudwatch-alarm-sns-payload-", "sns"),
    ("codebuild-", "event-bridge"),
    ("codedeploy-deployment-", "event-bridge"),
    ("codedeploy-instance-", "event-bridge"),
    ("codepipeline-", "event-bridge"),
    ("dynamodb-event-record", "unknown"),
    ("dynamodb-event", "dynamodb-stream"),
    ("ecr-", "event-bridge"),
    ("eventbridge-event", "event-bridge"),
    ("eventbridge-schedule", "schedule"),
    ("kinesis-event", "kinesis"),
    ("s3-event", "s3"),
    ("sns-event", "sns"),
    ("sqs-event", "sqs"),
]


def main():
    options = ["--env", "POWERTOOLS_LOGGER_LOG_EVENT=true"]
    with Checks() as checks, Engine("bootstrap", BINARY, options=options) as engine:
        with checks.check("health is answered before"):
            equal(engine.invoke({"requestType": "health_check"}).error, None, "error")
        process = engine.children()
        for fixture in FIXTURES:
            name = fixture.stem.removeprefix("example-")
            kind = next((kind for prefix, kind in KINDS if name.startswith(prefix)), "unknown")
            with checks.check(f"{name} is answered as {kind}"):
                equal(answered(engine.invoke(fixture.read_bytes())), kind, "kind")
        with checks.check("all were answered by the one process that was started at first"):
            holds(len(FIXTURES) > 100, f"only {len(FIXTURES)} fixtures")
            equal(engine.children(), process, "processes")
            reports = list(REPORT.finditer(engine.whole_log()))
            equal(len(reports), len(FIXTURES) + 1, "reports")
            equal(sum(1 for report in reports if report["init"]), 1, "cold starts")
        with checks.check("an event that is logged keeps its secrets"):
            logged = engine.whole_log().count("grocer")
            engine.invoke({"shop": "grocer", "password": SECRET, "headers": {"Authorization": f"Bearer {SECRET}"}})
            equal(engine.whole_log().count("grocer"), logged + 1, "lines with the event")
            holds(SECRET not in engine.whole_log(), "the secret was logged")
        with checks.check("health is answered after"):
            equal(engine.invoke({"requestType": "health_check"}).error, None, "error")
    sys.exit(1 if checks.failed else 0)


def answered(reply):
    """As what the function answered an event: with a page, or with an error of its own that names the kind."""
    equal(reply.status, 200, "status")
    value = reply.value
    if not reply.error:
        holds(isinstance(value["statusCode"], int), value)
        return "http"
    equal(value["errorType"], "unhandled_event", "error type")
    return re.search("this function answers `([a-z0-9-]+)` events", value["errorMessage"])[1]


if __name__ == "__main__":
    main()
