"""Prints, row by row, what this local Lambda and another one get right: `cargo lambda watch`, or the one at `OTHER_URL`."""

import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from checks import eventually
from programs import OUTPUT, Program, free_port, keep

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / "real-clients/conformance/Cargo.toml"
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
RESULT = re.compile(r"^test (\w+)::(l\d\d)_(\w+) \.\.\. (ok|FAILED)$", re.MULTILINE)
# What a failed assertion found, and what else a failure says.
LEFT = re.compile(r"^  left: (.+)$", re.MULTILINE)
SAID = re.compile(r" panicked at .+:\n(.+)$", re.MULTILINE)
LONGEST = 40
# A `cargo` that runs what is built: what it waits for while something else is built would count against the emulator.
SHIM = """#!/bin/sh
if [ "$1" = run ]; then
    while [ "$1" != --bin ]; do shift; done
    exec "{binaries}/$2"
fi
exec "{cargo}" "$@"
"""


def rows(url, *selection):
    """The rows by module, number and name, and of each that does not hold what was found; none if it holds."""
    test = ["cargo", "test", "--quiet", "--package", "zerobill-engine", "--test", "conformance", "--no-fail-fast"]
    environment = dict(os.environ) | {"RUST_BACKTRACE": "0"}
    if url:
        environment["ZEROBILL_CONFORMANCE_URL"] = url
    command = [*test, "--", "--test-threads", "1", "--format", "pretty", *selection]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500)
    keep("rows.log", finished.stdout + finished.stderr)
    # A row's own output may stand between its name and its result.
    found = {
        (module, number, name): None if result == "ok" else reason(finished.stdout, f"{module}::{number}_{name}")
        for module, number, name, result in RESULT.findall(finished.stdout)
    }
    assert found, finished.stdout + finished.stderr
    return found


def reason(output, row):
    """What a row found where it does not hold, in few words."""
    text = output.partition(f"---- {row} stdout ----")[2].partition("\n\n\n")[0].partition("\n---- ")[0]
    found = LEFT.search(text) or SAID.search(text)
    words = found[1] if found else "it failed"
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


class CargoLambda(Program):
    """`cargo lambda watch`, with a function that has answered."""

    def __init__(self, name, concurrency=10, release=False, environment=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(self.port)]
        limits = ["--concurrency", str(concurrency), "--timeout", "3", *(["--release"] if release else [])]
        watch = [os.environ["CARGO_LAMBDA"], "lambda", "watch", *address, *limits, "--ignore-changes", "--color", "never"]
        super().__init__(name, [*watch, "--manifest-path", MANIFEST], environment)

    def __enter__(self):
        self.wait_for_port(self.port)
        eventually(self.answers, "the function answers", 60)
        return self

    def answers(self):
        path = f"{self.url}/2015-03-31/functions/conformance/invocations"
        try:
            with urllib.request.urlopen(path, data=b"{}", timeout=20) as response:
                return "process" in json.load(response)
        except (urllib.error.URLError, TimeoutError, ValueError):
            return False


def other(names):
    """These rows of the other one, each with an emulator of its own, which it may spoil."""
    url = os.environ.get("OTHER_URL")
    if url:
        return rows(url)
    subprocess.run(["cargo", "build", "--quiet", "--manifest-path", MANIFEST, "--bins"], check=True)
    shim = OUTPUT / "bin/cargo"
    shim.parent.mkdir(parents=True, exist_ok=True)
    shim.write_text(SHIM.format(binaries=BINARIES, cargo=shutil.which("cargo")))
    shim.chmod(0o755)
    path = {"PATH": f"{shim.parent}:{os.environ['PATH']}"}
    found = {}
    for module, number, name in names:
        with CargoLambda(f"watch-{number}-{name}"[:40], environment=path) as emulator:
            found |= rows(emulator.url, "--exact", f"{module}::{number}_{name}")
    return found


def main():
    ours = rows(None)
    names = sorted(ours, key=lambda row: row[1:])
    theirs = other(names)

    def word(found, row):
        if row not in found:
            return "–"
        return "yes" if found[row] is None else "no: `" + found[row].replace("|", "\\|") + "`"

    print(f"| | what must hold | `zerobill dev` | {os.environ.get('OTHER_URL', '`cargo lambda watch`')} |\n|---|---|---|---|")
    for row in names:
        _, number, name = row
        print(f"| {number.upper()} | {name.replace('_', ' ')} | {word(ours, row)} | {word(theirs, row)} |")
    return 0 if all(found is None for found in ours.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
