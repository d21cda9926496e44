"""The tests of zerobill-aws against moto, a stand-in for AWS written by others."""

import os
import re
import subprocess
import sys
from pathlib import Path

from checks import Checks, holds
from programs import Program, free_port, keep

MOTO = Path(sys.executable).parent / "moto_server"
TESTS = ["test", "--workspace", "--all-features", "--locked", "--test", "moto", "--", "--ignored"]
RESULT = re.compile(r"^test (\S+) \.\.\. (ok|FAILED)$", re.MULTILINE)


def main():
    port = free_port()
    environment = os.environ | {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": os.environ["SECRET_MARKER"] + "access-key",
        "MOTO_SERVER": str(MOTO),
    }
    with Checks() as checks, Program("moto", [MOTO, "-p", port]) as moto:
        moto.wait_for_port(port, 60)
        cargo = [os.environ.get("CARGO", "cargo"), *TESTS]
        finished = subprocess.run(cargo, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        printed = finished.stdout + finished.stderr
        keep("tests.log", printed)
        results = RESULT.findall(finished.stdout)
        for name, result in results:
            with checks.check(name.replace("::", ": ").replace("_", " ")):
                holds(result == "ok", printed)
        with checks.check("all tests were run"):
            holds(finished.returncode == 0 and len(results) >= 12, printed)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
