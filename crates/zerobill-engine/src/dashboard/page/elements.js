// Elements of the page. Text is always set as text: nothing that a function says becomes markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same of a drawing. */
export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Sets text only where it differs, so that a selection stays. */
export function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
  return node;
}

/** A figure that programs can read as well: the number itself is in its `value`. */
export function figure(node, value, shown) {
  node.setAttribute("value", value);
  return text(node, shown);
}

export function show(node, visible) {
  node.hidden = !visible;
  return visible;
}

/**
 * Makes the children of `parent` those of `items`, in their order. What is there already is kept and updated, so that the focus
 * and what is open stay.
 */
export function keyed(parent, items, key, create, update) {
  const known = parent.keyedChildren ?? (parent.keyedChildren = new Map());
  const wanted = new Set(items.map(key));
  for (const [id, node] of known) {
    if (!wanted.has(id)) {
      node.remove();
      known.delete(id);
    }
  }
  let before = parent.firstChild;
  for (const item of items) {
    const id = key(item);
    let node = known.get(id);
    if (!node) {
      node = create(item);
      known.set(id, node);
    }
    if (node === before) before = before.nextSibling;
    else parent.insertBefore(node, before);
    update(node, item);
  }
}
