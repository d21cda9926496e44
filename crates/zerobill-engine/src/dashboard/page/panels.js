// The smaller panels: environments, metric series, interfaces, the build. Each is hidden while it has nothing to say.

import { byId, element, keyed, show, text } from "./elements.js";
import * as format from "./format.js";

export function environments(func, now) {
  const all = func.environments;
  if (!show(byId("environments"), func.invocations > 0)) return;
  show(byId("no-environments"), all.length === 0);
  show(byId("environment-rows").closest("table"), all.length > 0);
  keyed(byId("environment-rows"), all, (one) => one.number, (one) => element("tr", {}, element("td", {}, `#${one.number}`), element("td", {}, element("span"), element("span", { class: "quiet" })), element("td", { class: "number" }), element("td", { class: "number" })),
    (row, one) => {
      const [, state, invocations, memory] = row.children;
      state.firstChild.className = `state ${one.state}`;
      text(state.firstChild, one.state);
      text(state.lastChild, ` for ${format.span(now - one.since_ms)}`);
      text(invocations, format.count(one.invocations));
      text(memory, one.max_memory_mb ? `${one.max_memory_mb} of ${func.memory_mb} MB` : "");
    });
}

export function series({ used, free, more, cost, names }) {
  if (!show(byId("series"), used > 0)) return;
  const paid = Math.max(0, used - free);
  const price = paid ? `; ${paid} more than are free, at ${cost} a month` : "";
  text(byId("series-sum"), `${used}${more ? " or more" : ""} of the ${free} that are free in the whole account${price}`);
  const slots = Array.from({ length: Math.min(50, Math.max(used, free)) }, (_, index) => ({ index, kind: index >= used ? "" : index < free ? "taken" : "paid" }));
  keyed(byId("slots"), slots, (slot) => slot.index, () => element("i"), (node, slot) => (node.className = slot.kind));
  keyed(byId("series-names"), names, (name) => name, (name) => element("li", {}, name), () => {});
}

/** Which interfaces the requests use, from what the function logs of itself. */
export function usage(func) {
  const { usage } = func;
  if (!show(byId("usage"), Boolean(usage))) return;
  const environments = usage.environments === 1 ? "1 environment" : `${usage.environments} environments`;
  text(byId("usage-sum"), `of ${format.count(usage.requests)} requests in ${environments}. Hot ones are worth building in INIT: ZEROBILL_PRELOAD.`);
  bars(byId("usage-rows"), usage.interfaces);
  show(byId("together"), usage.combinations.length > 0);
  bars(byId("together-rows"), usage.combinations);
}

function bars(body, parts) {
  keyed(body, parts, (part) => part.name, (part) => element("tr", {}, element("td", {}, part.name.replaceAll("+", " + ")), element("td", {}, element("div", { class: "bar" }, element("i"), element("span")))),
    (row, part) => {
      row.className = part.heat;
      const [bar, words] = row.querySelector(".bar").children;
      bar.style.width = `${Math.min(1, part.share) * 60}%`;
      text(words, `${format.share(part.share)} ${part.heat === "warm" ? "" : part.heat}`);
    });
}

/** A failed build, or one that runs. */
export function build(state) {
  const banner = byId("build");
  if (!show(banner, Boolean(state))) return;
  banner.classList.toggle("failed", state.status === "failed");
  text(byId("build-title"), state.status === "failed" ? `The build failed: ${state.command}` : `Building: ${state.command}`);
  const output = byId("build-output");
  show(output, state.output !== "");
  text(output, state.output);
}
