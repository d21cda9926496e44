"""External extensions under the local Lambda: one on the official crate `lambda-extension`, beside a Python function."""

import json
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from checks import Checks, equal, eventually, holds
from engine import REPORT, Engine
from programs import free_port

FUNCTIONS = Path(__file__).parent / "functions"
CLIENT = [sys.executable, "-m", "awslambdaric"]


@contextmanager
def start(name, extension, *options, handler="hello.handler", environment=None, port=None):
    """An engine that runs a Python function with this program as its extension, if there is one."""
    with tempfile.TemporaryDirectory(prefix="zerobill-extensions-") as folder:
        if extension:
            (Path(folder) / extension.name).symlink_to(extension)
        options = ["--extensions", folder, *options]
        with Engine(name, *CLIENT, handler, options=options, environment=environment, folder=FUNCTIONS, port=port) as engine:
            yield engine


def heard(engine, kind):
    """What the observer printed of this kind."""
    lines = [line for line in engine.printed().splitlines() if line.startswith('{"') and '"heard":' in line]
    return [line for line in map(json.loads, lines) if line["heard"] == kind]


def telemetry(engine, kind):
    """The telemetry of this type, as the observer got it."""
    events = [line["event"] for line in heard(engine, "telemetry")]
    return [event["record"] for event in events if event["type"] == kind]


def observer(checks):
    """The extension on the official crate."""
    program = Path(os.environ["OBSERVER_EXTENSION"])
    environment = {"OBSERVER_PORT": str(free_port())}
    with start("observer", program, "--concurrency", "1", "--timeout", "9", environment=environment) as engine:
        replies = [engine.invoke({"do": "double", "n": n, "text": "t"}) for n in range(3)]
        described = engine.invoke({"do": "describe", "word": "me"})
        ids = [reply.request_id for reply in [*replies, described]]
        with checks.check("the official extension hears of each invocation, with its deadline and its trace"):
            events = heard(engine, "INVOKE")
            equal([event["requestId"] for event in events], ids, "request ids")
            equal({event["arn"] for event in events}, {described.value["arn"]}, "ARNs")
            equal(events[-1]["trace"], described.value["trace"], "the trace of the last one")
        with checks.check("the official extension reads all telemetry of four invocations"):
            eventually(lambda: len(telemetry(engine, "platform.report")) == 4, "four reports")
            for kind in ("platform.start", "platform.runtimeDone", "platform.report"):
                equal([record["requestId"] for record in telemetry(engine, kind)], ids, kind)
            for kind in ("platform.initStart", "platform.initRuntimeDone", "platform.initReport", "platform.extension"):
                equal(len(telemetry(engine, kind)), 1, kind)
            types = telemetry(engine, "platform.telemetrySubscription")[0]["types"]
            equal(types, ["platform", "function"], "types")
            holds("described me" in telemetry(engine, "function"), "the function's line is there")
        with checks.check("the report that the extension gets is the printed one"):
            printed = {found["request_id"]: found for found in REPORT.finditer(engine.whole_log())}
            for record in telemetry(engine, "platform.report"):
                found, metrics = printed[record["requestId"]], record["metrics"]
                equal(metrics["durationMs"], float(found["duration"]), "duration")
                equal(metrics["billedDurationMs"], int(found["billed"]), "billed duration")
                equal(metrics["memorySizeMB"], int(found["memory"]), "memory")
        with checks.check("the official extension hears of the end and leaves in time"):
            equal(engine.stop(), 0, "exit code")
            equal([event["reason"] for event in heard(engine, "SHUTDOWN")], ["spindown"], "reasons")


def main():
    with Checks() as checks:
        observer(checks)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
