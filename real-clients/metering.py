"""The extension that meters a function in any language: a Python function under the local Lambda, with moto for DynamoDB."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from checks import Checks, equal, eventually, holds
from engine import FUNCTION, REPORT
from extension import start
from programs import Program, free_port, keep

PROGRAM = Path(os.environ["METER_EXTENSION"])
MOTO = (sys.executable, "-m", "moto.server")
MEMORY = 128
CREDENTIALS = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": os.environ["SECRET_MARKER"] + "access-key",
}


def month():
    """The month in which is counted."""
    return datetime.now(timezone.utc).strftime("%Y-%m")


def metered(name, *options, environment, port=None):
    """An engine whose function is metered."""
    environment = CREDENTIALS | environment
    return start(name, PROGRAM, "--memory", str(MEMORY), *options, environment=environment, port=port)


def billed(engine):
    """What the printed reports bill, in milliseconds."""
    return sum(int(found["billed"]) for found in REPORT.finditer(engine.printed()))


def said(engine):
    """The messages of the extension."""
    lines = [line for line in engine.printed().splitlines() if '"extension":"zerobill"' in line]
    return [json.loads(line)["message"] for line in lines]


def used(folder, budget=FUNCTION):
    """What the folder says of the month."""
    return json.loads((Path(folder) / "meter.json").read_text())[budget][month()]


def with_a_folder(checks):
    with tempfile.TemporaryDirectory() as folder:
        meeting = Path(folder) / "meeting"
        meeting.mkdir()
        # More than there are callers: an environment is busy until its extension is done, which its caller does not wait for.
        options = ["--concurrency", "40", "--timeout", "20"]
        with metered("folder", *options, environment={"ZEROBILL_METER_FOLDER": folder}) as engine:
            with ThreadPoolExecutor(12) as pool:
                events = [{"do": "meet", "expected": 12, "folder": str(meeting), "n": n} for n in range(12)]
                replies = list(pool.map(engine.invoke, events))
                events = [{"do": "double", "n": n, "text": "t"} for n in range(48)]
                replies += pool.map(engine.invoke, events)
            with checks.check("sixty invocations in twelve environments or more are counted, and charged what their reports bill"):
                equal([reply.error for reply in replies], [None] * 60, "errors")
                equal(engine.stop(), 0, "exit code")
                entry = used(folder)
                equal((entry["requests"], entry["mb_ms"]), (60, billed(engine) * MEMORY), "requests, MB-milliseconds")
                equal(said(engine), [], "what the extension said")


def with_a_timeout(checks):
    with tempfile.TemporaryDirectory() as folder:
        with metered("timeout", "--timeout", "1", environment={"ZEROBILL_METER_FOLDER": folder}) as engine:
            reply = engine.invoke({"do": "hang", "word": "on"})
            with checks.check("an invocation that took too long is charged up to its deadline"):
                equal(reply.value["errorType"], "Sandbox.Timedout", "error")
                entry = eventually(lambda: (Path(folder) / "meter.json").exists() and used(folder), "the end was flushed")
                equal(entry["requests"], 1, "requests")
                # INIT is charged too where the report comes in time, which on Lambda it does not.
                holds(990 * MEMORY <= entry["mb_ms"] <= billed(engine) * MEMORY, f"1 s is charged: {entry}")


def stopping(checks):
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {
            "ZEROBILL_METER_FOLDER": folder,
            "ZEROBILL_METER_REQUESTS": "1",
            "ZEROBILL_BUDGET": "shop",
            "ZEROBILL_BUDGET_REQUESTS": "20",
            "ZEROBILL_BUDGET_ON_95": "trip",
            "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{port}",
        }
        with metered("stopping", environment=environment, port=port) as engine:
            with checks.check("a budget that is nearly used stops the function, by its own reserved concurrency"):
                answered = 0
                try:
                    for n in range(40):
                        engine.invoke({"do": "double", "n": n, "text": "t"})
                        answered += 1
                        # A next event before its end would have an environment of its own, which says what it reaches, too.
                        eventually(lambda: len(REPORT.findall(engine.printed())) == answered, "the invocation is over")
                except ClientError as error:
                    equal(error.response["Error"]["Code"], "TooManyRequestsException", "code")
                holds(19 <= answered <= 21, f"{answered} of 20 were answered")
            with checks.check("each threshold is said once, and what stops the function"):
                lines = said(engine)
                starts = ["budget `shop`: 50 %", "budget `shop`: 80 %", "budget `shop`: 95 %", f"`{FUNCTION}` is stopped"]
                for start_of in starts:
                    equal(sum(line.startswith(start_of) for line in lines), 1, f"{start_of} in {lines}")
            with checks.check("the trip is kept with what a release needs"):
                trip = json.loads((Path(folder) / "trips.json").read_text())[FUNCTION]
                equal((trip["saved"]["concurrency"], trip["version"]), ("unreserved", 1), "saved, version")
                holds(trip["reason"].startswith("95 % of the month's budget are reached"), trip["reason"])
            with checks.check("`zerobill guard release` takes the trip back, and the function runs"):
                command = [os.environ["ZEROBILL"], "guard", "release", "--function", FUNCTION]
                command += ["--store", Path(folder) / "trips.json", "--endpoint-url", f"http://127.0.0.1:{port}"]
                finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
                keep("release.log", finished.stdout + finished.stderr)
                equal(finished.returncode, 0, finished.stdout + finished.stderr)
                equal(json.loads((Path(folder) / "trips.json").read_text()), {}, "trips")
                equal(engine.invoke({"do": "double", "n": 1, "text": "t"}).error, None, "error")


def with_moto(checks):
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with Program("moto", [*MOTO, "-p", port]) as moto:
        moto.wait_for_port(port, 60)
        dynamodb = boto3.client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=CREDENTIALS["AWS_REGION"],
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        dynamodb.create_table(
            TableName="meter",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )
        environment = {"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "ZEROBILL_AWS_METER_TABLE": "meter", "ZEROBILL_METER_REQUESTS": "3"}
        with metered("table", "--concurrency", "40", "--timeout", "20", environment=environment) as engine:
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(engine.invoke, [{"do": "double", "n": n, "text": "t"} for n in range(30)]))
            engine.stop()
            with checks.check("environments add up in one item of DynamoDB"):
                item = dynamodb.get_item(TableName="meter", Key={"id": {"S": f"meter#{FUNCTION}#{month()}"}})["Item"]
                counted = int(item["requests"]["N"]), int(item["mb_ms"]["N"])
                equal(counted, (30, billed(engine) * MEMORY), "requests, MB-milliseconds")
                equal(said(engine), [], "what the extension said")


def without_a_store(checks):
    environment = {
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
        "ZEROBILL_AWS_METER_TABLE": "meter",
        "ZEROBILL_METER_REQUESTS": "1",
    }
    with metered("store-down", environment=environment) as engine:
        with checks.check("a store that is down fails no invocation, and is said once in a while"):
            for n in range(10):
                equal(engine.invoke({"do": "double", "n": n, "text": "t"}).error, None, "error")
            lines = said(engine)
            equal(len(lines), 1, lines)
            holds(lines[0].startswith("the meter's store did not answer, and what was counted waits: "), lines)
    with metered("no-store", environment={"ZEROBILL_BUDGET_REQUESTS": "many"}) as engine:
        with checks.check("a wrong setting is said and fails nothing"):
            equal(engine.invoke({"do": "double", "n": 1, "text": "t"}).error, None, "error")
            equal(said(engine), ["`ZEROBILL_BUDGET_REQUESTS` is `many` and not a whole number; 1000000 holds"], "lines")


def alone(checks):
    with checks.check("started by hand it says what it is"):
        clean = {name: value for name, value in os.environ.items() if name != "AWS_LAMBDA_RUNTIME_API"}
        finished = subprocess.run([PROGRAM], env=clean, capture_output=True, text=True, timeout=20)
        equal(finished.returncode, 64, "exit code")
        holds("`zerobill dev --extensions DIR` runs it locally" in finished.stdout, finished.stdout)


def small(checks):
    with tempfile.TemporaryDirectory() as folder:
        with checks.check("as it ships it has less than 2 MB, in a layer that Lambda can unpack"):
            command = [os.environ["XTASK"], "package", "--extension", "--output", folder]
            finished = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            keep("package.log", finished.stdout + finished.stderr)
            equal(finished.returncode, 0, f"exit code, with {finished.stdout} {finished.stderr}")
            layers = sorted(Path(folder).iterdir())
            holds(layers, "no layer was made")
            for layer in layers:
                with zipfile.ZipFile(layer) as archive:
                    (entry,) = archive.infolist()
                    equal(entry.filename, "extensions/zerobill-extension", "name")
                    holds(entry.file_size < 2_000_000, f"{layer.name} has {entry.file_size} bytes")
                    checks.note(f"{layer.name}: {entry.file_size} bytes, {layer.stat().st_size} packed")


def main():
    with Checks() as checks:
        small(checks)
        alone(checks)
        with_a_folder(checks)
        with_a_timeout(checks)
        stopping(checks)
        with_moto(checks)
        without_a_store(checks)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
