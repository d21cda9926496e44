"""The official Python client `awslambdaric` under the local Lambda, called by the AWS SDK for Python."""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from botocore.exceptions import ClientError
from checks import Checks, equal, eventually, holds
from engine import FUNCTION, REPORT, Engine

FUNCTIONS = Path(__file__).parent / "functions"
CLIENT = [sys.executable, "-m", "awslambdaric"]


def start(name, *options, handler="hello.handler"):
    """An engine that runs the Python client."""
    return Engine(name, *CLIENT, handler, options=options, folder=FUNCTIONS)


def main():
    with Checks() as checks, tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        with start("roomy", "--timeout", "20", "--concurrency", "20", "--memory", "256") as engine:
            many(checks, engine, folder)
            one(checks, engine, folder)
            function_url(checks, engine)
            stopping(checks, engine)
        with start("narrow", "--timeout", "1", "--concurrency", "1") as engine:
            narrow(checks, engine)
        with start("shared", "--timeout", "20", "--per-environment", "6", "--memory", "512") as engine:
            shared(checks, engine, folder)
        with start("missing-module", handler="no_such_module.handler") as engine:
            missing_module(checks, engine)
    sys.exit(1 if checks.failed else 0)


def double(engine, n):
    """One answer of `double`, checked."""
    reply = engine.invoke({"do": "double", "n": n, "text": f"grüße {n}"})
    equal((reply.status, reply.error, reply.version), (200, None, "$LATEST"), "status, error, version")
    value = reply.value
    equal((value["n"], value["double"], value["text"]), (n, 2 * n, f"grüße {n}"), "value")
    equal(value["request_id"], reply.request_id, "the client's request id")
    return value


def fail(engine, n):
    """One error of the function, checked."""
    reply = engine.invoke({"do": "fail", "n": n})
    equal((reply.status, reply.error), (200, "Unhandled"), "status, error")
    value = reply.value
    equal((value["errorType"], value["errorMessage"]), ("ValueError", f"no good: {n}"), "error")
    equal(value["requestId"], reply.request_id, "the error's request id")
    holds("hello.py" in value["stackTrace"][-1], f"the stack trace names the file: {value['stackTrace']}")
    return reply.request_id


def refused(call, code, status):
    """The call fails with this error of the Invoke API."""
    try:
        answer = call()
    except ClientError as error:
        equal(error.response["Error"]["Code"], code, "code")
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], status, "status")
    else:
        raise AssertionError(f"it was taken: {answer}")


def many(checks, engine, folder):
    with checks.check("180 invocations one after the other, each tenth an error, are answered by one environment"):
        values = [fail(engine, n) if n % 10 == 0 else double(engine, n) for n in range(180)]
        answers = [value for value in values if isinstance(value, dict)]
        equal(len({value["process"] for value in answers}), 1, "processes")
        request_ids = {value["request_id"] if isinstance(value, dict) else value for value in values}
        equal(len(request_ids), 180, "request ids")

    with checks.check("20 invocations at the same time are answered by 20 environments"):
        event = {"do": "meet", "expected": 20, "folder": str(folder / "meeting")}
        (folder / "meeting").mkdir()
        with ThreadPoolExecutor(20) as pool:
            replies = list(pool.map(lambda n: engine.invoke(event | {"n": n}), range(20)))
        equal([(reply.status, reply.error) for reply in replies], [(200, None)] * 20, "status, error")
        equal([reply.value["n"] for reply in replies], list(range(20)), "each its own answer")
        equal(len({reply.value["process"] for reply in replies}), 20, "processes")

    with checks.check("the REPORT lines bill each invocation once, and INIT only with the first of an environment"):
        reports = {found["request_id"]: found for found in REPORT.finditer(engine.whole_log())}
        equal(len(reports), 200, "reports")
        equal(sum(1 for found in reports.values() if found["init"]), 20, "reports with an init duration")
        for found in reports.values():
            exact = float(found["duration"]) + float(found["init"] or 0)
            holds(0 <= int(found["billed"]) - exact < 1.01, f"billed is rounded up: {found[0]}")
            equal(found["memory"], "256", "memory size")


def one(checks, engine, folder):
    with checks.check("the client's context is what a real function sees"):
        context = "eyJjdXN0b20iOnsiayI6InYifX0="  # {"custom":{"k":"v"}}
        reply = engine.invoke({"do": "describe", "word": "context"}, ClientContext=context)
        value = reply.value
        equal(value["custom"], {"k": "v"}, "client context")
        equal((value["function_name"], value["version"], value["memory"]), (FUNCTION, "$LATEST", "256"), "function")
        holds(value["arn"].startswith("arn:aws:lambda:") and value["arn"].endswith(":function:" + FUNCTION), value["arn"])
        equal(value["log_group"], "/aws/lambda/" + FUNCTION, "log group")
        holds("[$LATEST]" in value["log_stream"], value["log_stream"])
        holds(10_000 < value["remaining_ms"] <= 20_000, f"remaining time: {value['remaining_ms']} ms")
        holds(value["region"] and value["trace"].startswith("Root=1-"), f"region, trace: {value}")

    with checks.check("the log tail holds what was printed, between START and REPORT"):
        reply = engine.invoke({"do": "describe", "word": "tail"}, LogType="Tail")
        lines = reply.tail.splitlines()
        equal(lines[0], f"START RequestId: {reply.request_id} Version: $LATEST", "first line")
        holds("described tail" in lines, reply.tail)
        holds(f"END RequestId: {reply.request_id}" in lines, reply.tail)
        equal(REPORT.search(reply.tail)["request_id"], reply.request_id, "report")
        equal(engine.invoke({"do": "double", "n": 1, "text": ""}).tail, "", "tail when none was asked for")

    with checks.check("a dry run answers 204 and does not run the function"):
        file = folder / "dry-run"
        reply = engine.invoke({"do": "touch", "file": str(file)}, InvocationType="DryRun")
        equal((reply.status, reply.payload), (204, b""), "answer")
        double(engine, 5)
        holds(not file.exists(), "the function ran")

    with checks.check("an event invocation answers 202 at once and runs once"):
        file = folder / "event"
        reply = engine.invoke({"do": "touch", "file": str(file)}, InvocationType="Event")
        equal((reply.status, reply.payload, reply.error), (202, b"", None), "answer")
        eventually(file.exists, "the function ran")
        double(engine, 6)
        equal(file.read_text(), "x", "runs")

    with checks.check("a function that leaves by sys.exit is reported, and the next invocation is answered"):
        reply = engine.invoke({"do": "leave", "code": 3})
        equal((reply.status, reply.error, reply.value["errorType"]), (200, "Unhandled", "Runtime.ExitError"), "error")
        holds("exit status 3" in reply.value["errorMessage"], reply.value)
        double(engine, 7)

    with checks.check("a value that is no JSON is the client's own error"):
        reply = engine.invoke({"do": "unserialisable"})
        equal((reply.error, reply.value["errorType"]), ("Unhandled", "Runtime.MarshalError"), "error")

    with checks.check("a payload over 6 MB is refused"):
        large = {"do": "double", "n": 1, "text": "x" * 7_000_000}
        refused(lambda: engine.invoke(large), "RequestTooLargeException", 413)
        double(engine, 8)

    with checks.check("an answer over 6 MB is the function's error"):
        reply = engine.invoke({"do": "large", "bytes": 7_000_000})
        equal((reply.error, reply.value["errorType"]), ("Unhandled", "Function.ResponseSizeTooLarge"), "error")
        equal(len(engine.invoke({"do": "large", "bytes": 6_000_000}).value), 6_000_000, "bytes of an answer that fits")

    with checks.check("an unknown function is not found"):
        unknown = {"FunctionName": "no-such-function", "Payload": b"{}"}
        refused(lambda: engine.client.invoke(**unknown), "ResourceNotFoundException", 404)

    with checks.check("a payload that is no JSON is refused"):
        refused(lambda: engine.invoke(b'{"do": '), "InvalidRequestContentException", 400)
        double(engine, 9)


def function_url(checks, engine):
    with checks.check("the Function URL gives query, cookies and body as sent, and takes status, headers and cookies"):
        headers = {"Cookie": "c=3; d=4", "Content-Type": "text/plain"}
        response, content = engine.request("POST", "/page?q=a%20b&q=c", b"plain", headers)
        equal(response.status, 201, "status")
        expected = b'{"base64": false, "body": "plain", "cookies": ["c=3", "d=4"], "query": "q=a%20b&q=c"}'
        equal(content, expected, "body")
        equal(response.headers.get_all("Set-Cookie"), ["a=1", "b=2; Path=/"], "cookies")
        equal((response.headers["Content-Type"], response.headers["X-Own"]), ("application/json", "yes"), "headers")

    with checks.check("an error behind the Function URL is a 502"):
        response, content = engine.request("GET", "/fail")
        equal(response.status, 502, "status")
        holds(b"no good" not in content, f"the caller sees no detail of the error: {content!r}")


def stopping(checks, engine):
    with checks.check("Ctrl-C ends the engine with 0 and leaves no environment behind"):
        environments = engine.children()
        holds(len(environments) >= 10, f"environments before: {environments}")
        equal(engine.stop(), 0, "exit code")
        left = [pid for pid in environments if os.path.exists(f"/proc/{pid}")]
        equal(left, [], "processes left")


def narrow(checks, engine):
    with checks.check("a function past its timeout is stopped then, and the next invocation is answered"):
        first = double(engine, 1)
        started = time.monotonic()
        reply = engine.invoke({"do": "hang", "word": "alone"})
        seconds = time.monotonic() - started
        equal((reply.status, reply.error), (200, "Unhandled"), "status, error")
        holds("Task timed out after 1.00 seconds" in reply.value["errorMessage"], reply.value)
        holds(1 <= seconds < 4, f"stopped after {seconds:.2f} s")
        holds(double(engine, 2)["process"] != first["process"], "the environment was kept")

    with checks.check("an invocation over the concurrency is refused with 429"):
        with ThreadPoolExecutor(1) as pool:
            hanging = pool.submit(engine.invoke, {"do": "hang", "word": "busy"})
            eventually(lambda: "hanging busy" in engine.printed(), "the function hangs")
            refused(lambda: double(engine, 3), "TooManyRequestsException", 429)
            equal(hanging.result().error, "Unhandled", "the invocation in flight")
        double(engine, 4)


def shared(checks, engine, folder):
    with checks.check("6 invocations at the same time are answered by 6 workers of one environment"):
        for round in range(2):
            event = {"do": "meet", "expected": 6, "folder": str(folder / f"sharing-{round}")}
            Path(event["folder"]).mkdir()
            with ThreadPoolExecutor(6) as pool:
                replies = list(pool.map(lambda n: engine.invoke(event | {"n": n}), range(6)))
            equal([(reply.status, reply.error) for reply in replies], [(200, None)] * 6, "status, error")
            equal([reply.value["n"] for reply in replies], list(range(6)), "each its own answer")
            equal(len({reply.value["process"] for reply in replies}), 6, "workers")
        equal(len(engine.children()), 1, "environments")

    with checks.check("errors of one worker are no other's"):
        with ThreadPoolExecutor(6) as pool:
            fails = [pool.submit(fail, engine, n) for n in range(20)]
            works = [pool.submit(double, engine, n) for n in range(20)]
        equal(len({done.result() for done in fails}), 20, "errors")
        equal([done.result()["n"] for done in works], list(range(20)), "answers")
        equal(len(engine.children()), 1, "environments")


def missing_module(checks, engine):
    with checks.check("a handler module that does not exist is the client's init error, each time"):
        for _ in range(2):
            reply = engine.invoke({})
            equal((reply.status, reply.error), (200, "Unhandled"), "status, error")
            equal(reply.value["errorType"], "Runtime.ImportModuleError", "error type")
            holds("no_such_module" in reply.value["errorMessage"], reply.value)


if __name__ == "__main__":
    main()
