"""The functions that the guard watches: each request takes a tenth of a second."""

import time


def handler(event, _context):
    time.sleep(0.1)
    return {"n": event.get("n")}
