"""Tokens, key sets and ciphertexts of another implementation, made anew in each run, against our function.

`pyjwt` and `cryptography` make them; our function is asked under the local Lambda, through its exposed operations. For
each token both implementations must be of one mind.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from checks import Checks, equal, holds
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from engine import Engine

MARKER = os.environ["SECRET_MARKER"]
NOTE = "note-" + os.urandom(8).hex()
SECRET = MARKER + base64.b64encode(os.urandom(48)).decode()
ISSUER, AUDIENCE = "https://issuer.example", "shop"
ALGORITHMS = "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA".split()

RSA, OTHER_RSA = (rsa.generate_private_key(65537, 2048) for _ in range(2))
P256, OTHER_P256 = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
P384, P521 = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP521R1())
ED25519, OTHER_ED25519 = (ed25519.Ed25519PrivateKey.generate() for _ in range(2))

KEYS = {"HS": (SECRET, None), "RS": (RSA, "rsa"), "PS": (RSA, "rsa"), "ES256": (P256, "p256"), "ES384": (P384, "p384")}
KEYS.update({"ES512": (P521, None), "Ed": (ED25519, "ed25519")})
OTHERS = {"HS": SECRET[::-1], "RS": OTHER_RSA, "PS": OTHER_RSA, "ES256": OTHER_P256, "Ed": OTHER_ED25519}


def of(table, algorithm):
    """What a table of keys has for an algorithm."""
    return table.get(algorithm) or table.get(algorithm[:2])


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(**changes):
    """Good claims but for the changes; none takes one out."""
    now = int(time.time())
    good = {"sub": "ann", "iss": ISSUER, "aud": AUDIENCE, "exp": now + 3600, "nbf": now - 60, "note": NOTE}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def token(algorithm, key=None, **changes):
    own, kid = of(KEYS, algorithm)
    return jwt.encode(claims(**changes), key or own, algorithm, headers={"kid": kid} if kid else None)


def by_hand(header, sign):
    """A token that `pyjwt` would not make."""
    message = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims()).encode())}"
    return f"{message}.{encoded(sign(message.encode()))}"


def changed(token, part):
    """The token with one bit of a part flipped."""
    parts = token.split(".")
    data = bytearray(decoded(parts[part]))
    data[len(data) // 2] ^= 1
    return ".".join([*parts[:part], encoded(bytes(data)), *parts[part + 1 :]])


def pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_set(**keys):
    """A JSON Web Key Set of public keys by name."""
    made = []
    for kid, key in keys.items():
        kind = {"r": jwt.algorithms.RSAAlgorithm, "p": jwt.algorithms.ECAlgorithm, "e": jwt.algorithms.OKPAlgorithm}
        made.append({**json.loads(kind[kid[0]].to_jwk(key.public_key())), "kid": kid, "use": "sig"})
    return json.dumps({"keys": [{name: value for name, value in key.items() if name != "key_ops"} for key in made]})


class Issuer:
    """Serves the key set on loopback."""

    def __init__(self, keys):
        self.keys = keys
        self.asked = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                body = issuer.keys.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys.json"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def call(engine, operation, **params):
    reply = engine.invoke({"interface": "security", "operation": operation, "params": params})
    equal(reply.status, 200, "status")
    return reply


def accepted(engine, algorithm, token):
    """Ours and theirs accept the token."""
    reply = call(engine, "validate_token", token=token)
    equal(reply.error, None, f"error ({reply.payload!r})")
    equal((reply.value["kind"], reply.value["algorithm"]), ("jwt", algorithm), "kind, algorithm")
    equal(reply.value["claims"], theirs(token), "claims")


def theirs(token):
    """The claims, as `pyjwt` reads them by the same rules."""
    header = jwt.get_unverified_header(token)
    key, _ = of(KEYS, header["alg"]) or ("", None)
    key = key if isinstance(key, str) else key.public_key()
    options = {"require": ["exp", "iss", "aud"]}
    return jwt.decode(token, key, ALGORITHMS, options, audience=AUDIENCE, issuer=ISSUER, leeway=60)


def refused(engine, reason, token):
    """Ours refuses the token for this reason, and theirs refuses it too."""
    reply = call(engine, "validate_token", token=token)
    holds(reply.error, f"ours accepted it: {reply.payload!r}")
    equal((reply.value["errorType"], reply.value["errorMessage"]), ("invalid_token", REFUSED + reason), "error")
    try:
        theirs(token)
    except jwt.PyJWTError:
        return
    raise AssertionError("theirs accepted it")


REFUSED = "the token is not accepted: "


def wrong_tokens():
    """Tokens that nobody may accept: what is wrong, our reason, the token."""
    now = int(time.time())
    for algorithm in ALGORITHMS:
        yield f"{algorithm} with a changed signature", "its signature does not fit", changed(token(algorithm), 2)
        yield f"{algorithm} with changed claims", "its signature does not fit", changed(token(algorithm), 1)
        other = of(OTHERS, algorithm)
        if other:
            yield f"{algorithm} by another key", "its signature does not fit", token(algorithm, other)
    for algorithm in ("HS256", "RS256", "ES256", "EdDSA"):
        yield f"{algorithm} that has expired", "it has expired", token(algorithm, exp=now - 3600)
        yield f"{algorithm} of tomorrow", "it is not valid yet", token(algorithm, nbf=now + 3600)
    audience = "its audience is not one of `security.token_audiences`"
    yield "for another audience", audience, token("RS256", aud=["bank", "other"])
    issuer = "its issuer is not one of `security.token_issuers`"
    yield "of another issuer", issuer, token("RS256", iss="https://other.example")
    for name in ("exp", "iss", "aud"):
        yield f"without `{name}`", f"its claim `{name}` is missing", token("ES256", **{name: None})
    yield "not signed", "it is not signed", by_hand({"alg": "none"}, lambda _: b"")
    yield "ES512, which is not allowed", "its algorithm is not one of `security.token_algorithms`", token("ES512")
    public = lambda message: hmac.new(pem(RSA), message, hashlib.sha256).digest()
    yield "signed with the public key as a secret", "its signature does not fit", by_hand({"alg": "HS256"}, public)
    pss = jwt.algorithms.RSAPSSAlgorithm(jwt.algorithms.RSAPSSAlgorithm.SHA256)
    as_rs256 = by_hand({"alg": "RS256", "kid": "rsa"}, lambda message: pss.sign(message, RSA))
    yield "PS256 that says RS256", "its signature does not fit", as_rs256
    yield "of two parts", "it is not a JSON Web Token", token("RS256").rpartition(".")[0]


def ciphertexts(checks, engine, keys):
    with checks.check("what ours encrypts, theirs decrypts, and under the newest key"):
        for text, data in (("", ""), ("4711", "order"), ("grüße ☂" * 500, "größe")):
            version, name, nonce, sealed = call(engine, "encrypt", text=text, associated_data=data).value.split(".")
            equal((version, name, len(decoded(nonce))), ("zb1", "new", 12), "version, key, bytes of the nonce")
            plain = AESGCM(keys["new"]).decrypt(decoded(nonce), decoded(sealed), data.encode())
            equal(plain.decode(), text, "text")

    def seal(name, text, data):
        nonce = os.urandom(12)
        return f"zb1.{name}.{encoded(nonce)}.{encoded(AESGCM(keys[name]).encrypt(nonce, text.encode(), data.encode()))}"

    with checks.check("what theirs encrypts, ours decrypts, under the newest key and the one before"):
        for name in ("new", "old"):
            for text, data in (("", ""), ("4711", "order"), ("grüße ☂" * 500, "größe")):
                reply = call(engine, "decrypt", ciphertext=seal(name, text, data), associated_data=data)
                equal((reply.error, reply.value), (None, text), "error, text")

    with checks.check("what was changed, or is bound to something else, is not decrypted"):
        sealed = seal("new", "4711", "order")
        for wrong in (changed(sealed, 2), changed(sealed, 3), sealed.replace(".new.", ".old."), sealed[:-8]):
            reply = call(engine, "decrypt", ciphertext=wrong, associated_data="order")
            equal((reply.error, reply.value["errorType"]), ("Unhandled", "invalid_ciphertext"), "error")
        reply = call(engine, "decrypt", ciphertext=sealed, associated_data="invoice")
        equal(reply.value["errorType"], "invalid_ciphertext", "error for other associated data")


def main():
    issuer = Issuer(key_set(rsa=RSA, p256=P256, p384=P384, ed25519=ED25519))
    keys = {"new": AESGCM.generate_key(256), "old": AESGCM.generate_key(256)}
    settings = {
        "ZEROBILL_EXPOSE": "security.validate_token,security.encrypt,security.decrypt",
        "ZEROBILL_SECURITY_TOKEN_ALGORITHMS": ",".join(ALGORITHMS),
        "ZEROBILL_SECURITY_TOKEN_ISSUERS": ISSUER,
        "ZEROBILL_SECURITY_TOKEN_AUDIENCES": AUDIENCE,
        "ZEROBILL_SECURITY_TOKEN_SECRET": SECRET,
        "ZEROBILL_SECURITY_TOKEN_JWKS_URL": issuer.url,
        "ZEROBILL_SECURITY_ENCRYPTION_SECRETS": " ".join(f"{name}={encoded(key)}" for name, key in keys.items()),
    }
    options = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    with Checks() as checks, Engine("tokens", os.environ["BOOTSTRAP"], options=options) as engine:
        for algorithm in ALGORITHMS:
            with checks.check(f"a token of {algorithm} is accepted"):
                accepted(engine, algorithm, token(algorithm))
                accepted(engine, algorithm, token(algorithm, aud=["other", AUDIENCE]))
        with checks.check("the key set was fetched once for all of them"):
            equal(issuer.asked, 1, "requests")
        for name, reason, wrong in wrong_tokens():
            with checks.check(f"refused: a token {name}"):
                refused(engine, reason, wrong)
        with checks.check("a token that names an unknown key is refused, and asks for no keys within a minute"):
            stranger = jwt.encode(claims(), RSA, "RS256", headers={"kid": "nobody"})
            reply = call(engine, "validate_token", token=stranger)
            equal(reply.value["errorMessage"], REFUSED + "there is no key of its name and algorithm", "message")
            equal(issuer.asked, 1, "requests")
        ciphertexts(checks, engine, keys)
        with checks.check("no secret and no claim was logged"):
            holds(MARKER not in engine.whole_log(), "a secret was printed")
            holds(NOTE not in engine.whole_log(), "a claim was printed")
    issuer.server.shutdown()
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
