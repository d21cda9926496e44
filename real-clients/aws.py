"""The tests of zerobill-aws and our bootstrap against moto, a stand-in for AWS written by others."""

import json
import os
import re
import subprocess
import sys

import boto3

from checks import Checks, equal, holds
from cloudwatch import CloudWatch
from programs import Program, free_port, keep

MOTO = (sys.executable, "-m", "moto.server")
# With the features of the whole run, so that nothing is built for these tests alone.
TESTS = ["cargo", "test", "--workspace", "--all-features", "--locked", "--test", "moto", "--", "--ignored"]
RESULT = re.compile(r"^test (\S+) \.\.\. (ok|FAILED)$", re.MULTILINE)
DOWN = "http://127.0.0.1:9"


def variables(port):
    """What a function on Lambda has of AWS, with moto in its place."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": os.environ["SECRET_MARKER"] + "access-key",
    }


def rust_tests(checks, environment):
    """Each test as a check of its own."""
    environment = os.environ | environment | {"MOTO_PYTHON": sys.executable}
    finished = subprocess.run(TESTS, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    printed = finished.stdout + finished.stderr
    keep("tests.log", printed)
    results = RESULT.findall(finished.stdout)
    for name, result in results:
        with checks.check(name.replace("::", ": ").replace("_", " ")):
            equal(result, "ok", printed)
    with checks.check("no test is left out"):
        equal((finished.returncode, len(results)), (0, 30), printed)


def ask_for_sources(environment):
    """Our bootstrap's settings with their sources, and the lines of its log."""
    ours = {"ZEROBILL_EXPOSE": "config.sources", "ZEROBILL_LOG_EVENT": "true", "ZEROBILL_CONFIG_SSM_PATH": "/shop/prod"}
    event = json.dumps({"interface": "config", "operation": "sources", "params": {}})
    command = [os.environ["ZEROBILL"], "invoke", "-", "--", os.environ["BOOTSTRAP"]]
    environment = os.environ | environment | ours
    finished = subprocess.run(command, input=event, env=environment, capture_output=True, text=True, timeout=60)
    keep("invoke.log", finished.stdout + finished.stderr)
    equal(finished.returncode, 0, f"exit code, with {finished.stderr}")
    lines = [json.loads(line) for line in finished.stderr.splitlines() if line.startswith("{")]
    return {entry["key"]: entry["source"] for entry in json.loads(finished.stdout)}, lines


def bootstrap(checks, environment):
    """The function as it is deployed, switched on by variables alone."""
    ssm = boto3.client(
        "ssm",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    ssm.put_parameter(Name="/shop/prod/service", Value="from-parameter-store", Type="String")
    door = os.environ["SECRET_MARKER"] + "door"
    ssm.put_parameter(Name="/shop/prod/shop/door", Value=door, Type="SecureString")
    with checks.check("bootstrap takes its settings from Parameter Store before its first line"):
        sources, lines = ask_for_sources(environment)
        equal((sources["service"], sources["shop.door"], sources["expose"]), ("parameters", "parameters", "environment"))
        holds(lines, "no line was logged")
        equal({line["service"] for line in lines}, {"from-parameter-store"})
    with checks.check("bootstrap starts and answers when AWS is not there, and says so once"):
        sources, lines = ask_for_sources(environment | {"AWS_ENDPOINT_URL": DOWN})
        equal(sources["service"], "default")
        warnings = [line["message"] for line in lines if line["level"] == "WARN"]
        equal(len(warnings), 1, warnings)
        holds("`ssm:GetParametersByPath` on the parameters below `/shop/prod` got no answer" in warnings[0], warnings)


def main():
    port = free_port()
    environment = variables(port)
    with Checks() as checks, Program("moto", [*MOTO, "-p", port]) as moto:
        moto.wait_for_port(port, 60)
        bootstrap(checks, environment)
        with CloudWatch(environment["AWS_ENDPOINT_URL"]) as cloudwatch:
            rust_tests(checks, environment | {"AWS_ENDPOINT_URL_CLOUDWATCH": cloudwatch.url})
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
