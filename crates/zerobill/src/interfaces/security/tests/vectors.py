"""Writes vectors.json: tokens and ciphertexts made by another implementation (PyPI pyjwt and cryptography).

Every key in it was made for these tests and is used nowhere else.
"""
import base64, hashlib, hmac, json
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NOW = 1_800_000_000
SECRET = "zbsecret-token-secret-of-the-tests-that-is-64-bytes-and-more-long!"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def pem(key):
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, spki).decode()


def rsa_jwk(key, **more):
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **more}


def ec_jwk(key, curve, size, **more):
    numbers = key.public_key().public_numbers()
    x, y = (b64(n.to_bytes(size, "big")) for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": curve, "x": x, "y": y, **more}


def raw(header, claims, sign):
    message = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{message}.{b64(sign(message.encode()))}"


keys = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "other_rsa": rsa.generate_private_key(65537, 2048),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
    "p521": ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "weak_rsa": rsa.generate_private_key(65537, 1024),
}
kinds = {"HS": "secret", "RS": "rsa", "PS": "rsa", "Ed": "ed25519"}
claims = {"sub": "ann", "iss": "https://issuer.example", "aud": "shop", "exp": NOW + 3600, "nbf": NOW - 60, "note": "zbsecret-claim"}


def key_of(algorithm):
    if algorithm.startswith("ES"):
        return keys["p" + algorithm[2:]]
    kind = kinds[algorithm[:2]]
    return SECRET if kind == "secret" else keys[kind]


algorithms = "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA".split()
hs256 = lambda body, header=None: jwt.encode(body, SECRET, "HS256", headers=header)
rs256 = lambda body, key="rsa", **header: jwt.encode(body, keys[key], "RS256", headers=header)
without = lambda *names: {k: v for k, v in claims.items() if k not in names}
mac = lambda key, hash=hashlib.sha256: lambda message: hmac.new(key, message, hash).digest()
pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example"

vectors = {
    "secret": SECRET,
    "public": {name: pem(key) for name, key in keys.items()},
    "rsa_private": "-----BEGIN PRIVATE KEY-----\nenpzc2VjcmV0\n-----END PRIVATE KEY-----\n",
    "rsa_pkcs1": keys["rsa"].public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.PKCS1
    ).decode(),
    "tokens": {name: jwt.encode(claims, key_of(name), name) for name in algorithms},
    "refused": {
        "it has expired": hs256({**claims, "exp": NOW - 61}),
        "it is not valid yet": hs256({**claims, "nbf": NOW + 61}),
        "its audience is not one of `security.token_audiences`": hs256({**claims, "aud": ["a", "b"]}),
        "its issuer is not one of `security.token_issuers`": hs256({**claims, "iss": "https://other.example"}),
        "its claim `exp` is missing": hs256(without("exp")),
        "its claim `iss` is missing": hs256(without("iss")),
        "its claim `aud` is missing": hs256(without("aud")),
        "its header demands an extension that is not known": hs256(claims, {"crit": ["b64"], "b64": False}),
        "it is not signed": jwt.encode(claims, None, "none"),
        "its signature does not fit": jwt.encode(claims, SECRET[::-1], "HS256"),
    },
    "wrong_claims": {
        name: [raw({"alg": "HS256"}, {**claims, name: value}, mac(SECRET.encode())) for value in values]
        for name, values in {
            "exp": ["1800003600", -1, None, [1800003600], True],
            "nbf": ["0", -1, {}],
            "iss": [7, ["https://issuer.example"], None],
            "aud": [7, ["shop", 7], {"shop": 1}],
        }.items()
    },
    "none": [raw({"alg": alg}, claims, lambda _: b"") for alg in ("none", "None", "NONE", "nOnE")],
    "confused": raw({"alg": "HS256", "typ": "JWT"}, claims, mac(pem(keys["rsa"]).encode())),
    "hs384_as_hs256": raw({"alg": "HS256"}, claims, mac(SECRET.encode(), hashlib.sha384)),
    "ps256_as_rs256": raw({"alg": "RS256"}, claims, lambda m: jwt.algorithms.RSAPSSAlgorithm(jwt.algorithms.RSAPSSAlgorithm.SHA256).sign(m, keys["rsa"])),
    "jwks": {"keys": [
        rsa_jwk(keys["rsa"], kid="a", alg="RS256", use="sig"),
        ec_jwk(keys["p256"], "P-256", 32, kid="b", alg="ES256", use="sig"),
        ec_jwk(keys["p384"], "P-384", 48, kid="c", use="sig"),
        {"kty": "OKP", "crv": "Ed25519", "kid": "d", "use": "sig", "x": b64(keys["ed25519"].public_key().public_bytes_raw())},
    ]},
    "rotated": {"keys": [rsa_jwk(keys["other_rsa"], kid="e", alg="RS256", use="sig")]},
    "named": {
        "a": rs256(claims, kid="a"),
        "b": jwt.encode(claims, keys["p256"], "ES256", headers={"kid": "b"}),
        "c": jwt.encode(claims, keys["p384"], "ES384", headers={"kid": "c"}),
        "d": jwt.encode(claims, keys["ed25519"], "EdDSA", headers={"kid": "d"}),
        "e": rs256(claims, "other_rsa", kid="e"),
        "PS256 for a": jwt.encode(claims, keys["rsa"], "PS256", headers={"kid": "a"}),
        "made up": rs256(claims, "other_rsa", kid="made up"),
    },
    "cognito": {
        "jwks": {"keys": [rsa_jwk(keys[k], alg="RS256", kid=kid, use="sig") for k, kid in
            (("rsa", "1example+kid/A="), ("other_rsa", "2example+kid/B="))]},
        "issuer": pool,
        "id": rs256({"sub": "ann", "iss": pool, "aud": "client-1", "token_use": "id", "exp": NOW + 3600}, kid="1example+kid/A="),
        "access": rs256({"sub": "ann", "iss": pool, "client_id": "client-1", "token_use": "access", "scope": "shop/read", "exp": NOW + 3600}, "other_rsa", kid="2example+kid/B="),
        "access of another": rs256({"sub": "ann", "iss": pool, "client_id": "client-2", "token_use": "access", "exp": NOW + 3600}, kid="1example+kid/A="),
        "id with client_id": rs256({"sub": "ann", "iss": pool, "client_id": "client-1", "token_use": "id", "exp": NOW + 3600}, kid="1example+kid/A="),
    },
    "example": hs256({"sub": "ann", "exp": 4102444800}),
    "ciphertexts": [],
}
key = b"zbsecret-aes-key-of-the-tests-01"
for text, data in (("", ""), ("4711", "order"), ("größer als 5 °C", ""), ("x" * 1000, "y" * 100)):
    nonce = hashlib.sha256(text.encode()).digest()[:12]
    sealed = AESGCM(key).encrypt(nonce, text.encode(), data.encode())
    vectors["ciphertexts"].append([text, data, f"zb1.k1.{b64(nonce)}.{b64(sealed)}"])

json.dump(vectors, open("vectors.json", "w"), indent=1, ensure_ascii=False)
print(vectors["example"], vectors["ciphertexts"][1][2])
print("k1=" + base64.b64encode(key).decode())
print(f"t={NOW},v1=" + hmac.new(b"zbsecret-stripe-secret-of-the-tests", f"{NOW}.".encode() + b"{}", hashlib.sha256).hexdigest())
