"""Audits the templates of a checkout, and says it as annotations, outputs and a summary of GitHub Actions."""

import json
import os
import subprocess
import sys
from pathlib import Path

# What each value of `fail-on` takes for a failure.
FAILURES = {"paid": ["paid"], "trap": ["paid", "trap"], "limit": ["paid", "trap", "limit"], "none": []}
LEVELS = {"paid": "warning", "trap": "warning"}


def main():
    zerobill = sys.argv[1]
    path, fail_on = os.environ["AUDIT_PATH"], os.environ["FAIL_ON"]
    if fail_on not in FAILURES:
        sys.exit(f"::error::`fail-on` is `{fail_on}`, and none of {', '.join(FAILURES)}")
    base = os.environ.get("BASE")
    if base and not (Path(base) / path).is_dir():
        # The folder is new: everything in it is.
        (Path(base) / path).mkdir(parents=True)
    report = audit(zerobill, path, base and Path(base) / path)
    difference = report.get("difference")
    # A pull request answers for what it adds, a push for all there is.
    findings = difference["new"] if difference else report["findings"]
    for finding in findings:
        failed = finding["severity"] in FAILURES[fail_on]
        print(annotation("error" if failed else LEVELS.get(finding["severity"], "notice"), finding))
    unread = [unknown for unknown in report["unknown"] if unknown["unread"]]
    for unknown in report["unknown"]:
        # What cannot be read may hide anything.
        level, text = ("error", "cannot be read") if unknown["unread"] else ("notice", "zerobill does not know what this costs")
        print(command(level, unknown, unknown["logical_id"] or "zerobill audit", f"{text}: {unknown['reason']}"))
    total = sum(finding["monthly_usd"] or 0 for finding in report["findings"])
    change = None
    if difference:
        total = difference["monthly_usd_after"]
        change = total - difference["monthly_usd_before"]
    append("GITHUB_OUTPUT", f"monthly-usd={total:.2f}\ndifference-usd={'' if change is None else f'{change:.2f}'}\n")
    append("GITHUB_STEP_SUMMARY", summary(total, change, findings))
    failed = any(finding["severity"] in FAILURES[fail_on] for finding in findings)
    sys.exit(1 if failed or (unread and fail_on != "none") else 0)


def audit(zerobill, path, base):
    """The report of `zerobill audit` as JSON; where there is none, what it says of a fault ends the step."""
    arguments = [zerobill, "audit", path, "--format", "json", "--fail-on", "none", "--requests", os.environ["REQUESTS"]]
    if base:
        arguments += ["--base", base]
    finished = subprocess.run(arguments, capture_output=True, text=True)
    if not finished.stdout:
        sys.exit(f"::error::{escaped(finished.stderr.strip())}")
    return json.loads(finished.stdout)


def annotation(level, finding):
    """A workflow command that shows the finding at its line."""
    text = f"{dollars(finding['monthly_usd'])} a month: {finding['reason']}; fix: {finding['fix']}"
    return command(level, finding, f"{finding['id']}: {finding['logical_id']}", text)


def command(level, place, title, text):
    """A workflow command that shows a text at a place in a file."""
    properties = {"file": place["file"], "line": place["line"] or 1, "title": title}
    listed = ",".join(f"{name}={escaped(str(value), ':,')}" for name, value in properties.items())
    return f"::{level} {listed}::{escaped(text)}"


def summary(total, change, findings):
    """A table for the page of the run."""
    head = f"**{dollars(total)} a month**"
    if change is not None:
        head += f", {'+' if change >= 0 else '-'}{dollars(abs(change))} against the base branch"
    rows = [f"| {dollars(f['monthly_usd'])} | {f['severity']} | `{f['id']}` | `{f['file']}:{f['line']}` |" for f in findings]
    table = ["| a month | | finding | where |", "|---:|---|---|---|", *rows] if rows else ["No new finding."]
    return "\n".join(["### zerobill audit", "", head, "", *table, ""])


def dollars(amount):
    return "$?" if amount is None else f"${amount:,.2f}"


def escaped(text, also=""):
    """The text as a workflow command takes it."""
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def append(variable, text):
    with open(os.environ[variable], "a", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
