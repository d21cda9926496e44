"""The steps of `action.yml`, run by bash as GitHub runs them: on a pull request, on a push, and with what is wrong."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from checks import Checks, equal, holds
from programs import keep

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BUCKET = "Resources:\n  Files: {Type: AWS::SecretsManager::Secret}\n"
GATEWAY = "  Gateway:\n    Type: AWS::EC2::NatGateway\n    Properties: {SubnetId: subnet-1, AllocationId: eipalloc-1}\n"
ANNOTATION = "file=infra/template.yaml,line=3,title=nat-gateway%3A Gateway::$32.85 a month: a NAT gateway is"


def main():
    with Checks() as checks, tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        wheel = made(folder / "dist")
        checkout = repository(folder)
        with checks.check("a pull request is charged with what it adds, at its line, and fails"):
            code, output, files = action(folder / "pull", checkout, wheel, GITHUB_BASE_REF="main")
            holds(f"::error {ANNOTATION}" in output and "secret" not in output, output)
            equal((code, files["GITHUB_OUTPUT"]), (1, "monthly-usd=33.25\ndifference-usd=32.85\n"), "code and outputs")
            holds("**$33.25 a month**, +$32.85 against the base branch" in files["GITHUB_STEP_SUMMARY"], f"{files}")
        with checks.check("with `fail-on: none` the same is a warning, and passes"):
            code, output, _ = action(folder / "none", checkout, wheel, GITHUB_BASE_REF="main", inputs={"fail-on": "none"})
            equal(code, 0, "code")
            holds(f"::warning {ANNOTATION}" in output, output)
        with checks.check("a push is charged with all there is"):
            code, output, files = action(folder / "push", checkout, wheel)
            holds("title=secret%3A Files" in output and ANNOTATION in output, output)
            equal((code, files["GITHUB_OUTPUT"]), (1, "monthly-usd=33.25\ndifference-usd=\n"), "code and outputs")
        with checks.check("a folder that the base branch has not is all new"):
            code, output, files = action(folder / "new", checkout, wheel, GITHUB_BASE_REF="empty")
            equal(files["GITHUB_OUTPUT"], "monthly-usd=33.25\ndifference-usd=33.25\n", "outputs")
        with checks.check("a file that cannot be read fails at its line, and the others are audited"):
            broken = checkout / "infra" / "broken.yaml"
            broken.write_text("Resources:\n  A:\n    Type: 'b\n", encoding="utf-8")
            for fail_on, expected in [("paid", 1), ("none", 0)]:
                code, output, _ = action(folder / f"broken-{fail_on}", checkout, wheel, inputs={"fail-on": fail_on})
                holds("::error file=infra/broken.yaml,line=3,title=zerobill audit::cannot be read: not YAML" in output, output)
                equal((code, ANNOTATION in output), (expected, True), output)
            broken.unlink()
        with checks.check("what is wrong is said in the annotations"):
            code, output, _ = action(folder / "path", checkout, wheel, inputs={"path": "nowhere"})
            holds(code != 0 and "::error::" in output and "nowhere" in output, output)
            code, output, _ = action(folder / "fail", checkout, wheel, inputs={"fail-on": "all"})
            holds(code != 0 and "`fail-on` is `all`" in output, output)
    sys.exit(1 if checks.failed else 0)


def made(folder):
    """The wheel of the command that is built already."""
    command = [os.environ["XTASK"], "wheel", "--program", os.environ["ZEROBILL"], "--output", folder]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.iterdir()
    return wheel


def repository(folder):
    """A checkout of a branch that adds a gateway; `main` has a secret, `empty` nothing."""
    origin, checkout = folder / "origin", folder / "checkout"
    git(folder, "init", "--quiet", "--initial-branch=empty", origin)
    git(origin, "commit", "--quiet", "--allow-empty", "--message=nothing")
    git(origin, "switch", "--quiet", "--create", "main")
    template = origin / "infra" / "template.yaml"
    template.parent.mkdir()
    commit(origin, template, BUCKET)
    git(origin, "switch", "--quiet", "--create", "change")
    commit(origin, template, BUCKET + GATEWAY)
    git(folder, "clone", "--quiet", origin, checkout)
    return checkout


def commit(origin, template, text):
    template.write_text(text, encoding="utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message=change")


def git(folder, *arguments):
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def action(temporary, checkout, wheel, inputs=None, **variables):
    """Runs every step of the action; its exit code, what it prints, and the files that it writes for GitHub."""
    temporary.mkdir()
    values = {name: str(field.get("default", "")) for name, field in ACTION["inputs"].items()}
    values |= {"package": str(wheel), "path": "infra"} | (inputs or {})
    files = {name: temporary / name for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]}
    for file in files.values():
        file.touch()
    variables |= {name: str(file) for name, file in files.items()}
    variables |= {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(temporary), "PIP_NO_INDEX": "1"}
    code, output = 0, ""
    for step in ACTION["runs"]["steps"]:
        environment = os.environ | variables | {name: resolved(value, values) for name, value in step["env"].items()}
        # As GitHub runs `shell: bash`.
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        finished = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
        code, output = finished.returncode, output + finished.stdout + finished.stderr
        if code != 0:
            break
    git(checkout, "worktree", "prune")
    keep("action.log", output)
    return code, output, {name: file.read_text(encoding="utf-8") for name, file in files.items()}


def resolved(expression, values):
    """The value of `${{ inputs.NAME }}`, the one kind of expression that the steps use."""
    name = expression.removeprefix("${{ inputs.").removesuffix(" }}")
    return values[name]


if __name__ == "__main__":
    main()
