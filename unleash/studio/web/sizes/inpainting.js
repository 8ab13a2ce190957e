/** The soft brush's size and softness, whether pixels are kept, masks from and to files. */

import { coverage, paper, pictureOf, sizeOf } from "../page/blending.js";
import { soften } from "../page/state.js";
import { store } from "../page/store.js";
import { softOf } from "../canvas/softbrush.js";

export function inpainting(element) {
  const [size, words, softness, keep, file] = [
    "soft-size",
    "soft-size-words",
    "softness",
    "keep-pixels",
    "mask-file",
  ].map((name) => element.querySelector(`.${name}`));

  size.addEventListener("input", () => store.setTool({ name: "soft", softSize: Number(size.value) }));
  softness.addEventListener("input", () => store.setTool({ name: "soft", softness: Number(softness.value) }));
  keep.addEventListener("change", () => store.setTool({ keepPixels: keep.checked }));
  const show = () => {
    const { softSize, softness: soft, keepPixels } = store.tool;
    size.value = softSize;
    words.textContent = `${softSize} px`;
    softness.value = soft;
    keep.checked = keepPixels;
  };
  store.addEventListener("tool", show);
  show();

  element.querySelector(".load-mask").addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (!chosen) return;
    try {
      const alpha = await readMask(chosen, ...sizeOf(store.state));
      store.edit((state) => soften(state, softOf(state, alpha)));
      store.say("Mask loaded.");
    } catch (error) {
      store.say(error.message);
    }
  });
  element.querySelector(".save-mask").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = greyMask(store.state);
    link.download = "mask.png";
    link.click();
  });
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
