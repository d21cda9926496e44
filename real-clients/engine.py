"""The local Lambda under test, and the AWS SDK as its client."""

import base64
import http.client
import json
import os
import re

import boto3
from botocore.config import Config
from checks import eventually
from programs import Program, free_port, keep

FUNCTION = "function"


class Engine(Program):
    """`zerobill dev` on a free port."""

    def __init__(self, name, *command, options=(), environment=None, folder=None, port=None):
        self.name = name
        self.port = port or free_port()
        self._answered = set()
        arguments = [os.environ["ZEROBILL"], "dev", "--port", self.port, *options]
        super().__init__(name, [*arguments, "--", *command], environment, folder)
        self.client = boto3.client(
            "lambda",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=40, read_timeout=60),
        )

    def __enter__(self):
        try:
            self.wait_for_port(self.port)
        except BaseException:
            self.stop()
            raise
        return self

    def invoke(self, event, **options):
        """One invocation through the SDK."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        reply = Reply(self, self.client.invoke(FunctionName=FUNCTION, Payload=payload, **options))
        if reply.status == 200:
            self._answered.add(reply.request_id)
        return reply

    def whole_log(self):
        """What is printed once all that was answered is over: an invocation's last lines come after its answer."""

        def whole():
            lines = self.printed().rpartition("\n")[0]
            over = {report["request_id"] for report in REPORT.finditer(lines)}
            return lines if self._answered <= over else None

        return eventually(whole, "each invocation has its REPORT line")

    def keep(self, content):
        """Keeps an answer among what is searched for secrets."""
        keep(f"{self.name}.replies", content)

    def request(self, method, path, body=None, headers=None):
        """One HTTP request to the Function URL: the response, and its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        self.keep(content)
        self._answered.add(response.headers["x-amzn-RequestId"])
        return response, content


class Reply:
    """What the SDK made of an invocation's answer."""

    def __init__(self, engine, answer):
        self.status = answer["StatusCode"]
        self.error = answer.get("FunctionError")
        self.version = answer.get("ExecutedVersion")
        self.request_id = answer["ResponseMetadata"]["RequestId"]
        self.tail = base64.b64decode(answer.get("LogResult", "")).decode()
        self.payload = answer["Payload"].read()
        engine.keep(self.payload + self.tail.encode())

    @property
    def value(self):
        """The payload as JSON."""
        return json.loads(self.payload)


REPORT = re.compile(
    r"^REPORT RequestId: (?P<request_id>[0-9a-f-]{36})\tDuration: (?P<duration>[0-9.]+) ms\t"
    r"Billed Duration: (?P<billed>[0-9]+) ms\tMemory Size: (?P<memory>[0-9]+) MB\tMax Memory Used: [0-9]+ MB"
    r"(?:\tInit Duration: (?P<init>[0-9.]+) ms)?",
    re.MULTILINE,
)
