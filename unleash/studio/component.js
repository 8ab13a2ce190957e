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

import(`${root}/gradio_api/file=${props.module}`)
  .then(({ mount }) => mount({ element, trigger, props: inJson, watch }))
  .catch((error) => {
    element.textContent = `This part of the studio could not be loaded: ${error.message}`;
  });
