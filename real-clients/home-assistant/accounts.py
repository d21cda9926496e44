"""Accounts and tokens of the house, as Home Assistant keeps them; its first questions count as answered."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
import uuid
from datetime import datetime, timezone

TEN_YEARS = 10 * 365 * 86400
HALF_AN_HOUR = 1800


def write(storage, url):
    """Writes the accounts, and returns the tokens by name: valid, expired, and one of a session that was ended."""
    user = uuid.uuid4().hex
    long_lived = _session(user, "long_lived_access_token", TEN_YEARS, client_name="checks")
    # As account linking makes it for Alexa.
    linked = _session(user, "normal", HALF_AN_HOUR, client_id=f"{url}/")
    roles = [("admin", "Administrators"), ("users", "Users"), ("read-only", "Read Only")]
    owner = {"id": user, "group_ids": ["system-admin"], "is_owner": True, "is_active": True, "name": "Owner"}
    accounts = {
        "users": [owner | {"system_generated": False, "local_only": False}],
        "groups": [{"id": f"system-{role}", "name": name} for role, name in roles],
        "credentials": [],
        "refresh_tokens": [long_lived, linked],
    }
    _keep(storage, "auth", 1, accounts)
    _keep(storage, "onboarding", 4, {"done": ["user", "core_config", "analytics", "integration"]})
    now = int(time.time())
    ended = long_lived | {"id": uuid.uuid4().hex}
    return {
        "TOKEN": _token(long_lived, now, TEN_YEARS),
        "EXPIRED_TOKEN": _token(linked, now - 2 * HALF_AN_HOUR, HALF_AN_HOUR),
        "REVOKED_TOKEN": _token(ended, now, TEN_YEARS),
    }


def _keep(storage, name, version, data):
    content = {"version": version, "minor_version": 1, "key": name, "data": data}
    (storage / name).write_text(json.dumps(content))


def _session(user, kind, lifetime, **more):
    fields = {
        "id": uuid.uuid4().hex,
        "user_id": user,
        "client_id": None,
        "client_name": None,
        "client_icon": None,
        "token_type": kind,
        "created_at": datetime.now(timezone.utc).isoformat(),
        "access_token_expiration": float(lifetime),
        "token": secrets.token_hex(64),
        "jwt_key": secrets.token_hex(64),
        "last_used_at": None,
        "last_used_ip": None,
        "expire_at": None,
        "credential_id": None,
        "version": None,
    }
    return fields | more


def _token(session, issued, lifetime):
    """A signed token that ends with the marker of secrets: what follows the signature's padding is not read."""
    claims = {"iss": session["id"], "iat": issued, "exp": issued + lifetime}
    text = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    signature = hmac.new(session["jwt_key"].encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).decode()}{os.environ['SECRET_MARKER']}house"


def _encoded(value):
    content = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
