"""Prints, row by row, what this local Lambda and another one get right: `cargo lambda watch`, or the one at `OTHER_URL`."""

import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from checks import eventually
from programs import Program, free_port, keep

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / "real-clients/conformance/Cargo.toml"
RESULT = re.compile(r"^test \w+::(l\d\d)_(\w+) \.\.\. (ok|FAILED)$", re.MULTILINE)
# What the emulator cannot get over is looked at last, each row by itself.
LAST = ["l11", "l13_an_event", "l14_a_program_that_exits", "l14_a_program_that_never_asks", "l15", "l16"]


def rows(url, *selection):
    """The rows by number and name, and whether each holds."""
    test = ["cargo", "test", "--quiet", "--package", "zerobill-engine", "--test", "conformance", "--no-fail-fast"]
    environment = dict(os.environ)
    if url:
        environment["ZEROBILL_CONFORMANCE_URL"] = url
    command = [*test, "--", "--test-threads", "1", "--format", "pretty", *selection]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500)
    keep("rows.log", finished.stdout + finished.stderr)
    # A row's own output may stand between its name and its result.
    found = {(number, name): result == "ok" for number, name, result in RESULT.findall(finished.stdout)}
    assert found, finished.stdout + finished.stderr
    return found


class CargoLambda(Program):
    """`cargo lambda watch`, with a function that has answered."""

    def __init__(self, name, concurrency=10, release=False):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(self.port)]
        limits = ["--concurrency", str(concurrency), "--timeout", "3", *(["--release"] if release else [])]
        watch = [os.environ["CARGO_LAMBDA"], "lambda", "watch", *address, *limits, "--ignore-changes", "--color", "never"]
        super().__init__(name, [*watch, "--manifest-path", MANIFEST])

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


def other():
    """The rows of the other one."""
    url = os.environ.get("OTHER_URL")
    if url:
        return rows(url)
    subprocess.run(["cargo", "build", "--quiet", "--manifest-path", MANIFEST, "--bins"], check=True)
    with CargoLambda("watch") as emulator:
        found = rows(emulator.url, *[part for name in LAST for part in ("--skip", name)])
    for number, name in enumerate(LAST):
        with CargoLambda(f"watch-{number}") as emulator:
            found |= rows(emulator.url, name)
    return found


def main():
    ours, theirs = rows(None), other()
    name = os.environ.get("OTHER_URL", "cargo lambda watch")
    word = {True: "yes", False: "no", None: "–"}
    print(f"| | what must hold | zerobill | {name} |\n|---|---|---|---|")
    for row in sorted(ours):
        text = row[1].replace("_", " ")
        print(f"| {row[0].upper()} | {text} | {word[ours[row]]} | {word[theirs.get(row)]} |")
    print(f"\n{sum(ours.values())} and {sum(theirs.values())} of {len(ours)} hold.")
    return 0 if all(ours.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
