"""Measures this local Lambda against `cargo lambda watch`, with the same function and as many environments for both."""

import os
import subprocess
from pathlib import Path

from conformance import CargoLambda
from programs import Program, free_port

CALLERS = 16


def invoke_api(url, function):
    return f"{url}/2015-03-31/functions/{function}/invocations"


def main():
    port = free_port()
    # The log goes to a file for both.
    dev = [os.environ["ZEROBILL"], "dev", "--port", port, "--concurrency", CALLERS, "--timeout", 3]
    ours = Program("engine", [*dev, "--", Path(os.environ["TARGET_FOLDER"]) / "release/conformance"])
    try:
        ours.wait_for_port(port)
        with CargoLambda("watch", concurrency=CALLERS, release=True) as watch:
            subjects = {
                "cargo lambda watch": invoke_api(watch.url, "conformance"),
                "zerobill dev": invoke_api(f"http://127.0.0.1:{port}", "function"),
            }
            command = [os.environ["ENGINES"], "--callers", str(CALLERS)]
            for name, url in subjects.items():
                command += ["--subject", f"{name}={url}"]
            subprocess.run(command, check=True)
    finally:
        ours.stop()


if __name__ == "__main__":
    main()
