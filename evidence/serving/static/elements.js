/** Make an element: `make("button", { className: "live-run", textContent: "Run" }, child, ...)`. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Make a button that calls `onclick`. */
export const button = (className, textContent, onclick, properties = {}) =>
  make("button", { type: "button", className: `live-button ${className}`, textContent, onclick, ...properties });

/** Have screen readers say something, once. */
export function say(words) {
  let box = document.getElementById("live-said");
  if (!box) {
    box = make("div", { id: "live-said", className: "spoken" });
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  box.textContent = words;
}
