/** Carries this page's questions about the canvas to the server, and the answers back. */

import { predictions } from "../page/predictions.js";
import { store } from "../page/store.js";

export async function mount({ props, trigger, watch }) {
  await store.started;
  watch("value", () => props.value?.kind && predictions.receive(props.value));
  predictions.connect((question) => trigger("submit", question));
}
