/** What the server sends when a picture or a recipe was opened, or the model changed, as states of the page. */

import { keepOriginal } from "./originals.js";
import { opened as pixelsOf } from "./pixels.js";
import { blank, codesOf, place } from "./state.js";
import { fromServer } from "./wire.js";

/** The canvas of a message, to come after the state `before`; and its picture, if it is known how it was made. */
export function openedBy({ canvas, codes, image, recipe, cell, original, other_model: otherModel }, before) {
  const given = fromServer(canvas);
  const bare = { ...blank({ ...given, cell: cell ?? before.cell }), ...given };
  const carried = otherModel && !recipe && bare.base.length === before.base.length;
  const pixels = original ? pixelsOf(bare, keepOriginal(original)) : carried ? before.pixels : null;
  const shown = codes?.flat() ?? codesOf(bare);
  const filled = recipe?.codes ? bare.masked : null;
  const state = image ? place(bare, { codes: shown, url: image, filled, recipe, pixels }) : bare;
  return { state, result: recipe?.codes ? { url: image, codes: shown, filled, pixels, recipe } : null };
}
