"""Named checks, reported one per line in the Test Anything Protocol."""

import contextlib
import time
import traceback


class Checks:
    """Counts checks; leaving the context prints the plan, so that a script that died half-way is seen as such."""

    def __init__(self):
        self._made = 0
        self.failed = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            print(f"1..{self._made}", flush=True)

    @contextlib.contextmanager
    def check(self, name):
        """One check: it holds when the body ends without an exception."""
        self._made += 1
        started = time.monotonic()
        try:
            yield
        except Exception:
            self.failed += 1
            print(f"not ok {self._made} - {name}")
            print("\n".join(f"# {line}" for line in traceback.format_exc().splitlines()), flush=True)
        else:
            print(f"ok {self._made} - {name} ({time.monotonic() - started:.2f} s)", flush=True)

    def note(self, text):
        """Says something that the whole run's output shows, held or not."""
        print(f"# note: {text}", flush=True)


def equal(actual, expected, what="value"):
    """Both are the same, or an error that shows both."""
    if actual != expected:
        raise AssertionError(f"{what}:\n  expected {expected!r}\n  got      {actual!r}")


def holds(condition, what):
    """The condition is true, or an error that says what is not."""
    if not condition:
        raise AssertionError(what)


def eventually(condition, what, seconds=10):
    """Waits until the condition gives something true, and returns it."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
