"""The templates in `deploy/`: cfn-lint accepts them, and the audit finds nothing but limits, each with its arithmetic."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cfnlint
from checks import Checks, equal, holds
from programs import keep

ZEROBILL = os.environ["ZEROBILL"]
DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
TEMPLATE = DEPLOY / "sam" / "template.yaml"
GUARD = DEPLOY / "sam" / "guard.yaml"
# What the audit names in each, for its limits.
FUNCTION_LIMITS = ["aws_cloudwatch_log_group.function", "aws_lambda_function.function", "Function", "LogGroup"]
GUARD_LIMITS = [
    *("Guard", "GuardAlarm", "GuardLogGroup", "GuardSchedule", "GuardTable", "GuardTopic"),
    *("aws_cloudwatch_log_group.guard", "aws_lambda_function.guard", "aws_scheduler_schedule.guard", "aws_sns_topic.guard"),
]
CFN_LINT = (Path(sys.executable).parent / "cfn-lint",)


def main():
    with Checks() as checks, tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        with checks.check("cfn-lint finds neither an error nor a warning in the SAM template"):
            equal(run(*CFN_LINT, TEMPLATE), (0, ""), "cfn-lint")
        with checks.check("nor in the guard's"):
            equal(run(*CFN_LINT, GUARD), (0, ""), "cfn-lint")
        with checks.check("cfn-lint does find a fault in it"):
            wrong = folder / "wrong.yaml"
            wrong.write_text(text().replace("MemorySize:", "MemorySizes:"), encoding="utf-8")
            code, output = run(*CFN_LINT, wrong)
            holds(code != 0 and "E3002" in output, f"exit code {code}, {output}")
        with checks.check("the audit finds nothing but limits"):
            only_limits(DEPLOY, FUNCTION_LIMITS + GUARD_LIMITS)
        with checks.check("with the table too, which is within its limit"):
            with_table = folder / "table.yaml"
            with_table.write_text(text().replace('Default: "off"', 'Default: "on"'), encoding="utf-8")
            only_limits(with_table, ["Function", "LogGroup", "StateTable"])
        with checks.check("a limit of concurrency is off unless it is asked for, and then AWS may refuse it"):
            limited = folder / "limited.yaml"
            limited.write_text(text().replace("Default: -1", "Default: 1"), encoding="utf-8")
            ids = [finding["id"] for finding in audit(limited)["findings"]]
            holds("reserved-concurrency" in ids, f"{ids}")
        with checks.check("a Function URL for everyone is a trap"):
            public = folder / "public.yaml"
            public.write_text(text().replace("Default: AWS_IAM", "Default: NONE"), encoding="utf-8")
            code, output = run(ZEROBILL, "audit", public, "--fail-on", "trap")
            holds(code == 1 and "public-url" in output, f"exit code {code}, {output}")
        with checks.check("the audit knows every resource type of cfn-lint's schemas"):
            kinds = sorted(resource_types())
            holds(len(kinds) > 1_800, f"only {len(kinds)} types")
            every = folder / "every.json"
            resources = {f"R{number}": {"Type": kind} for number, kind in enumerate([*kinds, "AWS::Made::Up"])}
            every.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
            _, output = run(ZEROBILL, "audit", every, "--format", "json", "--fail-on", "none")
            unknown = [one["resource_type"] for one in json.loads(output)["unknown"] if one["reason"] == "the type is not known"]
            equal(unknown, ["AWS::Made::Up"], "types that are not known")
    sys.exit(1 if checks.failed else 0)


def resource_types():
    """The names of the types in the schemas that cfn-lint comes with, and not those of its modules."""
    schemas = Path(cfnlint.__file__).parent / "data" / "schemas"
    named = re.compile(r'"typeName"\s*:\s*"((?:AWS|Alexa)::\w+::\w+)"')
    texts = (path.read_text(encoding="utf-8") for path in schemas.rglob("*.json"))
    return {name for text in texts for name in named.findall(text)}


def text():
    return TEMPLATE.read_text(encoding="utf-8")


def only_limits(path, names):
    """The audit ends well, and names these resources for their limits, each with its arithmetic, and no other."""
    report = audit(path)
    equal(sorted(finding["logical_id"] for finding in report["findings"]), sorted(names), "logical ids")
    for finding in report["findings"]:
        equal((finding["severity"], finding["monthly_usd"]), ("limit", 0), finding["id"])
        holds(sum(character.isdigit() for character in finding["reason"]) > 1, f"no arithmetic: {finding['reason']}")
    equal(report["unknown"], [], "unknown")


def audit(path):
    code, output = run(ZEROBILL, "audit", path, "--format", "json", "--fail-on", "trap")
    equal(code, 0, f"exit code, with {output}")
    return json.loads(output)


def run(*command):
    """How it ends, and what it prints."""
    finished = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    keep("commands.log", f"$ {' '.join(map(str, command))}\n{finished.stdout}{finished.stderr}")
    return finished.returncode, finished.stdout + finished.stderr


if __name__ == "__main__":
    main()
