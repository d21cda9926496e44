// One invocation: its event, its reply, its log, and the button that sends the event again.

import { byId, element, show, text } from "./elements.js";
import * as format from "./format.js";

let shown = null;

/** Reads one invocation. */
export async function fetchDetail(number) {
  const answer = await fetch(`invocations/${number}`);
  const document = await answer.json();
  if (!answer.ok) throw new Error(document.message);
  return document;
}

export function prepare() {
  byId("close").addEventListener("click", () => byId("detail").close());
  byId("replay").addEventListener("click", replay);
  byId("detail").addEventListener("click", (event) => {
    if (event.target === byId("detail")) byId("detail").close();
  });
  byId("detail").addEventListener("close", () => (shown = null));
}

/** Opens it. */
export async function open(number) {
  shown = number;
  say();
  try {
    fill(await fetchDetail(number));
  } catch (error) {
    say(error.message);
  }
  if (!byId("detail").open) byId("detail").showModal();
}

/** Reads it again where it is open and has changed. */
export async function changed(invocations) {
  if (shown === null || !invocations.some((one) => one.number === shown)) return;
  try {
    fill(await fetchDetail(shown));
  } catch (error) {
    say(error.message);
  }
}

function fill(detail) {
  text(byId("detail-title"), detail.event);
  byId("facts").replaceChildren(...facts(detail).map(([name, value, kind]) => element("div", { class: kind }, element("dt", {}, name), element("dd", {}, value))));
  document(byId("event"), byId("event-size"), detail.payload);
  document(byId("reply"), byId("reply-size"), detail.reply ?? { content: detail.outcome === "running" ? "not there yet" : "none, or streamed: a streamed reply is not kept", bytes: 0 });
  byId("log").replaceChildren(...detail.lines.map(logLine));
}

function facts(detail) {
  const list = [
    ["Outcome", detail.error_type ? `${detail.outcome}: ${detail.error_type}` : detail.outcome],
    ["Began", format.time(detail.began_ms)],
  ];
  if (detail.duration_us !== null) list.push(["Duration", format.duration(detail.duration_us)], ["Billed", `${format.count(detail.billed_ms)} ms at ${detail.memory_mb} MB`]);
  if (detail.init_us !== null) list.push(["INIT, a cold start", format.duration(detail.init_us)]);
  if (detail.max_memory_mb) list.push(["Memory used", `${detail.max_memory_mb} MB`]);
  list.push(["Environment", detail.environment ? `#${detail.environment}` : "none yet"], ["Function", detail.function], ["Request id", detail.request_id, "whole"]);
  return list;
}

/** JSON is indented, anything else stays as it is; both are text. */
function document(node, size, { content, bytes, cut }) {
  let pretty = content;
  if (!cut) {
    try {
      pretty = JSON.stringify(JSON.parse(content), null, 2);
    } catch {
      // Not JSON.
    }
  }
  text(node, pretty);
  text(size, bytes ? `${format.bytes(bytes)}${cut ? ", the beginning" : ""}` : "");
}

/** A line of a log, coloured by its level. */
export function logLine(line) {
  const kind = level(line.text) ?? (line.source === "platform" ? "platform" : undefined);
  return element("li", { class: kind }, line.text);
}

function level(line) {
  const found = /"level":"(\w+)"|\b(ERROR|CRITICAL|FATAL|WARN(?:ING)?)\b|(?:Status: |"status":")(error|timeout|failure)/.exec(line);
  const word = (found?.[1] ?? found?.[2] ?? found?.[3] ?? "").toUpperCase();
  if (["ERROR", "CRITICAL", "FATAL", "TIMEOUT", "FAILURE"].includes(word)) return "error";
  return word.startsWith("WARN") ? "warn" : undefined;
}

async function replay() {
  const button = byId("replay");
  button.disabled = true;
  say();
  try {
    const answer = await fetch(`invocations/${shown}/replay`, { method: "POST" });
    const result = await answer.json();
    if (!answer.ok) say(`Not sent: ${result.message}`);
    else if (result.function_error) say(`Sent again; the function failed. Request id ${result.request_id}`);
    else say(`Sent again; the function answered. Request id ${result.request_id}`, true);
  } catch (error) {
    say(`Not sent: ${error.message}`);
  } finally {
    button.disabled = false;
  }
}

function say(message = "", fine = false) {
  const problem = byId("detail-problem");
  show(problem, message !== "");
  problem.classList.toggle("fine", fine);
  text(problem, message);
}
