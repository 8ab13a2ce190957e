// Gradio runs this once per component, as the body of a function of element, trigger, props, server,
// upload and watch. The component itself is an ES module, so that the browser resolves its imports.
const { root = "" } = window.gradio_config ?? {};

// A value goes to the server and comes from it as one string of JSON: see component.py.
// Listeners read it more than once, and a frame is long: each string is parsed once.
const last = { text: null, value: null };
function parsed(value) {
  if (typeof value !== "string" || !value) return value;
  if (value !== last.text) Object.assign(last, { text: value, value: JSON.parse(value) });
  return last.value;
}
const inJson = new Proxy(props, {
  get: (target, name) => (name === "value" ? parsed(target.value) : target[name]),
  set(target, name, value) {
    target[name] = name === "value" ? JSON.stringify(value) : value;
    return true;
  },
});

// Until the component is mounted, the last click is remembered and repeated afterwards.
let clicked = null;
const keep = (event) => {
  event.preventDefault();
  event.stopPropagation();
  clicked = event.target.closest("button");
};
element.addEventListener("click", keep, { capture: true });
import(`${root}/gradio_api/file=${props.module}`)
  .then(async ({ mount }) => {
    await mount({ element, trigger, props: inJson, server, upload, watch });
    element.removeEventListener("click", keep, { capture: true });
    clicked?.click();
  })
  .catch((error) => {
    element.textContent = `This part of the studio could not be loaded: ${error.message}`;
  });
