/** The mask from and to files. */

import { coverage, pictureOf, paper, sizeOf } from "../page/blending.js";
import { soften } from "../page/state.js";
import { store } from "../page/store.js";
import { softOf } from "../canvas/softbrush.js";

/** Mask what a picture file marks. */
export async function loadMask(file) {
  try {
    const alpha = await readMask(file, ...sizeOf(store.state));
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

/** The mask in a picture file, cut and scaled to a size: bytes, 255 where it is white or, if it has any, opaque. */
async function readMask(file, width, height) {
  const image = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => {
    throw new Error(`${file.name} is no picture.`);
  });
  const scale = Math.max(width / image.width, height / image.height);
  const [w, h] = [image.width * scale, image.height * scale];
  const pen = paper(width, height).getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  const { data } = pen.getImageData(0, 0, width, height);
  const alpha = Uint8ClampedArray.from({ length: width * height }, (_, i) => data[4 * i + 3]);
  const bytes = alpha.some((value) => value < 255)
    ? alpha
    : alpha.map((_, i) => 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]);
  if (!bytes.some((value) => value > 127))
    throw new Error(`${file.name} marks nothing: what is painted anew is white in a mask.`);
  return bytes;
}

/** The mask as a grey PNG: the soft brush's pixels, and all those of cells masked as a whole. */
function greyMask(state) {
  const nowhere = state.base.map(() => false);
  const bytes = coverage(state, [{ cells: state.masked, soft: state.soft }], nowhere, 0);
  return pictureOf(bytes, ...sizeOf(state), (value) => [value, value, value, 255]).toDataURL();
}
