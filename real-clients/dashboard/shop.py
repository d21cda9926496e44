"""The function behind the page: it does what its event asks for, and logs what a page must not take for its own."""

import json
import time

SCRIPT = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"


def handler(event, _context):
    """`sleep_ms` takes time, `fail` is the text of an error, `series` writes so many metrics."""
    time.sleep(event.get("sleep_ms", 0) / 1000)
    for number in range(event.get("series", 0)):
        metrics = [{"Namespace": "Shop", "Dimensions": [["zone"]], "Metrics": [{"Name": f"Count{number}"}]}]
        print(json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": metrics}, "zone": "a", f"Count{number}": 1}))
    if "fail" in event:
        print(json.dumps({"level": "ERROR", "message": f"cannot go on {SCRIPT}"}))
        raise ValueError(event["fail"])
    return {"requestType": event.get("requestType"), "script": SCRIPT}
