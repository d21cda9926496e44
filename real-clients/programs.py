"""Starts programs, keeps all they print, and stops them with their children."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from checks import eventually

OUTPUT = Path(os.environ["OUTPUT_FOLDER"])
SECRET = os.environ["SECRET_MARKER"] + "in-the-environment"

# Stopped from outside, the programs are stopped too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


def free_port():
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def keep(name, content):
    """Keeps a reply among what is searched for secrets."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with open(OUTPUT / name, "ab") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
        file.write(b"\n")


class Program:
    """A program in the background, in a process group of its own."""

    def __init__(self, name, command, environment=None, folder=None):
        OUTPUT.mkdir(parents=True, exist_ok=True)
        self.log = OUTPUT / f"{name}.log"
        self._file = open(self.log, "ab")
        self.exit_code = None
        self._process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            # What one run counts is not to reach the next one.
            env=os.environ | {"API_TOKEN": SECRET, "ZEROBILL_METER_FOLDER": ""} | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=self._file,
            start_new_session=True,
        )

    @property
    def pid(self):
        return self._process.pid

    def printed(self):
        """All it has printed until now."""
        return self.log.read_text(errors="replace")

    def ended(self):
        """Whether it has exited."""
        return self._process.poll() is not None

    def wait_for_port(self, port, seconds=20):
        """Waits until the program listens on the port."""

        def ready():
            if self.ended():
                raise AssertionError(f"{self.log.name}: exited with {self._process.returncode}:\n{self.printed()}")
            return listens(port)

        eventually(ready, f"{self.log.name} listens on port {port}:\n{self.printed()}", seconds)

    def children(self):
        """The process ids of its children, whichever of its threads started them."""
        lists = [path.read_text() for path in Path(f"/proc/{self.pid}/task").glob("*/children")]
        return sorted(int(pid) for pid in " ".join(lists).split())

    def stop(self, seconds=10):
        """Ctrl-C, as a terminal would send it to the program alone; its exit code, or none when it had to be killed."""
        if self.exit_code is None:
            if not self.ended():
                os.kill(self.pid, signal.SIGINT)
            try:
                self.exit_code = self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.exit_code = "did not stop on Ctrl-C"
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
            self._file.close()
        return self.exit_code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
