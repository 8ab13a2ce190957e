/** The mask from and to files. */

import { coverage, pictureOf, paper, sizeOf } from "../page/blending.js";
import { files } from "../page/files.js";
import { images } from "../page/images.js";
import { photoOver } from "../page/pixels.js";
import { soften } from "../page/state.js";
import { store } from "../page/store.js";
import { softOf } from "../canvas/softbrush.js";

/** Mask what a picture file marks. */
export async function loadMask(file) {
  try {
    const alpha = await readMask(file, ...sizeOf(store.state), photoOver(store.state));
    store.edit((state) => soften(state, softOf(state, alpha)));
    store.say("Mask loaded.");
  } catch (error) {
    store.say(error.message);
  }
}

/** Save the mask as a PNG. */
export function saveMask() {
  const link = document.createElement("a");
  link.href = greyMask(store.state);
  link.download = "mask.png";
  link.click();
}

/**
 * The mask in a picture file, cut and scaled to a size, as bytes. The server reads it, as it reads all pictures:
 * browsers know neither every format nor what transparency means in a mask.
 */
async function readMask(file, width, height, photo) {
  const image = await images.load(await files.maskIn(file, width, height, photo));
  const pen = paper(width, height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  return Uint8ClampedArray.from({ length: width * height }, (_, i) => data[4 * i]);
}

/** The mask as a grey PNG: the soft brush's pixels, and all those of cells masked as a whole. */
function greyMask(state) {
  const nowhere = state.base.map(() => false);
  const bytes = coverage(state, [{ cells: state.masked, soft: state.soft }], nowhere, 0);
  return pictureOf(bytes, ...sizeOf(state), (value) => [value, value, value, 255]).toDataURL();
}
