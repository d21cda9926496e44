"""Chromium, and the page in it."""

import contextlib
import json
import os
import urllib.request
from pathlib import Path

from checks import eventually
from playwright.sync_api import sync_playwright
from programs import OUTPUT, keep

SCREENSHOTS = Path(os.environ["SCREENSHOT_FOLDER"])


@contextlib.contextmanager
def chromium():
    """The browser of this machine."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        # Root has no sandbox to be put in.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=options)
        try:
            yield browser
        finally:
            browser.close()


class Page:
    """The dashboard of the engine at `port`, with all that the browser complained of and asked for."""

    def __init__(self, browser, port, width=1280, height=900, scheme="light", scale=1):
        self.origin = f"http://127.0.0.1:{port}"
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=scale
        )
        self.tab = self.context.new_page()
        self.complaints, self.asked = [], []
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.goto(f"{self.origin}/_zerobill/")

    def read(self, path="state"):
        """What the engine says of itself."""
        with urllib.request.urlopen(f"{self.origin}/_zerobill/{path}", timeout=10) as answer:
            content = answer.read()
        keep("dashboard.replies", content)
        return json.loads(content)

    def settled(self):
        """The engine's state, once the page shows it."""

        def shown():
            state = self.read()
            return state if self.tab.locator("main").get_attribute("data-version") == str(state["version"]) else None

        return eventually(shown, "the page shows the engine's state")

    def text(self, selector):
        """The text that is there to be seen."""
        return self.tab.locator(selector).inner_text()

    def texts(self, selector):
        """The same of each that matches."""
        return self.tab.locator(selector).all_inner_texts()

    def figures(self):
        """The numbers on the tiles of the function, as the page holds them."""
        tiles = self.tab.locator("#tiles > div").all()
        return {
            tile.get_attribute("data-field"): float(tile.locator("data").get_attribute("value")) for tile in tiles
        }

    def visible(self, selector):
        """Whether it can be seen."""
        return self.tab.locator(selector).is_visible()

    def screenshot(self, name, whole=True):
        """Kept to be looked at."""
        self.tab.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole, animations="disabled")

    def close(self):
        """Keeps what the page showed, too."""
        keep("dashboard.page", self.tab.content())
        self.context.close()


__all__ = ["OUTPUT", "SCREENSHOTS", "Page", "chromium"]
