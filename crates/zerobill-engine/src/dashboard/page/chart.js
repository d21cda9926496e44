// Durations over time: a mark for each invocation, on a logarithmic scale, so that a slow one does not flatten the rest.

import { byId, drawn, element, keyed, text } from "./elements.js";
import * as format from "./format.js";

const LEFT = 52, RIGHT = 46, TOP = 10, BOTTOM = 24, HEIGHT = 220;
const LEAST_MS = 30_000, MOST_MS = 600_000;
const failed = (one) => one.outcome !== "success";

/** Draws the ended ones of `invocations`; `open` is called with one that is clicked. */
export function draw(invocations, latency, now, open) {
  const svg = byId("chart");
  const width = svg.clientWidth || 600;
  const ended = invocations.filter((one) => one.duration_us > 0 && now - one.began_ms <= MOST_MS);
  const oldest = ended.length ? ended[0].began_ms : now;
  const window = Math.min(MOST_MS, Math.max(LEAST_MS, now - oldest));
  const x = (ms) => LEFT + (1 - (now - ms) / window) * (width - LEFT - RIGHT);
  const [low, high] = decades(ended);
  const y = (us) => TOP + (1 - (Math.log10(us) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const layer = layers(svg);

  const rules = [];
  for (let power = low; power <= high; power += 1) rules.push(10 ** power);
  keyed(layer.rules, rules, (us) => us, () => drawn("g", {}, drawn("line", { class: "rule" }), drawn("text", { "text-anchor": "end" })),
    (group, us) => {
      place(group.firstChild, { x1: LEFT, x2: width - RIGHT, y1: y(us), y2: y(us) });
      place(text(group.lastChild, format.duration(us)), { x: LEFT - 8, y: y(us) + 4 });
    });

  const times = [0, 0.5, 1].map((part) => ({ part, ms: now - (1 - part) * window }));
  keyed(layer.times, times, (tick) => tick.part, ({ part }) => drawn("text", { "text-anchor": ["start", "middle", "end"][part * 2] }),
    (node, tick) => place(text(node, tick.part === 1 ? "now" : format.time(tick.ms)), { x: x(tick.ms), y: HEIGHT - 4 }));

  keyed(layer.marks, ended, (one) => one.number, (one) => mark(one, open), (node, one) => {
    const [left, top] = [x(one.began_ms), y(one.duration_us)];
    node.setAttribute("transform", `translate(${left.toFixed(1)} ${top.toFixed(1)})`);
  });

  const lines = latency && ended.length > 1 ? apart([["p50", latency.p50_us], ["p99", latency.p99_us]], y) : [];
  keyed(layer.percentiles, lines, (line) => line.name, () => drawn("g", {}, drawn("line", { class: "percentile" }), drawn("text", { class: "label" })),
    (group, line) => {
      place(group.firstChild, { x1: LEFT, x2: width - RIGHT, y1: y(line.us), y2: y(line.us) });
      place(text(group.lastChild, line.name), { x: width - RIGHT + 8, y: line.at + 4 });
    });
  svg.setAttribute("aria-label", described(ended, latency, window));
}

/** The table with the same content: one row for each part of the time that is drawn. */
export function tabulate(body, invocations, now) {
  const bins = new Map();
  for (const one of invocations) {
    if (!(one.duration_us > 0) || now - one.began_ms > MOST_MS) continue;
    const start = Math.floor(one.began_ms / 10_000) * 10_000;
    if (!bins.has(start)) bins.set(start, []);
    bins.get(start).push(one);
  }
  const rows = [...bins].reverse();
  keyed(body, rows, ([start]) => start, ([start]) => element("tr", {}, element("th", { scope: "row" }, format.time(start)), ...Array.from({ length: 5 }, () => element("td"))),
    (row, [, ones]) => {
      const durations = ones.map((one) => one.duration_us).sort((a, b) => a - b);
      const median = durations[Math.ceil(durations.length / 2) - 1];
      const cells = [format.count(ones.length), format.count(ones.filter(failed).length), format.count(ones.filter((one) => one.cold).length), format.duration(median), format.duration(durations.at(-1))];
      cells.forEach((cell, index) => text(row.children[index + 1], cell));
    });
}

function layers(svg) {
  if (!svg.layers) {
    svg.layers = {};
    for (const name of ["rules", "times", "marks", "percentiles"]) svg.append((svg.layers[name] = drawn("g")));
  }
  return svg.layers;
}

/** The powers of ten around all durations, at least two apart. */
function decades(ended) {
  const durations = ended.map((one) => one.duration_us);
  const low = Math.floor(Math.log10(Math.min(...durations, 1_000)));
  const high = Math.ceil(Math.log10(Math.max(...durations, 10_000)));
  return [Math.max(0, low), Math.max(high, low + 2)];
}

/** Labels that do not lie on each other. */
function apart(percentiles, y) {
  const lines = percentiles.map(([name, us]) => ({ name, us, at: y(us) }));
  if (lines[0].at - lines[1].at < 14) lines[0].at = lines[1].at + 14;
  return lines;
}

/** Its kind is told by the shape too, not by the colour alone. */
function mark(one, open) {
  const words = `${format.time(one.began_ms)} ${one.event}: ${one.outcome}${one.cold ? ", cold start" : ""}, ${format.duration(one.duration_us)}`;
  const shape = failed(one)
    ? drawn("rect", { class: "mark error", x: -4, y: -4, width: 8, height: 8, transform: "rotate(45)" })
    : drawn("circle", one.cold ? { class: "mark cold", r: 4.5 } : { class: "mark success", r: 3.5 });
  shape.append(drawn("title", {}, words));
  const group = drawn("g", {}, shape);
  group.addEventListener("click", () => open(one.number));
  return group;
}

function described(ended, latency, window) {
  if (!ended.length) return `No invocation in the last ${format.span(window)}`;
  const words = `Durations of ${ended.length} invocations in the last ${format.span(window)}, ${ended.filter(failed).length} of them failed`;
  return latency ? `${words}; half are faster than ${format.duration(latency.p50_us)}, 99 of 100 faster than ${format.duration(latency.p99_us)}` : words;
}

function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, typeof value === "number" ? value.toFixed(1) : value);
}
