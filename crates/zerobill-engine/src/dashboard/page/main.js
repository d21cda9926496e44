// The page: what the engine sends is kept here, and shown at most once a frame.

import * as bill from "./bill.js";
import { draw, tabulate } from "./chart.js";
import * as detail from "./detail.js";
import { byId, element, keyed, show, text } from "./elements.js";
import * as figures from "./figures.js";
import * as invocations from "./invocations.js";
import * as panels from "./panels.js";

/** As many as the engine remembers. */
const KEPT = 500;

let state = null;
/** How far this machine's clock is from the engine's. */
let skew = 0;
let picked = null;
let scheduled = false;
const known = new Map();

const now = () => Date.now() + skew;
const current = () => state.functions.find((func) => func.name === picked) ?? state.functions[0];

function connect() {
  const events = new EventSource("events");
  events.addEventListener("open", () => live("on", "live"));
  events.addEventListener("error", () => live("off", "the engine does not answer"));
  events.addEventListener("state", (event) => {
    const next = JSON.parse(event.data);
    if (state && next.started_ms !== state.started_ms) known.clear();
    state = next;
    skew = next.now_ms - Date.now();
    schedule();
  });
  events.addEventListener("invocations", (event) => {
    const changed = JSON.parse(event.data);
    for (const one of changed) known.set(one.number, one);
    for (const number of known.keys()) {
      if (known.size <= KEPT) break;
      known.delete(number);
    }
    detail.changed(changed);
    schedule();
  });
}

function live(kind, words) {
  byId("live").className = `live ${kind}`;
  text(byId("live").lastChild, words);
}

function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (state) render();
  });
}

function render() {
  const func = current();
  const own = [...known.values()].filter((one) => one.function === func.name);
  pick();
  document.title = `${(state.month?.pace ?? state.month?.so_far)?.cost ?? ""} ${func.name} · zerobill`;
  bill.render(state);
  show(byId("start"), func.invocations + func.throttles === 0);
  show(byId("figures"), true);
  figures.render(func);
  if (show(byId("trips-problem"), Boolean(state.trips_problem))) text(byId("trips-problem"), state.trips_problem);
  if (show(byId("durations"), own.some((one) => one.duration_us > 0))) {
    draw(own, func.latency, now(), detail.open);
    if (byId("chart-table").open) tabulate(byId("chart-table").querySelector("tbody"), own, now());
  }
  if (show(byId("invocations"), own.length > 0)) invocations.render(own, detail.open);
  panels.environments(func, now());
  panels.series(state.metric_series);
  panels.usage(func);
  panels.build(state.build);
  // What is on the page is what the engine was at this version, and this is all of it.
  const main = document.querySelector("main");
  main.dataset.version = state.version;
  main.shown = state;
}

/** The choice of a function, where there is one. */
function pick() {
  const select = byId("function");
  if (!show(byId("pick"), state.functions.length > 1)) return;
  keyed(select, state.functions, (func) => func.name, (func) => element("option", { value: func.name }, func.name), () => {});
  if (picked) select.value = picked;
}

const address = location.origin;
text(byId("start-commands"), `curl ${address}/\nzerobill invoke --sample health --url ${address}`);
byId("function").addEventListener("change", (event) => {
  picked = event.target.value;
  schedule();
});
byId("chart-table").addEventListener("toggle", schedule);
addEventListener("resize", schedule);
// Ages and the chart go on while nothing happens.
setInterval(schedule, 1_000);
figures.prepare(current);
invocations.prepare(schedule);
detail.prepare();
connect();
