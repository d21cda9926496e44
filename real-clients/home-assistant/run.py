"""Our bootstrap between Alexa's events and a real Home Assistant."""

import sys
from pathlib import Path

import certificates
import fixtures
import guide
import outages
import refusals
import slow
from bridge import Bridge
from checks import Checks, holds
from house import House
from programs import OUTPUT


def main():
    with Checks() as checks, House("house") as house:
        # Assist brings no token of its own.
        with Bridge("bridge", house.url, {"LONG_LIVED_ACCESS_TOKEN": house.tokens["TOKEN"]}) as bridge:
            fixtures.send_all(checks, house, bridge)
        guide.run(checks, house)
        refusals.run(checks, house)
        slow.run(checks, house)
        outages.run(checks, house)
        base = next(fixture["answer"]["endpoints"] for fixture in fixtures.FIXTURES if fixture["name"] == "discover")
        certificates.run(checks, certificates.ENDPOINTS - base)
        with checks.check("no part of a token was printed"):
            no_token_in(OUTPUT, house.tokens)
    sys.exit(1 if checks.failed else 0)


def no_token_in(folder, tokens):
    """Neither claims nor signatures, which the search for whole tokens would not see."""
    for path in Path(folder).iterdir():
        text = path.read_text(errors="replace")
        for name, token in tokens.items():
            _, claims, signature = token.split(".")
            for part in (claims, signature[:20]):
                holds(part not in text, f"{path.name} holds a part of {name}")


if __name__ == "__main__":
    main()
