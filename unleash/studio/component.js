// Gradio runs this once per component, as the body of a function of element, trigger, props, server,
// upload and watch. The component itself is an ES module, so that the browser resolves its imports.
const { root = "" } = window.gradio_config ?? {};

// A value goes to the server and comes from it as one string of JSON: see component.py.
const parsed = (value) => (typeof value === "string" && value ? JSON.parse(value) : value);
const inJson = new Proxy(props, {
  get: (target, name) => (name === "value" ? parsed(target.value) : target[name]),
  set(target, name, value) {
    target[name] = name === "value" ? JSON.stringify(value) : value;
    return true;
  },
});

// Until the module is there a click would be lost, or send a form and with it the page away.
element.inert = true;
import(`${root}/gradio_api/file=${props.module}`)
  .then(({ mount }) => {
    element.inert = false;
    mount({ element, trigger, props: inJson, watch });
  })
  .catch((error) => {
    element.textContent = `This part of the studio could not be loaded: ${error.message}`;
  });
