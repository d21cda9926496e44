"""An axum function on `lambda_http` under the local Lambda, called through its Function URL."""

import json
import os
import sys

from checks import Checks, equal, holds
from engine import Engine

BINARY = os.environ["AXUM_FUNCTION"]


def main():
    with Checks() as checks:
        with Engine("axum", BINARY) as engine:
            plain(checks, engine)
    sys.exit(1 if checks.failed else 0)


def plain(checks, engine):
    with checks.check("a query parameter arrives decoded, and JSON comes back"):
        response, content = engine.request("GET", "/greet?name=Ada%20L%C3%BCders")
        equal((response.status, response.headers["Content-Type"]), (200, "application/json"), "status, type")
        equal(json.loads(content), {"greeting": "hello, Ada Lüders"}, "body")

    with checks.check("a query name given twice keeps both values in order"):
        _, content = engine.request("GET", "/query?b=1&a=%7D%22&b=2&empty=")
        equal(json.loads(content), [["b", "1"], ["a", '}"'], ["b", "2"], ["empty", ""]], "pairs")

    with checks.check("a JSON body is read, and the status of the answer kept"):
        body = json.dumps({"numbers": list(range(1, 101))})
        response, content = engine.request("POST", "/sum", body, {"Content-Type": "application/json"})
        equal((response.status, json.loads(content)), (201, {"sum": 5050}), "answer")

    with checks.check("a body of the wrong shape is the function's own 422"):
        body = json.dumps({"numbers": "many"})
        response, content = engine.request("POST", "/sum", body, {"Content-Type": "application/json"})
        equal(response.status, 422, "status")
        holds(b"numbers" in content, content)

    with checks.check("cookies arrive, and each one set is a header of its own"):
        response, content = engine.request("GET", "/cookies", headers={"Cookie": "one=1; two=2"})
        equal(json.loads(content), {"received": ["one=1", "two=2"]}, "received")
        equal(response.headers.get_all("Set-Cookie"), ["first=1; HttpOnly", "second=2; Path=/"], "set")

    with checks.check("a binary body goes there and back byte by byte"):
        body = bytes(range(256)) * 16
        response, content = engine.request("POST", "/bytes", body, {"Content-Type": "application/octet-stream"})
        equal((response.status, response.headers["Content-Type"]), (200, "application/octet-stream"), "status, type")
        equal(content, body[::-1], "bytes")

    with checks.check("a form arrives as it was sent"):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, content = engine.request("POST", "/bytes", b"a=1&b=%20", headers)
        equal(content, b"02%=b&1=a", "bytes")

    with checks.check("an unknown path is the function's own 404"):
        response, _ = engine.request("GET", "/nowhere")
        equal(response.status, 404, "status")

    with checks.check("a handler that panics is a 502, and the process lives on"):
        before = engine.children()
        response, content = engine.request("GET", "/panic")
        equal(response.status, 502, "status")
        holds(b"asked to panic" not in content, f"the caller sees no detail: {content!r}")
        response, _ = engine.request("GET", "/greet?name=again")
        equal((response.status, engine.children()), (200, before), "status, processes")


if __name__ == "__main__":
    main()
