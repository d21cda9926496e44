"""A game day of the guard: three functions under the local Lambda, a flood on one, and moto for the rest of AWS.

A minute of AWS lasts as long as a look of the guard takes. What it lets through is held against the bound that
`zerobill simulate` prints for the very times that were waited.
"""

import json
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import boto3
from aws import MOTO, variables
from botocore.exceptions import BotoCoreError, ClientError
from checks import Checks, equal, eventually, holds
from cloudwatch import CloudWatch
from engine import Engine
from lambdas import Lambdas
from programs import Program, free_port, keep

FUNCTIONS = Path(__file__).parent / "functions"
WORK = [sys.executable, "-m", "awslambdaric", "work.handler"]
ZEROBILL = os.environ["ZEROBILL"]
BUDGET = 40
CONCURRENCY = 4
# What a request of `work.py` takes at least.
WORK_MS = 100
TABLE = "zerobill-guard"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"


def main():
    port = free_port()
    aws = variables(port)
    with Checks() as checks, Program("moto", [*MOTO, "-p", port]) as moto:
        moto.wait_for_port(port, 60)
        with CloudWatch(aws["AWS_ENDPOINT_URL"]) as cloudwatch, Lambdas(aws["AWS_ENDPOINT_URL"]) as lambdas:
            account = Account(aws)
            aws |= {"AWS_ENDPOINT_URL_CLOUDWATCH": cloudwatch.url, "AWS_ENDPOINT_URL_LAMBDA": lambdas.url}
            with flood() as flooded, steady() as even, rust() as other, guard(aws, account.topic) as guarding:
                lambdas.engines = {"flood": flooded.port, "steady": even.port, "rust": other.port}
                day = Day(checks, aws, account, lambdas, guarding)
                play(day, cloudwatch)
    sys.exit(1 if checks.failed else 0)


def flood(name="flood"):
    return Engine(name, *WORK, options=["--concurrency", CONCURRENCY], folder=FUNCTIONS)


def steady():
    return Engine("steady", *WORK, folder=FUNCTIONS)


def rust():
    return Engine("rust", os.environ["BOOTSTRAP"])


def guard(aws, topic):
    """The guard under the local Lambda, as it would run in AWS."""
    own = {
        "ZEROBILL_GUARD_TABLE": TABLE,
        "ZEROBILL_GUARD_TOPIC": topic,
        "ZEROBILL_GUARD_BUDGET": "requests=1000000",
        "ZEROBILL_GUARD_FUNCTIONS": f"flood: requests={BUDGET}, trip; steady: requests=10; rust: trip, requests=1000",
        "ZEROBILL_GUARD_TRIP_AT": "100",
    }
    return Engine("guard", os.environ["BOOTSTRAP"], options=["--timeout", "60"], environment=aws | own)


class Account:
    """What stands in moto."""

    def __init__(self, aws):
        options = {
            "endpoint_url": aws["AWS_ENDPOINT_URL"],
            "region_name": aws["AWS_REGION"],
            "aws_access_key_id": aws["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": aws["AWS_SECRET_ACCESS_KEY"],
        }
        names = ["cloudwatch", "dynamodb", "iam", "lambda", "scheduler", "sns", "sqs"]
        clients = {name: boto3.client(name, **options) for name in names}
        self.cloudwatch, self.lambdas, self.scheduler = (clients[name] for name in ("cloudwatch", "lambda", "scheduler"))
        self.sqs = clients["sqs"]
        clients["dynamodb"].create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 2, "WriteCapacityUnits": 2},
        )
        role = clients["iam"].create_role(RoleName="functions", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        # An empty zip file: moto runs none of them.
        code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
        for name in ("flood", "steady", "rust"):
            made = self.lambdas.create_function(
                FunctionName=name, Role=role, Runtime="python3.12", Handler="work.handler", Code=code
            )
            if name == "flood":
                self._trigger(made["FunctionArn"], role)
        self.topic = clients["sns"].create_topic(Name="zerobill-guard")["TopicArn"]
        self.notices = self.sqs.create_queue(QueueName="notices")["QueueUrl"]
        endpoint = "arn:aws:sqs:eu-west-1:123456789012:notices"
        clients["sns"].subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=endpoint)

    def _trigger(self, arn, role):
        self.sqs.create_queue(QueueName="orders")
        mapping = self.lambdas.create_event_source_mapping(EventSourceArn=QUEUE, FunctionName="flood")
        self.mapping = mapping["UUID"]
        target = {"Arn": arn, "RoleArn": role, "Input": "{}"}
        self.scheduler.create_schedule(
            Name="nightly", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
        )

    def triggers(self):
        """The states of the mapping and of the schedule."""
        mapping = self.lambdas.get_event_source_mapping(UUID=self.mapping)
        return mapping["State"], self.scheduler.get_schedule(Name="nightly")["State"]

    def received(self):
        """The notices that came since it was asked the last time."""
        messages = []
        while True:
            some = self.sqs.receive_message(QueueUrl=self.notices, MaxNumberOfMessages=10).get("Messages", [])
            if not some:
                return messages
            for message in some:
                self.sqs.delete_message(QueueUrl=self.notices, ReceiptHandle=message["ReceiptHandle"])
                messages.append(json.loads(message["Body"])["Message"])
                keep("notices.log", messages[-1])


class Day:
    """The functions, what they ran, and the minutes in which the guard looks."""

    def __init__(self, checks, aws, account, lambdas, guarding):
        self.checks, self.aws, self.account, self.lambdas, self.guarding = checks, aws, account, lambdas, guarding
        self.ran = {"flood": 0, "steady": 0, "rust": 0}
        self.told = dict(self.ran)
        self.lock = threading.Lock()
        self.looks = []

    def invoke(self, name):
        """One request; whether it ran."""
        try:
            self.lambdas.invoke(name, {"n": 1} if name != "rust" else {"requestType": "health_check"})
        except ClientError as error:
            equal(error.response["Error"]["Code"], "TooManyRequestsException", name)
            return False
        with self.lock:
            self.ran[name] += 1
        return True

    def publish(self):
        """What Lambda tells CloudWatch each minute."""
        with self.lock:
            ran = dict(self.ran)
        for name, count in ran.items():
            new = count - self.told[name]
            if new:
                dimensions = [{"Name": "FunctionName", "Value": name}]
                data = [
                    {"MetricName": metric, "Dimensions": dimensions, "Value": value}
                    for metric, value in (("Invocations", new), ("Duration", new * WORK_MS))
                ]
                self.account.cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=data)
        self.told = ran

    def look(self, **more):
        """A minute: the figures arrive, and the schedule invokes the guard."""
        begun = time.monotonic()
        self.publish()
        answer = self.guarding.invoke({"zerobill": "guard"} | more)
        equal(answer.error, None, answer.payload)
        self.looks.append((begun, time.monotonic()))
        equal(answer.value["problems"], [], "problems")
        return answer.value

    def guard(self, *arguments):
        """The command, with the same account."""
        command = [ZEROBILL, "guard", *arguments, "--table", TABLE, "--format", "json"]
        finished = subprocess.run(command, env=os.environ | self.aws, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        keep("command.log", finished.stdout + finished.stderr)
        equal(finished.returncode, 0, finished.stderr)
        return json.loads(finished.stdout)


def bound(seconds):
    """What `zerobill simulate` says that a cap lets through with these waits."""
    scenario = Path(os.environ["OUTPUT_FOLDER"]) / "cap.toml"
    scenario.write_text(f"[cap]\nrequests = {BUDGET}\nevery_seconds = {seconds}\ndelay_seconds = 0\n", encoding="utf-8")
    command = [ZEROBILL, "simulate", scenario, "--requests", "0", "--concurrency", CONCURRENCY]
    command += ["--duration-ms", WORK_MS, "--init-ms", "0", "--format", "json"]
    printed = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
    return json.loads(printed)["cap"]["bound"]["requests"]


def play(day, cloudwatch):
    checks, account = day.checks, day.account
    stop = threading.Event()

    def overflow():
        while not stop.is_set():
            try:
                ran = day.invoke("flood")
            except BotoCoreError:
                # Its local Lambda is being replaced.
                ran = False
            if not ran:
                time.sleep(0.05)

    with checks.check("a quiet day: nothing is said and nothing is stopped"):
        for name in day.ran:
            holds(day.invoke(name), f"{name} was refused")
        equal((day.look()["stopped_now"], account.received()), ([], []))
    threads = [threading.Thread(target=overflow, daemon=True) for _ in range(CONCURRENCY)]
    try:
        flood_day(day, cloudwatch, threads, stop)
    finally:
        stop.set()


def flood_day(day, cloudwatch, threads, stop):
    checks, account = day.checks, day.account
    with checks.check("a flood is stopped, and nothing but what may be stopped"):
        for _ in range(15):
            day.invoke("steady")
        for thread in threads:
            thread.start()
        eventually(lambda: day.look()["stopped_now"] == ["flood"], "the flood is stopped", 60)
        eventually(lambda: not day.invoke("flood"), "the flood is refused")
        holds(day.invoke("steady") and day.invoke("rust"), "the others run")
    with checks.check("its queue and its schedule are stopped too"):
        equal(account.triggers(), ("Disabled", "DISABLED"))
    with checks.check("what ran beyond the budget is within the bound that is printed"):
        # From the look before the last until the last had stopped it.
        waits = [end - begun for (begun, _), (_, end) in zip(day.looks, day.looks[1:])]
        seconds = math.ceil(max(waits))
        over, possible = day.ran["flood"] - BUDGET, bound(seconds)
        holds(0 < over <= possible, f"{over} of {possible}")
        checks.note(f"beyond a budget of {BUDGET}: {over} requests, {possible} possible in {seconds} s")
    with checks.check("each share was said once, and the stop"):
        day.look()
        said = account.received()
        starts = ["flood has used", "steady has used", "`flood` is stopped: flood has used"]
        equal(sorted({next((start for start in starts if text.startswith(start)), text) for text in said}), sorted(starts))
        equal(len(said), len(set(said)), "a notice came twice")
        day.look()
        equal(account.received(), [], "notices again")
    with checks.check("the command says what is stopped and what there was"):
        (trip,) = day.guard("status")["stopped"]
        equal((trip["function"], trip["state"], trip["undone"], trip["gaps"]), ("flood", "stopped", [], []))
        equal(trip["saved"]["mappings"], [account.mapping])
    account.received()
    with flood("flood-deployed") as deployed:
        with checks.check("after a deployment it runs, until the next look stops it again and says so"):
            day.lambdas.engines["flood"] = deployed.port
            eventually(lambda: day.invoke("flood"), "it runs")
            day.look()
            eventually(lambda: not day.invoke("flood"), "it is refused")
            holds(any("stopped again" in text for text in account.received()), "nothing was said")
        stop.set()
        for thread in threads:
            thread.join()
        released(day, account)
    with checks.check("nothing was asked of CloudWatch but what is free"):
        equal(set(cloudwatch.asked), {"GetMetricStatistics"})


def released(day, account):
    with day.checks.check("it is released as it was, and stays so"):
        equal(day.guard("release", "--function", "flood")["released"], True)
        equal(account.triggers(), ("Enabled", "ENABLED"))
        holds(day.invoke("flood"), "it is refused still")
        equal(day.look()["stopped_now"], [])
        holds(day.invoke("flood"), "the next look stopped it")
        equal(day.guard("status"), {"stopped": []})
    with day.checks.check("a dry run says what would be stopped, and stops nothing"):
        for _ in range(math.ceil(day.ran["flood"] / 10) + BUDGET):
            day.invoke("flood")
        equal(day.look(dry_run=True)["stopped_now"], ["flood"])
        holds(day.invoke("flood"), "it was stopped")


if __name__ == "__main__":
    main()
