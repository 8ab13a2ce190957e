/** The messenger between this page's opinion of the canvas and the model's. */

import { opinion } from "../page/opinion.js";

export function mount({ props, trigger, watch }) {
  watch("value", () => props.value?.kind && opinion.receive(props.value));
  opinion.connect((question) => {
    props.value = question;
    trigger("submit");
  });
}
