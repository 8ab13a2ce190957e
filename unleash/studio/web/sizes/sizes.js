/** The tab "Size": a canvas of another size, two pictures in one, the soft brush and its mask. */

import { inpainting } from "./inpainting.js";
import { stitching } from "./stitching.js";
import { timing } from "./timing.js";
import { growing } from "./growth.js";

export function mount({ element, props, watch }) {
  const tell = timing();
  const join = stitching(element);
  growing(element);
  inpainting(element);
  const receive = { time: tell, second: join };
  watch("value", () => receive[props.value?.kind]?.(props.value));
}
