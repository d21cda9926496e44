"""Every answer that is none of Home Assistant's, and what Alexa, a skill and the log are then told."""

from bridge import Bridge, failed, intent, speech, turn
from checks import equal, eventually, holds
from gate import Gate

PAGE = b"<html><body>no</body></html>"
JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
HTML = {"Content-Type": "text/html"}

UNREACHABLE, INTERNAL = "BRIDGE_UNREACHABLE", "INTERNAL_ERROR"
INVALID, EXPIRED = "INVALID_AUTHORIZATION_CREDENTIAL", "EXPIRED_AUTHORIZATION_CREDENTIAL"

# Name, the answer, the type that Alexa is told, and a word of the log.
CASES = [
    ("400", (400, TEXT, b"400: Bad Request"), INTERNAL, "trusted_proxies"),
    ("401", (401, TEXT, b"401: Unauthorized"), INVALID, "refused the token (401)"),
    ("403", (403, TEXT, b"403: Forbidden"), INVALID, "ip_bans.yaml"),
    ("403 with a page", (403, HTML, PAGE), UNREACHABLE, "firewall"),
    ("404", (404, TEXT, b"404: Not Found"), INTERNAL, "alexa: smart_home:"),
    ("405", (405, TEXT, b"405: Method Not Allowed"), INTERNAL, "(405)"),
    ("413", (413, TEXT, b"Request Entity Too Large"), INTERNAL, "(413)"),
    ("500", (500, TEXT, b"500 Internal Server Error"), INTERNAL, "own log says why"),
    ("502", (502, HTML, PAGE), UNREACHABLE, "(502)"),
    ("503", (503, TEXT, b""), UNREACHABLE, "(503)"),
    ("504", (504, HTML, PAGE), UNREACHABLE, "(504)"),
    ("520", (520, HTML, PAGE), UNREACHABLE, "(520)"),
    ("530", (530, HTML, PAGE), UNREACHABLE, "(530)"),
    ("200 with nothing", (200, JSON, b""), INTERNAL, "ERROR"),
    ("200 with half of an answer", (200, JSON, b'{"event": {"header"'), INTERNAL, "ERROR"),
    ("200 with text", (200, TEXT, b"hello"), INTERNAL, "ERROR"),
    ("200 with a page", (200, HTML, PAGE), INTERNAL, "web page"),
    ("200 with other JSON", (200, JSON, b'{"status": "ok"}'), INTERNAL, "no `event`"),
    ("200 with a list", (200, JSON, b"[1, 2]"), INTERNAL, "ERROR"),
    ("200 that is no UTF-8", (200, JSON, b'{"event": "\xff\xfe"}'), INTERNAL, "UTF-8"),
]


def run(checks, house):
    token = house.tokens["TOKEN"]
    with Gate() as gate, Bridge("refusals", gate.url) as bridge:
        for name, answer, kind, word in CASES:
            with checks.check(f"{name} is {kind} to Alexa, spoken by a skill, and told in the log"):
                gate.answer = answer
                event = turn("light.bed_light", "On", token)
                printed, before = len(bridge.printed()), gate.requests
                message = failed(bridge.ask(event), kind, event)
                holds(message and "127.0.0.1" not in message, f"message: {message}")
                eventually(lambda: word in bridge.printed()[printed:], f"the log says `{word}`")
                skill(bridge.ask(intent("RoomIntent", token)), kind)
                equal(gate.requests - before, 2, "requests")
        with checks.check("401 is told apart where the token itself says that it has expired"):
            gate.answer = CASES[1][1]
            event = turn("light.bed_light", "On", house.tokens["EXPIRED_TOKEN"])
            failed(bridge.ask(event), EXPIRED, event)
        with checks.check("a grant that Home Assistant does not take fails in the words of grants"):
            gate.answer = CASES[8][1]
            header = {"namespace": "Alexa.Authorization", "name": "AcceptGrant", "payloadVersion": "3"}
            header["messageId"] = "message-1"
            payload = {"grant": {"type": "OAuth2.AuthorizationCode", "code": "c"}, "grantee": {"token": token}}
            event = bridge.ask({"directive": {"header": header, "payload": payload}})["event"]
            names = event["header"]["namespace"], event["header"]["name"]
            equal(names, ("Alexa.Authorization", "ErrorResponse"), "header")
            equal(event["payload"]["type"], "ACCEPT_GRANT_FAILED", "type")
    with Gate() as gate, Bridge("no-token", gate.url) as bridge:
        gate.answer = CASES[-2][1]
        with checks.check("without a token nobody is asked"):
            event = turn("light.bed_light", "On", "")
            failed(bridge.ask(event), INVALID, event)
            answer = bridge.ask(intent("RoomIntent", ""))
            equal(answer["response"]["card"], {"type": "LinkAccount"}, "card")
            equal(gate.requests, 0, "requests")


def skill(answer, kind):
    """Something is said, and what is wrong with the account can be mended there."""
    equal(answer["version"], "1.0", "version")
    holds(speech(answer), "it says nothing")
    card = answer["response"].get("card", {}).get("type")
    equal(card == "LinkAccount", kind in (INVALID, EXPIRED), f"whether the card links the account: {answer}")
