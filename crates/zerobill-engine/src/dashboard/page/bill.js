// Dollars first: what the month costs at this pace, and which allowance ends on which day.

import { byId, element, figure, keyed, show, text } from "./elements.js";
import * as format from "./format.js";

export function render(state) {
  const { month } = state;
  if (!month) return;
  const shown = month.pace ?? month.so_far;
  const sum = figure(byId("cost"), shown.cost_usd, shown.cost);
  sum.classList.toggle("paid", shown.cost_usd > 0);
  text(byId("bill-title"), month.pace ? `A whole ${format.month(month.month)} at this pace` : "The bill so far");
  text(byId("cost-note"), note(state, month));
  if (show(byId("cost-so-far"), Boolean(month.pace))) text(byId("cost-so-far"), `So far: ${month.so_far.cost}.`);
  const worst = byId("cost-worst");
  if (show(worst, shown.cost_at_worst !== shown.cost)) {
    text(worst, `${shown.cost_at_worst} if AWS does not count Lambda's logs to the 5 GB that are free, which no bill proves.`);
  }
  const rows = shown.rows.filter((row) => row.free).map((row) => ({ ...row, so_far: month.so_far.rows.find((other) => other.id === row.id) }));
  keyed(byId("gauges"), rows, (row) => row.id, create, (node, row) => update(node, row, Boolean(month.pace)));
}

function note(state, month) {
  const seen = format.count(month.so_far.requests);
  if (!month.pace) return month.so_far.requests ? `${seen} invocations. A pace is known after 10 seconds.` : "Nothing was invoked yet.";
  const ends = month.pace.rows.filter((row) => row.ends_on).sort((a, b) => a.ends_on.localeCompare(b.ends_on))[0];
  const pace = `${seen} invocations in ${format.span(state.now_ms - state.started_ms)} are ${format.count(month.pace.requests)} a month.`;
  return ends ? `${pace} First to end: ${ends.what}, on ${format.day(ends.ends_on)}.` : `${pace} All of it is free.`;
}

function create(row) {
  const bar = element("div", { class: "bar", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": row.what }, element("i"));
  return element("li", { class: "gauge", "data-offer": row.id }, element("span", {}, format.sentence(row.what)), element("span", { class: "says" }, element("b"), element("span")), bar, element("span", { class: "used" }));
}

function update(node, row, pace) {
  const share = row.share ?? 0;
  const [, says, bar, used] = node.children;
  node.classList.toggle("near", share >= 0.8 && share <= 1);
  node.classList.toggle("over", share > 1);
  const ends = row.ends_on ? `ends on ${format.day(row.ends_on)}` : "lasts the month";
  text(says.firstChild, pace ? ends : format.share(share));
  text(says.lastChild, pace ? `, ${format.share(share)} at this pace` : " used");
  bar.firstChild.style.width = `${Math.min(100, share * 100)}%`;
  bar.setAttribute("aria-valuenow", Math.min(100, share * 100).toFixed(2));
  bar.setAttribute("aria-valuetext", `${format.share(share)}, ${ends}`);
  const unit = row.unit === "GB" ? row.unit : `${row.unit}s`;
  text(used, `${format.amount(row.so_far.used)} of ${format.amount(row.free)} ${unit} so far`);
}
