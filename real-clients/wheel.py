"""The wheel of `cargo xtask wheel`, installed into a clean environment, is the command: version, audit, forecast."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import Checks, equal, holds
from programs import keep

XTASK = os.environ["XTASK"]
# Built already for the other checks.
ZEROBILL = os.environ["ZEROBILL"]
TEMPLATE = """\
Resources:
  Gateway:
    Type: AWS::EC2::NatGateway
    Properties: {SubnetId: subnet-1, AllocationId: eipalloc-1}
"""


def main():
    with Checks() as checks, tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        run(XTASK, "wheel", "--program", ZEROBILL, "--output", folder / "dist")
        wheels = list((folder / "dist").iterdir())
        with checks.check("one wheel is made, with the tag of a platform"):
            holds(len(wheels) == 1 and "-py3-none-manylinux_" in wheels[0].name, f"{wheels}")
        environment = folder / "environment"
        run("python3", "-m", "venv", "--without-pip", environment)
        with checks.check("pip installs it without an index"):
            pip = ["python3", "-m", "pip", "--python", environment / "bin/python", "install", "--no-index", "--quiet"]
            run(*pip, wheels[0])
        zerobill = environment / "bin/zerobill"
        with checks.check("the command says its version"):
            equal(run(zerobill, "--version"), f"zerobill {wheels[0].name.split('-')[1]}\n", "version")
        with checks.check("the command audits"):
            template = folder / "template.yaml"
            template.write_text(TEMPLATE, encoding="utf-8")
            report = json.loads(run(zerobill, "audit", template, "--format", "json", "--fail-on", "none"))
            equal([finding["id"] for finding in report["findings"]], ["nat-gateway"], "findings")
        with checks.check("the command forecasts"):
            traffic = ["--requests", "1000000", "--duration-ms", "100", "--memory", "128"]
            forecast = json.loads(run(zerobill, "forecast", *traffic, "--format", "json"))
            requests = forecast["allowances"][0]
            equal((requests["id"], requests["share"], requests["cost_usd"]), ("lambda.requests", 1.0, 0.0), "requests")
        with checks.check("pip takes it away again"):
            run("python3", "-m", "pip", "--python", environment / "bin/python", "uninstall", "--yes", "--quiet", "zerobill")
            holds(not zerobill.exists(), "the command is still there")
    sys.exit(1 if checks.failed else 0)


def run(*command):
    """What it prints; it must exit with 0."""
    finished = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    keep("wheel.log", f"$ {' '.join(map(str, command))}\n{finished.stdout}{finished.stderr}")
    equal(finished.returncode, 0, f"exit code of {command[0]}, with {finished.stdout} {finished.stderr}")
    return finished.stdout


if __name__ == "__main__":
    main()
