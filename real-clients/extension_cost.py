"""What the metering extension costs a Python function that has 7 % of a CPU, as one of 128 MB has on Lambda; printed as Markdown."""

import http.server
import os
import ssl
import statistics
import sys
import tempfile
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from checks import eventually
from engine import REPORT
from extension import start
from programs import free_port

PROGRAM = Path(os.environ["METER_EXTENSION"])
ROUNDS = int(os.environ.get("ROUNDS", "10"))
INVOCATIONS = 20
SHARE_PERCENT = 7
# Lambda's own period.
PERIOD_US = 20_000
GROUPS = Path("/sys/fs/cgroup/cpu")
# An addition to a month, as DynamoDB answers it.
ANSWER = b'{"Attributes":{"id":{"S":"meter#function#2026-11"},"requests":{"N":"10"},"mb_ms":{"N":"1280"}}}'
CREDENTIALS = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": os.environ["SECRET_MARKER"] + "access-key",
}


class Table(http.server.BaseHTTPRequestHandler):
    """A table that has added whatever it is told."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass


def certificates(folder):
    """A certificate authority, and a certificate of it for this machine."""
    now, name = datetime.now(timezone.utc), lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def signed(subject, public_key, issuer, key, is_authority):
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(public_key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        return builder.add_extension(names, critical=False).sign(key, hashes.SHA256())

    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = signed("authority", authority_key.public_key(), "authority", authority_key, True)
    own = signed("table", key.public_key(), "authority", authority_key, False)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "table.pem").write_bytes(own.public_bytes(pem))
    (folder / "table.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


@contextmanager
def table(folder):
    """The table behind TLS: its address."""
    certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "table.pem", folder / "table.key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Table)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def share(percent):
    """A group of processes that together have this share of one CPU."""
    group = GROUPS / f"zerobill-bench-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(PERIOD_US * percent // 100))
        yield group
    finally:
        # Its processes have ended.
        group.rmdir()


def cpu_us(pid):
    """CPU time of all threads of a process, in microseconds."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1000


def memory_kb(pid):
    """What only this process holds and has written."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty:"):
            return int(line.split()[1])
    return 0


def reported(engine):
    """The report of one invocation. It comes when the extension is done too, which the caller does not wait for."""
    request_id = engine.invoke({"do": "double", "n": 0, "text": "t"}).request_id

    def report():
        whole_lines = engine.printed().rpartition("\n")[0]
        found = [found for found in REPORT.finditer(whole_lines) if found["request_id"] == request_id]
        return found[0] if found else None

    return eventually(report, f"the report of {request_id}", 30)


def one(environment, with_extension):
    """One environment: its INIT, the durations of its invocations, and what the extension used."""
    with share(SHARE_PERCENT) as group:
        program = PROGRAM if with_extension else None
        with start("cost", program, "--timeout", "60", environment=CREDENTIALS | environment) as engine:
            init = float(reported(engine)["init"])
            pids = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in engine.children()}
            for pid in pids:
                (group / "cgroup.procs").write_text(str(pid))
            own = [pid for pid, command in pids.items() if PROGRAM.name.encode() in command]
            before = sum(map(cpu_us, own))
            durations = [float(reported(engine)["duration"]) for _ in range(INVOCATIONS)]
            used = (sum(map(cpu_us, own)) - before) / INVOCATIONS
            memory = sum(map(memory_kb, own))
            return init, durations, used, memory


def many(environment, with_extension=True):
    """All rounds of one kind."""
    return [one(environment, with_extension) for _ in range(ROUNDS)]


def median(values):
    return f"{statistics.median(values):.2f}"


def main():
    if not os.access(GROUPS, os.W_OK):
        sys.exit(f"`{GROUPS}` cannot be written: a share of a CPU needs control groups of version 1, and root")
    with tempfile.TemporaryDirectory() as folder, table(Path(folder)) as url:
        environment = {
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_CA_BUNDLE": str(Path(folder) / "authority.pem"),
            "ZEROBILL_AWS_METER_TABLE": "meter",
        }
        without = many({}, with_extension=False)
        quiet = many(environment | {"ZEROBILL_METER_REQUESTS": "1000"})
        # The first invocation is before the share: of the others the ninth and the nineteenth tell the table.
        telling = many(environment | {"ZEROBILL_METER_REQUESTS": "10"})
    print(f"Medians of {ROUNDS} environments with {INVOCATIONS} invocations each; the program has {PROGRAM.stat().st_size:,} bytes.\n")
    print("| a Python function with 7 % of a CPU | ms |\n|---|---:|")
    rows = [
        ("an invocation without the extension", [value for run in without for value in run[1]]),
        ("an invocation with it", [value for run in quiet for value in run[1]]),
        ("one that also tells the table for the first time, over TLS", [run[1][8] for run in telling]),
        ("one that tells it again, over the same connection", [run[1][18] for run in telling]),
        ("INIT without the extension, not limited", [run[0] for run in without]),
        ("INIT with it", [run[0] for run in quiet]),
    ]
    for name, values in rows:
        print(f"| {name} | {median(values)} |")
    print(f"\nThe extension itself: {median([run[2] for run in quiet])} µs of CPU for each invocation, and", end=" ")
    print(f"{median([run[3] / 1000 for run in quiet])} MB of memory that only it has, {median([run[3] / 1000 for run in telling])} MB once it has spoken TLS.")


if __name__ == "__main__":
    main()
