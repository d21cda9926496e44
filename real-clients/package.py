"""The zip file of `cargo xtask package`, unpacked as Lambda would, runs under the local Lambda."""

import os
import platform
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from checks import Checks, equal, holds
from engine import Engine
from programs import free_port, keep

XTASK = os.environ["XTASK"]
# What Lambda, Python and the ELF header call an architecture.
MACHINES = {"x86_64": ("x86_64", 62), "arm64": ("aarch64", 183)}


def main():
    with Checks() as checks, tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        package(folder / "packed")
        archives = sorted((folder / "packed").iterdir())
        with checks.check("there is a zip file at least for this machine"):
            here = [name for name, (machine, _) in MACHINES.items() if machine == platform.machine()]
            holds(any(path.stem.endswith(f"-{name}") for path in archives for name in here), f"only {archives}")
        for path in archives:
            architecture = path.stem.rsplit("-", 1)[-1]
            with checks.check(f"{architecture}: the zip file holds one executable program of the right machine"):
                program = unpacked(path, folder / architecture)
                mode = program.stat().st_mode & 0o7777
                equal(oct(mode), "0o755", "mode")
                equal(struct.unpack_from("<H", program.read_bytes(), 18)[0], MACHINES[architecture][1], "machine")
            if MACHINES[architecture][0] == platform.machine():
                with checks.check(f"{architecture}: the unpacked program is a function, also with a timeout of 3 s"):
                    nobody = f"BASE_URL=http://127.0.0.1:{free_port()}"
                    with Engine("unpacked", program, options=["--timeout", "3", "--env", nobody]) as engine:
                        equal(engine.invoke({"requestType": "health_check"}).value["status"], "ok", "health")
                        # It was built with all that it needs to ask Home Assistant.
                        report = engine.invoke({"zerobill": "doctor"}).value["report"]
                        holds(any("no connection to Home Assistant" in line for line in report), report)
    sys.exit(1 if checks.failed else 0)


def package(folder):
    command = [XTASK, "package", "--profile", "dev", "--output", folder]
    finished = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    keep("package.log", finished.stdout + finished.stderr)
    equal(finished.returncode, 0, f"exit code, with {finished.stdout} {finished.stderr}")


def unpacked(path, folder):
    """The program, with the mode that the zip file gives it."""
    with zipfile.ZipFile(path) as archive:
        (entry,) = archive.infolist()
        equal(entry.filename, "bootstrap", "name")
        program = Path(archive.extract(entry, folder))
    program.chmod((entry.external_attr >> 16) & 0o7777)
    return program


if __name__ == "__main__":
    main()
