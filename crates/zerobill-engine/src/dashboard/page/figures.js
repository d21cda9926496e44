// The figures of one function, and the button that stops it.

import { byId, element, keyed, show, text } from "./elements.js";
import * as format from "./format.js";

/** What the concurrency was before the button was pressed, so that releasing puts it back. */
const before = new Map();

/** Prepares the button; `current` gives the function that is shown. */
export function prepare(current) {
  byId("cap-button").addEventListener("click", () => press(current()));
}

export function render(func) {
  text(byId("figures-title"), func.name);
  const stopped = isStopped(func);
  const state = text(byId("cap-state"), stopped ? reason(func) : capacity(func));
  state.classList.toggle("stopped", stopped);
  const button = text(byId("cap-button"), stopped ? "Release" : "Stop it");
  button.classList.toggle("danger", !stopped);
  button.classList.toggle("main", stopped);
  button.title = stopped ? "Takes the hard cap off again; a function that refuses by itself works again within five seconds" : "What the hard cap does: sets the reserved concurrency to 0, so that every event is refused";
  keyed(byId("tiles"), tiles(func), (tile) => tile.field, create, update);
}

const isStopped = (func) => func.reserved_concurrency === 0 || func.trip !== null;

/** Who has stopped it: its budget or the guard, which say why, or the button. */
function reason({ trip }) {
  if (!trip) return "Hard cap: stopped, every event is refused";
  const gaps = trip.gaps.map((gap) => `; not stopped: ${gap}`);
  return `Hard cap: stopped since ${format.moment(trip.since_ms)}: ${trip.reason}${gaps.join("")}`;
}

function capacity(func) {
  const limit = func.reserved_concurrency ?? func.concurrency;
  return `${func.memory_mb} MB, ${format.duration(func.timeout_ms * 1_000)} at most, ${format.count(limit)} at once`;
}

function tiles(func) {
  const part = (number) => (func.invocations ? `${format.share(number / func.invocations)} of all` : "");
  const list = [
    { field: "invocations", name: "Invocations", value: func.invocations, shown: format.count(func.invocations), note: `${func.running} running` },
    { field: "errors", name: "Errors", value: func.errors, shown: format.count(func.errors), note: func.errors ? part(func.errors) : "", bad: func.errors > 0 },
    { field: "cold_starts", name: "Cold starts", value: func.cold_starts, shown: format.count(func.cold_starts), note: func.init ? `${format.duration(func.init.p50_us)} each` : "" },
  ];
  if (func.latency) {
    const { latency } = func;
    list.push(
      { field: "p50_us", name: "Half within", value: latency.p50_us, shown: format.duration(latency.p50_us), note: "p50" },
      { field: "p90_us", name: "90 % within", value: latency.p90_us, shown: format.duration(latency.p90_us), note: "p90" },
      { field: "p99_us", name: "99 % within", value: latency.p99_us, shown: format.duration(latency.p99_us), note: `p99; slowest ${format.duration(latency.max_us)}` },
    );
  }
  list.push({ field: "billed_ms", name: "Billed", value: func.billed_ms, shown: `${format.count(func.billed_ms)} ms`, note: `${format.amount(func.gb_seconds)} GB-seconds` });
  if (func.timeouts) list.push({ field: "timeouts", name: "Timeouts", value: func.timeouts, shown: format.count(func.timeouts), note: "ended at the limit", bad: true });
  if (func.throttles) list.push({ field: "throttles", name: "Refused", value: func.throttles, shown: format.count(func.throttles), note: "throttled, not billed", bad: true });
  return list;
}

function create(tile) {
  return element("div", { "data-field": tile.field }, element("dt"), element("dd", { class: "value" }, element("data")), element("dd", { class: "note" }));
}

function update(node, tile) {
  node.classList.toggle("bad", Boolean(tile.bad));
  const [name, value, note] = node.children;
  text(name, tile.name);
  value.firstChild.setAttribute("value", tile.value);
  text(value.firstChild, tile.shown);
  text(note, tile.note);
}

/** Sets or takes back the reserved concurrency, by the calls that AWS has for it. */
async function press(func) {
  const button = byId("cap-button"), problem = byId("cap-problem");
  const path = `/2017-10-31/functions/${encodeURIComponent(func.name)}/concurrency`;
  const put = (number) => fetch(path, { method: "PUT", body: JSON.stringify({ ReservedConcurrentExecutions: number }) });
  button.disabled = true;
  try {
    let answer;
    if (func.trip) {
      answer = await fetch(`functions/${encodeURIComponent(func.name)}/release`, { method: "POST" });
    } else if (func.reserved_concurrency !== 0) {
      before.set(func.name, func.reserved_concurrency);
      answer = await put(0);
    } else {
      const previous = before.get(func.name);
      answer = previous ? await put(previous) : await fetch(path, { method: "DELETE" });
    }
    if (show(problem, !answer.ok)) text(problem, `The engine answered ${answer.status}: ${await answer.text()}`);
  } catch (error) {
    show(problem, true);
    text(problem, `The engine cannot be reached: ${error.message}`);
  } finally {
    button.disabled = false;
  }
}
