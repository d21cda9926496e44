"""The dashboard in Chromium: each panel after known traffic, its values compared with what the engine says."""

import contextlib
import json
import os
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from browser import SCREENSHOTS, Page, chromium
from checks import Checks, equal, eventually, holds
from engine import Engine
from programs import Program, free_port, keep
from shop import SCRIPT

HERE = Path(__file__).parent
CLIENT = [sys.executable, "-m", "awslambdaric", "shop.handler"]


def main():
    with Checks() as checks, chromium() as browser:
        with Engine("dashboard", *CLIENT, options=["--timeout", "2"], folder=HERE) as engine:
            before(checks, browser, engine)
            traffic(checks, engine)
            page = Page(browser, engine.port)
            panels(checks, page)
            invocations(checks, page)
            replay(checks, page, engine)
            cap(checks, page, engine)
            keyboard(checks, page)
            safety(checks, page)
            sizes(checks, browser, engine)
            stop(checks, page, engine)
        build(checks, browser)
        several(checks, browser)
        budget(checks, browser)
        demo(checks, browser)
        checks.note(f"screenshots are in {SCREENSHOTS}")
    sys.exit(1 if checks.failed else 0)


def before(checks, browser, engine):
    with checks.check("before the first event the page says how to send one, and shows no empty panel"):
        page = Page(browser, engine.port)
        page.settled()
        equal(page.text("#cost"), "$0.00", "cost")
        holds(f"curl http://127.0.0.1:{engine.port}/" in page.text("#start-commands"), "a command to try")
        for panel in ["durations", "errors", "invocations", "environments", "series", "usage", "build"]:
            holds(not page.visible(f"#{panel}"), f"{panel} is hidden")
        page.screenshot("empty")
        page.close()


def traffic(checks, engine):
    """What the panels are compared with: 24 invocations, 3 of them errors and 1 a timeout, 11 series."""
    with checks.check("the traffic that the page is to show"):
        for number in range(18):
            engine.invoke({"requestType": f"order {number}", "sleep_ms": number})
        engine.invoke({"requestType": "count", "series": 11})
        for text in ["no stock", "no stock", SCRIPT]:
            engine.invoke({"requestType": SCRIPT, "fail": text})
        engine.invoke({"requestType": "slow", "sleep_ms": 5_000})
        equal(engine.invoke({"requestType": "after"}).error, None, "error")


def panels(checks, page):
    state = page.settled()
    function = state["functions"][0]

    with checks.check("the dollars and the allowances are those of the engine"):
        # The pace is another one at each moment: the page has that of the last message.
        month = page.tab.evaluate("document.querySelector('main').shown.month")
        equal(month["so_far"], state["month"]["so_far"], "what was used so far")
        shown = month["pace"] or month["so_far"]
        equal(page.text("#cost"), shown["cost"], "cost")
        equal(len(page.texts("#gauges > li")), 4, "gauges")
        for row in shown["rows"]:
            gauge = page.tab.locator(f"#gauges > [data-offer='{row['id']}']")
            meter = float(gauge.locator("[role=meter]").get_attribute("aria-valuenow"))
            holds(abs(meter - min(100, row["share"] * 100)) < 0.01, f"{row['id']}: {meter} of {row['share']}")
            if month["pace"]:
                words = "lasts the month" if row["ends_on"] is None else f"ends on {int(row['ends_on'][8:])} "
                holds(words in gauge.inner_text(), f"{row['id']}: {gauge.inner_text()}")

    with checks.check("the figures of the function are those of the engine"):
        expected = {name: function[name] for name in ["invocations", "errors", "cold_starts", "billed_ms", "timeouts"]}
        expected |= {name: function["latency"][name] for name in ["p50_us", "p90_us", "p99_us"]}
        equal(page.figures(), expected, "tiles")
        equal((function["invocations"], function["errors"], function["timeouts"]), (24, 4, 1), "the traffic")
        equal(page.text("[data-field=invocations] data"), "24", "invocations")

    with checks.check("each invocation has its mark in the chart, and the table beside it counts the same"):
        listed = page.read("invocations")
        failed = [one for one in listed if one["outcome"] != "success"]
        cold = [one for one in listed if one["cold"] and one["outcome"] == "success"]
        marks = {kind: page.tab.locator(f"#chart .{kind}").count() for kind in ["success", "cold", "error"]}
        warm = len(listed) - len(failed) - len(cold)
        equal(marks, {"success": warm, "cold": len(cold), "error": len(failed)}, "marks")
        holds("Durations of 24 invocations" in page.tab.locator("#chart").get_attribute("aria-label"), "described")
        page.tab.locator("#chart-table summary").click()
        eventually(lambda: page.texts("#chart-table tbody tr"), "the table is filled")
        columns = zip(*(row.split("\t")[1:4] for row in page.texts("#chart-table tbody tr")))
        sums = [sum(int(cell) for cell in column) for column in columns]
        equal(sums, [24, len(failed), sum(one["cold"] for one in listed)], "sums of the table")
        page.tab.locator("#chart-table summary").click()

    with checks.check("errors stand together by their kind, with the log of the last one"):
        groups = page.texts("#error-list summary")
        equal(len(groups), 2, "groups")
        holds("timeout" in groups[0] and "once" in groups[0], f"the newest first: {groups}")
        holds("ValueError" in groups[1] and "3 times" in groups[1], f"the others: {groups}")
        page.tab.locator("#error-list summary").nth(1).click()
        line = page.tab.locator("#error-list .log .error").first
        line.wait_for()
        holds(SCRIPT.replace('"', '\\"') in line.inner_text(), f"the script is text: {line.inner_text()}")

    with checks.check("environments that are there are shown, and no others"):
        there = function["environments"]
        equal(len(page.texts("#environment-rows tr")), len(there), "rows")
        row = page.texts("#environment-rows tr")[0]
        holds(row.startswith(f"#{there[0]['number']}\t{there[0]['state']}"), row)

    with checks.check("eleven metric series are one more than is free"):
        equal(state["metric_series"]["used"], 11, "series")
        holds("11 of the 10 that are free" in page.text("#series-sum"), page.text("#series-sum"))
        holds("1 more than are free, at $0.30 a month" in page.text("#series-sum"), page.text("#series-sum"))
        equal(sorted(page.texts("#series-names li")), sorted(state["metric_series"]["names"]), "names")
        equal(page.tab.locator("#slots .paid").count(), 1, "slots beyond the free ones")
    page.screenshot("light")


def invocations(checks, page):
    with checks.check("invocations are listed, the newest first, and can be filtered"):
        listed = page.read("invocations")
        numbers = [int(row.get_attribute("data-number")) for row in page.tab.locator("#rows tr").all()]
        equal(numbers, [one["number"] for one in reversed(listed)], "numbers")
        names = page.texts("#rows button")
        equal(names[0], "after", "the newest")
        equal(names[2], SCRIPT[:80], "a script is a name like any other")
        cold = sum(one["cold"] for one in listed)
        for name, count in [("Errors", 4), ("Cold starts", cold), ("All", 24)]:
            page.tab.get_by_role("button", name=name).click()
            rows = page.tab.locator("#rows tr")
            eventually(lambda: rows.count() == count, f"{name} leaves {count} rows")

    with checks.check("an invocation opens with its event, its reply and its log"):
        page.tab.get_by_role("button", name="order 7").click()
        page.tab.locator("#detail").wait_for()
        number = next(one["number"] for one in page.read("invocations") if one["event"] == "order 7")
        detail = page.read(f"invocations/{number}")
        holds('"requestType": "order 7"' in page.text("#event"), page.text("#event"))
        holds(SCRIPT.replace('"', '\\"') in page.text("#reply"), page.text("#reply"))
        equal(page.texts("#log li"), [line["text"] for line in detail["lines"]], "log")
        holds(detail["request_id"] in page.text("#facts"), "request id")
        page.screenshot("invocation", whole=False)


def replay(checks, page, engine):
    with checks.check("the event of an old invocation is sent again, and the page shows what came of it"):
        count = page.read()["functions"][0]["invocations"]
        page.tab.get_by_role("button", name="Replay").click()
        said = page.tab.locator("#detail-problem")
        said.wait_for()
        holds("Sent again; the function answered" in said.inner_text(), said.inner_text())
        page.tab.get_by_role("button", name="Close").click()
        state = page.settled()
        equal(state["functions"][0]["invocations"], count + 1, "invocations")
        newest = page.read("invocations")[-1]
        holds(newest["request_id"] in said.text_content(), "its request id was named")
        equal((newest["event"], page.texts("#rows button")[0]), ("order 7", "order 7"), "the newest")
        equal(engine.client.get_function_concurrency(FunctionName="function").get("ReservedConcurrentExecutions"), None, "cap")


def cap(checks, page, engine):
    reserved = lambda: page.read()["functions"][0]["reserved_concurrency"]

    with checks.check("the button stops the function, which then refuses events, and releases it as it was"):
        engine.client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=7)
        page.settled()
        holds("7 at once" in page.text("#cap-state"), page.text("#cap-state"))
        page.tab.locator("#cap-button").click()
        eventually(lambda: reserved() == 0, "the engine has the cap")
        page.settled()
        equal(page.text("#cap-state"), "Hard cap: stopped, every event is refused", "state")
        response, _ = engine.request("GET", "/")
        equal(response.status, 429, "status")
        page.settled()
        equal(page.figures()["throttles"], 1, "refused")
        page.screenshot("stopped")
        page.tab.locator("#cap-button").click()
        eventually(lambda: reserved() == 7, "the engine has what was before")
        page.settled()
        equal(engine.invoke({"requestType": "released"}).error, None, "error")


def keyboard(checks, page):
    with checks.check("an invocation can be reached, opened and left with the keyboard alone"):
        page.settled()
        page.tab.locator("#rows button").first.focus()
        page.tab.keyboard.press("Enter")
        page.tab.locator("#detail").wait_for()
        focus = "document.activeElement.closest('#detail') !== null"
        holds(page.tab.evaluate(focus), "the focus is inside")
        page.tab.keyboard.press("Escape")
        page.tab.locator("#detail").wait_for(state="hidden")
        equal(page.tab.evaluate("document.activeElement.className"), "link", "the focus is back")

    with checks.check("every control and every drawing has a name that can be read out"):
        nameless = page.tab.evaluate(
            """() => [...document.querySelectorAll('button, select, summary, [role=img], [role=meter], th')]
            .filter(node => !(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length))
            .map(node => node.outerHTML)"""
        )
        equal(nameless, [], "without a name")
        equal(page.tab.locator("h1").count(), 1, "headings of the page")


def safety(checks, page):
    with checks.check("what the function says is never markup, and the page asks nobody but the engine"):
        equal(page.complaints, [], "complaints of the browser")
        holds("taken over" not in page.tab.title(), page.tab.title())
        equal(page.tab.locator("main script, main img, dialog script, dialog img").count(), 0, "markup")
        foreign = [url for url in page.asked if not url.startswith(page.origin + "/")]
        equal(foreign, [], "foreign addresses")


def sizes(checks, browser, engine):
    for name, width, scheme in [("dark", 1280, "dark"), ("phone", 390, "light"), ("phone-dark", 390, "dark")]:
        with checks.check(f"nothing sticks out at {width} pixels, {scheme}"):
            page = Page(browser, engine.port, width=width, height=844, scheme=scheme, scale=1 if width > 400 else 2)
            page.settled()
            equal(page.tab.evaluate("document.documentElement.scrollWidth"), width, "width")
            page.screenshot(name)
            equal(page.complaints, [], "complaints of the browser")
            page.close()


def stop(checks, page, engine):
    with checks.check("the page says so when the engine is gone"):
        engine.stop()
        page.tab.locator("#live.off").wait_for(timeout=15_000)
        equal(page.text("#live"), "the engine does not answer", "live")
        page.close()


def build(checks, browser):
    with checks.check("a build that fails is shown as the compiler wrote it, until one works"), tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        source.write_text("fine")
        command = f"! grep '<b>' {source}"
        with Engine("watched", *CLIENT, options=["--watch", folder, "--build", command], folder=HERE) as engine:
            page = Page(browser, engine.port)
            page.settled()
            source.write_text("error: <b>this</b> does not build\n")
            banner = page.tab.locator("#build.failed")
            banner.wait_for()
            equal(page.text("#build-title"), f"The build failed: {command}", "title")
            equal(page.text("#build-output"), "error: <b>this</b> does not build\n", "output")
            page.screenshot("build")
            equal(engine.invoke({"requestType": "before"}).error, None, "what was built before goes on")
            source.write_text("fine again")
            banner.wait_for(state="hidden")
            equal(page.complaints, [], "complaints of the browser")
            page.close()


def several(checks, browser):
    with checks.check("of several functions one is picked"), tempfile.TemporaryDirectory() as folder:
        tables = [
            f"[functions.{name}]\ncommand = {json.dumps(CLIENT)}\ndirectory = {json.dumps(str(HERE))}\n"
            for name in ["cart", "stock"]
        ]
        config = Path(folder, "zerobill.toml")
        config.write_text("\n".join(tables))
        port = free_port()
        with Program("several", [os.environ["ZEROBILL"], "dev", "--port", port, "--config", config]) as program:
            program.wait_for_port(port)
            for name, times in [("cart", 2), ("stock", 1)]:
                address = f"http://127.0.0.1:{port}/2015-03-31/functions/{name}/invocations"
                for _ in range(times):
                    event = json.dumps({"requestType": f"of {name}"}).encode()
                    with urllib.request.urlopen(urllib.request.Request(address, event), timeout=30) as answer:
                        keep("several.replies", answer.read())
            page = Page(browser, port)
            page.settled()
            equal((page.text("#figures-title"), page.texts("#rows button")), ("cart", ["of cart"] * 2), "the first")
            page.tab.get_by_label("Function").select_option("stock")
            eventually(lambda: page.text("#figures-title") == "stock", "the other is shown")
            equal((page.texts("#rows button"), page.figures()["invocations"]), (["of stock"], 1), "the other")
            page.tab.locator("#cap-button").click()
            stopped = lambda: [one["name"] for one in page.read()["functions"] if one["reserved_concurrency"] == 0]
            eventually(stopped, "one is stopped")
            equal(stopped(), ["stock"], "the one that is shown")
            page.close()


def budget(checks, browser):
    with checks.check("a function that its budget has stopped says why, and is released"), tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = ["BUDGET_REQUESTS=2", "BUDGET_ON_95=requests=trip", "METER_REQUESTS=1", f"METER_FOLDER={folder}"]
        options = [option for setting in settings for option in ["--env", f"ZEROBILL_{setting}"]]
        with Program("budget", [os.environ["ZEROBILL"], "dev", "--port", port, *options]) as program:
            program.wait_for_port(port)
            with contextlib.suppress(urllib.error.HTTPError):
                for _ in range(5):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30).close()
            page = Page(browser, port)
            trip = lambda: page.read()["functions"][0]["trip"]
            eventually(trip, "it is stopped")
            page.settled()
            holds(page.text("#cap-state").endswith(f": {trip()['reason']}"), page.text("#cap-state"))
            page.screenshot("budget")
            page.tab.get_by_role("button", name="Release").click()
            eventually(lambda: trip() is None, "it is released")
            page.settled()
            equal(page.text("#cap-button"), "Stop it", "button")
            equal(page.complaints, [], "complaints of the browser")
            page.close()


def demo(checks, browser):
    with checks.check("`zerobill dev --demo` fills the page"):
        port = free_port()
        with Program("demo", [os.environ["ZEROBILL"], "dev", "--demo", "--port", port]) as program:
            program.wait_for_port(port)
            page = Page(browser, port)
            eventually(lambda: page.read()["functions"][0]["invocations"] >= 40, "the demo sends events", 60)
            for panel in ["figures", "durations", "errors", "invocations", "environments", "series", "usage"]:
                holds(page.visible(f"#{panel}"), f"{panel} is shown")
            usage = page.settled()["functions"][0]["usage"]
            rows = page.texts("#usage-rows tr")
            equal(len(rows), len(usage["interfaces"]), "interfaces")
            holds(rows[0].startswith(usage["interfaces"][0]["name"]), f"the most used first: {rows}")
            page.screenshot("demo")
            equal(page.complaints, [], "complaints of the browser")
            page.close()


if __name__ == "__main__":
    main()
