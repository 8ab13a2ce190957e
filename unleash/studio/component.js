// Gradio runs this once per component, as the body of a function of element, trigger, props, server,
// upload and watch. The component itself is an ES module, so that the browser resolves its imports.
const { root = "" } = window.gradio_config ?? {};
import(`${root}/gradio_api/file=${props.module}`)
  .then(({ mount }) => mount({ element, trigger, props, watch }))
  .catch((error) => {
    element.textContent = `This part of the studio could not be loaded: ${error.message}`;
  });
