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

export function series({ used, free, more, names }) {
  if (!show(byId("series"), used > 0)) return;
  const paid = Math.max(0, used - free);
  const price = paid ? `; ${paid} more than are free cost $${(paid * 0.3).toFixed(2)} a month` : "";
  text(byId("series-sum"), `${used}${more ? " or more" : ""} of the ${free} that are free in the whole account${price}`);
  const slots = Array.from({ length: Math.min(50, Math.max(used, free)) }, (_, index) => ({ index, kind: index >= used ? "" : index < free ? "taken" : "paid" }));
  keyed(byId("slots"), slots, (slot) => slot.index, () => element("i"), (node, slot) => (node.className = slot.kind));
  keyed(byId("series-names"), names, (name) => name, (name) => element("li", {}, name), () => {});
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
