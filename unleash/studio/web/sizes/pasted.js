/** Pictures of several canvases in one. */

import { paper } from "../page/blending.js";
import { images } from "../page/images.js";

/**
 * A promise of a URL: the pictures of the states `of` in their places, {of, top, left} in cells of a grid.
 * It is for the eyes alone; what is saved is drawn from the codes.
 */
export async function pasted({ cell }, grid, parts) {
  const sheet = paper(grid.width * cell, grid.height * cell);
  const pen = sheet.getContext("2d");
  for (const { of, top, left } of parts) {
    if (!of.picture) continue;
    const image = await images.load(of.picture.url);
    pen.drawImage(image, left * cell, top * cell, of.width * cell, of.height * cell);
  }
  const url = sheet.toDataURL("image/webp", 0.95);
  images.put(url, sheet);
  return url;
}
