// The list of invocations, and the errors among them with their logs.

import { byId, element, keyed, show, text } from "./elements.js";
import * as format from "./format.js";
import { fetchDetail, logLine } from "./detail.js";

/** How many rows the list has: more than anybody reads. */
const ROWS = 100;
const ERRORS = 5;

const FILTERS = {
  all: () => true,
  errors: (one) => isError(one),
  cold: (one) => one.cold,
};
let filter = "all";

const isError = (one) => ["error", "timeout", "lost"].includes(one.outcome);

/** Prepares the buttons; `changed` is called when another filter is picked. */
export function prepare(changed) {
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.addEventListener("click", () => {
      filter = button.dataset.filter;
      for (const other of document.querySelectorAll("[data-filter]")) other.setAttribute("aria-pressed", String(other === button));
      changed();
    });
  }
}

/** Shows the newest of `invocations` first; `open` is called with the number of one. */
export function render(invocations, open) {
  const rows = invocations.filter(FILTERS[filter]).slice(-ROWS).reverse();
  show(byId("no-rows"), rows.length === 0);
  keyed(byId("rows"), rows, (one) => one.number, (one) => row(one, open), updateRow);
  renderErrors(invocations.filter(isError));
}

function row(one, open) {
  const name = element("button", { type: "button", class: "link" }, one.event);
  name.addEventListener("click", () => open(one.number));
  const cells = ["number", "number wide", "number wide", "number wide"].map((kind) => element("td", { class: kind }));
  return element("tr", { "data-number": one.number },
    element("td", {}, format.time(one.began_ms)),
    element("td", {}, name),
    element("td", {}, element("span", { class: "outcome" })),
    ...cells);
}

function updateRow(node, one) {
  const [, , outcome, duration, billed, memory, environment] = node.children;
  outcome.firstChild.className = `outcome ${one.outcome}`;
  text(outcome.firstChild, one.outcome === "error" && one.error_type ? one.error_type : one.outcome);
  const badge = outcome.querySelector(".badge");
  if (one.cold && !badge) outcome.append(element("span", { class: "badge" }, "cold"));
  text(duration, one.duration_us === null ? "" : format.duration(one.duration_us));
  text(billed, one.billed_ms === null ? "" : `${format.count(one.billed_ms)} ms`);
  text(memory, one.max_memory_mb ? `${one.max_memory_mb} MB` : "");
  text(environment, one.environment ? `#${one.environment}` : "");
}

/** The last errors, those of one kind together. */
function renderErrors(errors) {
  if (!show(byId("errors"), errors.length > 0)) return;
  const groups = new Map();
  for (const one of errors) {
    const kind = `${one.outcome} ${one.error_type ?? ""} ${one.event}`;
    const group = groups.get(kind) ?? { kind, count: 0 };
    groups.delete(kind);
    groups.set(kind, { ...group, count: group.count + 1, last: one });
  }
  const newest = [...groups.values()].reverse().slice(0, ERRORS);
  keyed(byId("error-list"), newest, (group) => group.kind, createError, updateError);
}

function createError() {
  const summary = element("summary", {}, element("b"), element("span", { class: "message" }), element("span", { class: "quiet" }));
  const log = element("ol", { class: "log", tabindex: 0, "aria-label": "Log lines" });
  const details = element("details", {}, summary, log);
  const item = element("li", {}, details);
  details.addEventListener("toggle", () => fill(item));
  return item;
}

function updateError(item, group) {
  const [name, message, rest] = item.querySelector("summary").children;
  text(name, group.last.error_type ?? group.last.outcome);
  text(message, group.last.event);
  text(rest, `${group.count === 1 ? "once" : `${format.count(group.count)} times`}, last at ${format.time(group.last.began_ms)}`);
  item.group = group;
  fill(item);
}

/** Reads the log of the last error of an open group, once. */
async function fill(item) {
  const number = item.group?.last.number;
  const details = item.firstChild;
  if (!details.open || item.filled === number) return;
  item.filled = number;
  const log = details.querySelector(".log");
  try {
    const detail = await fetchDetail(number);
    log.replaceChildren(...detail.lines.map(logLine));
  } catch (error) {
    log.replaceChildren(element("li", {}, error.message));
  }
}
