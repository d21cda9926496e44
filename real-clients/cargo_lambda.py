"""Our bootstrap under `cargo lambda watch`, called by `cargo lambda invoke`."""

import json
import os
import subprocess
import sys
from pathlib import Path

from checks import Checks, equal, holds
from programs import Program, free_port, keep

TOOL = os.environ["CARGO_LAMBDA"]
MANIFEST = Path(__file__).parent.parent / "crates/zerobill-function/Cargo.toml"
FUNCTION = "bootstrap"


def main():
    # The emulator builds the function itself, but never answers when that fails.
    build = ["cargo", "build", "--quiet", "--manifest-path", MANIFEST, "--bin", FUNCTION]
    subprocess.run(build, check=True, stdin=subprocess.DEVNULL)
    port = free_port()
    address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    # The ordinary way of its users: it starts the function through `cargo run` at the first invocation.
    watch = [TOOL, "lambda", "watch", *address, "--ignore-changes", "--color", "never", "--manifest-path", MANIFEST]

    def invoke(event):
        data = ["--data-ascii", json.dumps(event)]
        command = [TOOL, "lambda", "invoke", FUNCTION, *address, *data]
        finished = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        keep("invoke.log", finished.stdout + finished.stderr)
        return finished

    with Checks() as checks, Program("watch", watch) as emulator:
        emulator.wait_for_port(port)
        with checks.check("the health check is answered"):
            finished = invoke({"requestType": "health_check"})
            equal(finished.returncode, 0, f"exit code, with {finished.stderr}")
            equal(json.loads(finished.stdout)["status"], "ok", "status")
        with checks.check("an unknown event is answered too, by the same process"):
            finished = invoke({"unknown": True})
            holds("unhandled_event" in finished.stderr, finished.stderr or "nothing was answered")
            equal(emulator.printed().count("starting lambda function"), 1, "starts")
        with checks.check("and the health check after it"):
            finished = invoke({"requestType": "health_check"})
            equal(finished.returncode, 0, f"exit code, with {finished.stderr}")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
