"""The metrics and log lines of `aws-lambda-powertools`, against ours of the same records.

Metrics are compared as JSON: an array of one is its element, sets of dimensions have no order, the timestamp is
ignored. Log lines are compared in keys, values and order. What differs on purpose stands in `of_theirs` and `order`.
"""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import warnings
from types import SimpleNamespace

from checks import Checks, equal, holds
from programs import keep

CONTEXT = {
    "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    "function_name": "shop-orders",
    "function_arn": "arn:aws:lambda:eu-west-1:123456789012:function:shop-orders",
    "memory_mb": 128,
    "trace": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    "correlation_id": "order-7",
}
VARIABLES = {"POWERTOOLS_SERVICE_NAME": "shop", "POWERTOOLS_METRICS_NAMESPACE": "Shop"}

# Both libraries read these variables, theirs when it is imported.
os.environ.update(VARIABLES, _X_AMZN_TRACE_ID=CONTEXT["trace"], AWS_LAMBDA_FUNCTION_NAME=CONTEXT["function_name"])
from aws_lambda_powertools import Logger, Metrics  # noqa: E402
from aws_lambda_powertools.logging import logger as their_logger  # noqa: E402
from aws_lambda_powertools.metrics import MetricUnit  # noqa: E402
from aws_lambda_powertools.metrics.provider import cold_start as their_cold_start  # noqa: E402


def ours(calls, variables=None, **work):
    """What our library writes in one invocation with these calls, line by line."""
    # More series than are free, so that many metrics can be compared.
    environment = os.environ | {"ZEROBILL_METRICS_MAX_SERIES": "10000"} | (variables or {})
    document = json.dumps({"context": CONTEXT, "calls": calls, **work})
    program = [os.environ["ONE_INVOCATION"]]
    done = subprocess.run(program, input=document, env=environment, capture_output=True, text=True, timeout=60)
    keep("ours", done.stdout + done.stderr)
    equal((done.returncode, done.stderr), (0, ""), "exit code, standard error")
    return [json.loads(line) for line in done.stdout.splitlines()]


def theirs(work):
    """What their library writes while `work` is done, line by line."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        work()
    keep("theirs", output.getvalue())
    return [json.loads(line) for line in output.getvalue().splitlines()]


def context():
    return SimpleNamespace(
        function_name=CONTEXT["function_name"],
        memory_limit_in_mb=CONTEXT["memory_mb"],
        invoked_function_arn=CONTEXT["function_arn"],
        aws_request_id=CONTEXT["request_id"],
    )


def normal(document):
    """A metrics document in the form in which both are the same."""
    document = json.loads(json.dumps(document))
    holds(isinstance(document["_aws"].pop("Timestamp"), int), "the timestamp is a whole number")
    for directive in document["_aws"]["CloudWatchMetrics"]:
        directive["Dimensions"] = sorted(sorted(names) for names in directive["Dimensions"])
        directive["Metrics"].sort(key=lambda metric: metric["Name"])
    single = lambda value: value[0] if isinstance(value, list) and len(value) == 1 else value
    return {name: single(value) for name, value in document.items()}


def record(name, value, unit="Count", **more):
    params = {"name": name, "value": value, "unit": unit, **more}
    return {"interface": "metrics", "operation": "record", "params": params}


def same_metrics(metrics, dimensions=None, defaults=None, metadata=None):
    """Both write the same documents of these metrics: name, value, unit, whether single seconds are kept apart."""

    def work():
        Metrics._metrics, Metrics._dimensions, Metrics._metadata, Metrics._default_dimensions = {}, {}, {}, {}
        theirs = Metrics()
        theirs.clear_metrics()
        theirs.clear_default_dimensions()
        if defaults:
            theirs.set_default_dimensions(**defaults)
        for name, value in (dimensions or {}).items():
            theirs.add_dimension(name, value)
        for name, value in (metadata or {}).items():
            theirs.add_metadata(name, value)
        for name, value, unit, fine in metrics:
            theirs.add_metric(name, unit, value, resolution=1 if fine else 60)
        theirs.flush_metrics()

    more = {"dimensions": dimensions} if dimensions else {}
    calls = [record(name, value, unit, high_resolution=fine, **more) for name, value, unit, fine in metrics]
    mine = ours(calls, default_dimensions=defaults or {}, metadata=metadata or {})
    other = theirs(work)
    holds(other, "theirs wrote nothing")
    equal([normal(document) for document in mine], [normal(document) for document in other], "documents")


def compare_metrics(checks):
    with checks.check("one value, several values, several metrics"):
        same_metrics([("Orders", 1, "Count", False)])
        same_metrics([("Latency", value, "Milliseconds", False) for value in (12.5, 7, 0, 1e-9)])
        orders = [("Orders", number, "Count", False) for number in (1, 2)]
        same_metrics([orders[0], ("Latency", 12.5, "Milliseconds", True), orders[1]])
    with checks.check("numbers of every size"):
        numbers = (0, -1, 0.1, -2.5e-7, 1e21, 123456789.125, 9007199254740993)
        same_metrics([("Number", number, "None", False) for number in numbers])
    with checks.check("every unit"):
        units = [unit.value for unit in MetricUnit]
        holds(len(units) > 25, units)
        same_metrics([(f"M{index}", index, unit, False) for index, unit in enumerate(units)])
    with checks.check("dimensions, default dimensions and metadata"):
        orders = [("Orders", 1, "Count", False)]
        same_metrics(orders, dimensions={"stage": "prod", "region": "eu west"})
        same_metrics(orders, defaults={"team": "a"})
        same_metrics(orders, dimensions={"stage": "prod"}, defaults={"team": "a"})
        same_metrics(orders, metadata={"request": "r-1", "cart": {"pieces": [1, 2]}})
    with checks.check("a hundred metrics, and one more"):
        same_metrics([(f"M{index:03}", index, "Count", False) for index in range(100)])
        same_metrics([(f"M{index:03}", index, "Count", False) for index in range(101)])
    with checks.check("more than a hundred values of one metric"):
        same_metrics([("Latency", index, "Milliseconds", False) for index in range(250)])
    with checks.check("a cold start"):

        def work():
            their_cold_start.is_cold_start = True
            metrics = Metrics()
            metrics.clear_metrics()
            handler = metrics.log_metrics(lambda event, context: None, capture_cold_start_metric=True)
            handler({}, context())

        mine = ours([], {"ZEROBILL_METRICS_COLD_START": "true"})
        equal([normal(document) for document in mine], [normal(document) for document in theirs(work)], "documents")


LEVELS = {"WARNING": "WARN"}


def of_theirs(line):
    """Their line as ours is on purpose: without the place in the code, with a level word that Lambda knows."""
    kept = {name: value for name, value in line.items() if name not in ("location", "timestamp")}
    return kept | {"level": LEVELS.get(line["level"], line["level"])}


def order(line):
    """The keys in groups: ours have those of the function in another order, and the trace before the caller's keys."""
    names = [name for name in line if name not in ("location", "xray_trace_id")]
    functions = [index for index, name in enumerate(names) if name.startswith("function_")]
    first, last = functions[0], functions[-1] + 1
    return names[:first], sorted(names[first:last]), names[last:]


# The keys of a record in the order of their letters, in which an operation's parameters arrive.
RECORDS = [
    ("info", "order placed", {"order": 7}),
    ("warning", 'größe ☂ "quoted"\n\ttab \\ \x01', {"cart": {"pieces": [1, None, 2.5, True, "ß"]}, "empty": {}}),
    ("error", "", {"no": False, "text": "7", "zero": 0}),
    ("critical", "last", {}),
]


def compare_logs(checks):
    def work():
        their_logger.is_cold_start = True
        log = Logger(use_rfc3339=True, utc=True, logger_handler=None, level="INFO", service="shop")
        for handler in log._logger.handlers:
            handler.setStream(sys.stdout)

        @log.inject_lambda_context(correlation_id_path="id", clear_state=True)
        def handle(event, _):
            log.append_keys(pieces=3, stage="prod")
            for level, message, fields in RECORDS:
                getattr(log, level)(message, extra=fields)
            log.debug("not at this level")

        handle({"id": CONTEXT["correlation_id"]}, context())

    calls = [("append_keys", {"keys": {"pieces": 3, "stage": "prod"}})]
    calls += [(level, {"message": message, "fields": fields}) for level, message, fields in RECORDS]
    calls += [("debug", {"message": "not at this level"})]
    calls = [{"interface": "logging", "operation": operation, "params": params} for operation, params in calls]
    with checks.check("log lines have the same keys and values"):
        mine, other = ours(calls), theirs(work)
        equal(len(mine), len(RECORDS), "our lines")
        equal([of_theirs(line) for line in mine], [of_theirs(line) for line in other], "lines")
    with checks.check("log lines have their keys in the same order"):
        equal([order(line) for line in mine], [order(line) for line in other], "keys")
        first = ["level", "message", "timestamp", "service"]
        equal([list(line)[:4] for line in mine], [first] * len(mine), "first keys")
    with checks.check("timestamps are of RFC 3339 in both"):
        for line in (*mine, *other):
            timestamp = line["timestamp"]
            holds(re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}\.\d{3}(Z|\+00:00)", timestamp), timestamp)


def main():
    # An invocation that only starts cold has no metric of its own, which theirs finds strange.
    warnings.filterwarnings("ignore", message="No application metrics to publish")
    with Checks() as checks:
        compare_metrics(checks)
        compare_logs(checks)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
