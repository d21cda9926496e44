"""The function that the official Python client runs: it does what its event asks for."""

import json
import os
import sys
import time
from pathlib import Path


def handler(event, context):
    """What to do stands under `do`; without it, an HTTP event says so by its path."""
    action = event.get("do") or event.get("rawPath", "/").strip("/")
    return ACTIONS[action](event, context)


def double(event, context):
    return {
        "n": event["n"],
        "double": 2 * event["n"],
        "text": event["text"],
        "request_id": context.aws_request_id,
        "process": os.getpid(),
    }


def fail(event, _context):
    raise ValueError(f"no good: {event.get('n')}")


def meet(event, context):
    """Returns once as many invocations as `expected` are here at the same time."""
    folder = Path(event["folder"])
    (folder / context.aws_request_id).touch()
    while len(list(folder.iterdir())) < event["expected"]:
        time.sleep(0.01)
    return {"n": event["n"], "process": os.getpid()}


def describe(event, context):
    """The context as the client built it from the headers and the environment."""
    custom = context.client_context.custom if context.client_context else None
    print(f"described {event['word']}")
    return {
        "function_name": context.function_name,
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "log_group": context.log_group_name,
        "log_stream": context.log_stream_name,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "custom": custom,
        "handler": os.environ.get("_HANDLER"),
        "region": os.environ.get("AWS_REGION"),
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
    }


def touch(event, _context):
    with open(event["file"], "a", encoding="utf-8") as file:
        file.write("x")
    if event.get("fail"):
        raise RuntimeError("failed after writing")


def hang(event, _context):
    print(f"hanging {event['word']}")
    time.sleep(60)


def leave(event, _context):
    sys.exit(event["code"])


def unserialisable(_event, _context):
    return {1, 2}


def large(event, _context):
    return "x" * event["bytes"]


def page(event, _context):
    """An answer to the Function URL, with what came in it."""
    body = {"query": event["rawQueryString"], "cookies": event.get("cookies"), "body": event.get("body")}
    body["base64"] = event["isBase64Encoded"]
    return {
        "statusCode": 201,
        "headers": {"content-type": "application/json", "x-own": "yes"},
        "cookies": ["a=1", "b=2; Path=/"],
        "body": json.dumps(body, sort_keys=True),
    }


ACTIONS = {
    action.__name__: action
    for action in [double, fail, meet, describe, touch, hang, leave, unserialisable, large, page]
}
