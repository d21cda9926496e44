"""An axum function on `lambda_http` under the local Lambda, called through its Function URL."""

import difflib
import json
import os
import re
import sys
from pathlib import Path

from checks import Checks, equal, holds
from engine import FUNCTION, REPORT, Engine

PLAIN = Path(__file__).parent / "axum-function/src/bin/axum-plain.rs"
ADOPTED = PLAIN.with_name("axum-zerobill.rs")

GREETER = {"POWERTOOLS_SERVICE_NAME": "greeter", "POWERTOOLS_METRICS_NAMESPACE": "shop"}


def main():
    with Checks() as checks:
        with Engine("plain", os.environ["AXUM_PLAIN"]) as engine:
            requests(checks, engine)
        with Engine("zerobill", os.environ["AXUM_ZEROBILL"], environment=GREETER) as engine:
            requests(checks, engine, "with zerobill, ")
            logs(checks, engine)
            counts(checks, engine)
        three_lines(checks)
    sys.exit(1 if checks.failed else 0)


def requests(checks, engine, prefix=""):
    with checks.check(prefix + "a query parameter arrives decoded, and JSON comes back"):
        response, content = engine.request("GET", "/greet?name=Ada%20L%C3%BCders")
        equal((response.status, response.headers["Content-Type"]), (200, "application/json"), "status, type")
        equal(json.loads(content), {"greeting": "hello, Ada Lüders"}, "body")

    with checks.check(prefix + "a query name given twice keeps both values in order"):
        _, content = engine.request("GET", "/query?b=1&a=%7D%22&b=2&empty=")
        equal(json.loads(content), [["b", "1"], ["a", '}"'], ["b", "2"], ["empty", ""]], "pairs")

    with checks.check(prefix + "a JSON body is read, and the status of the answer kept"):
        body = json.dumps({"numbers": list(range(1, 101))})
        response, content = engine.request("POST", "/sum", body, {"Content-Type": "application/json"})
        equal((response.status, json.loads(content)), (201, {"sum": 5050}), "answer")

    with checks.check(prefix + "a body of the wrong shape is the function's own 422"):
        body = json.dumps({"numbers": "many"})
        response, content = engine.request("POST", "/sum", body, {"Content-Type": "application/json"})
        equal(response.status, 422, "status")
        holds(b"numbers" in content, content)

    with checks.check(prefix + "cookies arrive, and each one set is a header of its own"):
        response, content = engine.request("GET", "/cookies", headers={"Cookie": "one=1; two=2"})
        equal(json.loads(content), {"received": ["one=1", "two=2"]}, "received")
        equal(response.headers.get_all("Set-Cookie"), ["first=1; HttpOnly", "second=2; Path=/"], "set")

    with checks.check(prefix + "a binary body goes there and back byte by byte"):
        body = bytes(range(256)) * 16
        response, content = engine.request("POST", "/bytes", body, {"Content-Type": "application/octet-stream"})
        equal((response.status, response.headers["Content-Type"]), (200, "application/octet-stream"), "status, type")
        equal(content, body[::-1], "bytes")

    with checks.check(prefix + "a form arrives as it was sent"):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, content = engine.request("POST", "/bytes", b"a=1&b=%20", headers)
        equal(content, b"02%=b&1=a", "bytes")

    with checks.check(prefix + "an unknown path is the function's own 404"):
        response, _ = engine.request("GET", "/nowhere")
        equal(response.status, 404, "status")

    with checks.check(prefix + "a handler that panics is a 502, and the process lives on"):
        before = engine.children()
        response, content = engine.request("GET", "/panic")
        equal(response.status, 502, "status")
        holds(b"asked to panic" not in content, f"the caller sees no detail: {content!r}")
        response, _ = engine.request("GET", "/greet?name=again")
        equal((response.status, engine.children()), (200, before), "status, processes")


def logs(checks, engine):
    with checks.check("each request's log line has the keys of the invocation, then its own"):
        before = len(lines(engine, "greeted"))
        names = ["Ada", "Grace", "Edsger"]
        for name in names:
            engine.request("GET", f"/greet?name={name}")
        found = lines(engine, "greeted")[before:]
        equal([line["name"] for line in found], names, "names")
        for line in found:
            equal(list(line)[:5], ["level", "message", "timestamp", "service", "cold_start"], "first keys")
            equal((line["level"], line["service"], line["cold_start"]), ("INFO", "greeter", False), "level, service, cold")
            equal((line["function_name"], line["function_memory_size"]), (FUNCTION, 128), "function")
            equal(line["letters"], len(line["name"]), "a number stays a number")
            holds(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"]), line["timestamp"])
        request_ids = [line["function_request_id"] for line in found]
        reported = [report["request_id"] for report in REPORT.finditer(engine.whole_log())]
        equal([id in reported for id in request_ids], [True] * 3, "the request ids are those of the REPORT lines")

    with checks.check("only the first request's line says it was a cold start"):
        starts = [line["cold_start"] for line in lines(engine, "greeted")]
        equal(starts, [True] + [False] * (len(starts) - 1), "cold_start")


def counts(checks, engine):
    with checks.check("what the function counts with the metrics facade is a document of its invocation"):
        before = len(documents(engine))
        engine.request("GET", "/greet?name=Ada")
        [found] = documents(engine)[before:]
        metrics = found["_aws"]["CloudWatchMetrics"]
        equal([(entry["Namespace"], entry["Dimensions"]) for entry in metrics], [("shop", [["service"]])], "where it counts")
        equal(metrics[0]["Metrics"], [{"Name": "greetings", "Unit": "Count"}], "what it counts")
        equal((found["service"], found["greetings"]), ("greeter", 1), "the values")


def documents(engine):
    """The metrics documents that the function has written."""
    return [json.loads(line) for line in engine.whole_log().splitlines() if line.startswith('{"_aws":')]


def lines(engine, message):
    """The JSON log lines with this message."""
    parsed = (json.loads(line) for line in engine.whole_log().splitlines() if line.startswith('{"level":'))
    return [line for line in parsed if line["message"] == message]


def three_lines(checks):
    with checks.check("the function with zerobill differs from the plain one in at most three lines"):
        plain, adopted = (code(path) for path in (PLAIN, ADOPTED))
        new = [line for line in difflib.ndiff(plain, adopted) if line.startswith("+ ")]
        holds(1 <= len(new) <= 3, "\n".join(new))


def code(path):
    """The lines of a program without its header."""
    return [line for line in path.read_text().splitlines() if not line.startswith("//!")]


if __name__ == "__main__":
    main()
