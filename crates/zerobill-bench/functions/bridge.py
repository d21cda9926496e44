"""What most people run between Alexa and Home Assistant today, in its essentials: one request with urllib3, its answer back."""

import json
import os

import urllib3

TIMEOUT = urllib3.Timeout(connect=2.0, read=10.0)


def handler(event, _context):
    """Sends a smart-home directive on and returns what Home Assistant answers."""
    directive = event["directive"]
    scope = directive.get("endpoint", {}).get("scope") or directive["payload"].get("scope")
    token = (scope or directive["payload"]["grantee"])["token"]
    pool = urllib3.PoolManager(cert_reqs="CERT_REQUIRED", timeout=TIMEOUT)
    answer = pool.request(
        "POST",
        f"{os.environ['BASE_URL'].strip('/')}/api/alexa/smart_home",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        body=json.dumps(event).encode(),
    )
    if answer.status >= 400:
        denied = answer.status in (401, 403)
        kind = "INVALID_AUTHORIZATION_CREDENTIAL" if denied else "INTERNAL_ERROR"
        return {"event": {"payload": {"type": kind, "message": answer.data.decode()}}}
    return json.loads(answer.data)
