"""Lambda's API for several functions: what runs them is a local Lambda each, and the rest is moto."""

import http.client
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

# What the local Lambda knows of a function.
LOCAL = re.compile(r"^(/[0-9-]+/functions/)([^/]+)(/(?:invocations|concurrency))$")


class Lambdas:
    """A server on a free port; `engines` has the port of the local Lambda that runs each function."""

    def __init__(self, moto):
        self.engines = {}
        lambdas, moto = self, urlsplit(moto).netloc

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                host, path = moto, self.path
                local = LOCAL.match(path)
                if local and local[2] in lambdas.engines:
                    host = f"127.0.0.1:{lambdas.engines[local[2]]}"
                    path = f"{local[1]}function{local[3]}"
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                connection = http.client.HTTPConnection(host, timeout=60)
                connection.request(self.command, path, body, headers | {"host": host})
                response = connection.getresponse()
                content = response.read()
                connection.close()
                self.send_response(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                if response.status != 204:
                    self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._client = boto3.client(
            "lambda",
            endpoint_url=self.url,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=40, read_timeout=60),
        )

    def invoke(self, name, event):
        """One invocation through the SDK; an error of the SDK if it was refused."""
        answer = self._client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        if "FunctionError" in answer:
            raise AssertionError(f"{name}: {answer['Payload'].read()}")
        return json.loads(answer["Payload"].read())

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
