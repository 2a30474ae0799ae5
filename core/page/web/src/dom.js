// Makes elements. Text from runs only ever becomes text, never HTML.

// h("p", { class: "note", onclick: f }, "text", element, ...)
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

let count = 0;
export const newId = (prefix) => `${prefix}-${++count}`;

// A button that copies a command.
export function command(text) {
  const button = h("button", { type: "button", class: "copy", onclick: copy }, "Copy");
  function copy() {
    navigator.clipboard?.writeText(text).then(() => {
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
  }
  return h("div", { class: "command" }, h("code", { tabindex: 0 }, text), navigator.clipboard ? button : null);
}

// A group of buttons of which one is pressed. `choices`: [[value, label], ...].
export function choice(label, choices, value, onchange) {
  const group = h(
    "div",
    { class: "choice", role: "group", "aria-label": label },
    h("span", { "aria-hidden": "true" }, label),
  );
  for (const [each, text] of choices) {
    const press = () => {
      for (const other of group.querySelectorAll("button"))
        other.setAttribute("aria-pressed", String(other === button));
      onchange(each);
    };
    const button = h("button", { type: "button", "aria-pressed": String(each === value), onclick: press }, text);
    group.append(button);
  }
  return group;
}

// What is made when it is opened for the first time, or printed.
export function details(summary, make, open = false) {
  const element = h("details", {}, h("summary", {}, summary));
  let made = false;
  const fill = () => {
    if (!made) element.append(...[make()].flat());
    made = true;
  };
  element.addEventListener("toggle", () => element.open && fill());
  if (open) {
    fill();
    element.open = true;
  }
  return element;
}
