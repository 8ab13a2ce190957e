/** The tab "Size": a canvas of another size, two pictures in one, the soft brush and its mask. */

import { inpainting } from "./inpainting.js";
import { stitching } from "./stitching.js";
import { growing } from "./growth.js";

export function mount({ element, props, trigger, upload, watch }) {
  const join = stitching(element, async (file) => trigger("upload", { path: (await upload(file)).path }));
  growing(element);
  inpainting(element);
  watch("value", () => props.value && join(props.value));
}
