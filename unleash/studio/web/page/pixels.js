/**
 * Which pixels of opened pictures are kept, as immutable values beside the canvas.
 *
 * `pixels` = {originals, layers}: `originals` are {key, photo, top, left, rows, columns}, a picture and the cells it
 * lies on; a layer is what one run painted over them: `cells`, and the `soft` mask it went by, if any.
 * `soft` = {url, touched, lifted, top, left, rows, columns}: an image whose alpha is the mask, the cells it
 * touches, and those that were taken out of it again.
 */

/**
 * An opened picture that covers the whole grid; `photo` is {key, box, size} of its file, the part of it that the grid
 * shows, and the file's width and height, if it has more pixels.
 */
export const opened = ({ height, width }, key, photo = null) => ({
  originals: [{ key, photo, top: 0, left: 0, rows: height, columns: width }],
  layers: [],
});

/** The `photo` of the picture that covers the whole of a canvas; null if there is none. */
export function photoOver({ pixels, height, width }) {
  const [first, ...others] = pixels?.originals ?? [];
  return first && !others.length && first.rows === height && first.columns === width ? first.photo : null;
}

/** Whether a cell is only masked by the soft brush. */
export const isSoft = (soft, cell) => Boolean(soft) && soft.touched[cell] && !soft.lifted[cell];

/** Record the cells that a run painted. */
export function painted(pixels, cells, soft) {
  if (!pixels) return null;
  return { ...pixels, layers: [...pixels.layers, { cells, soft }] };
}

/** Null if nothing is left of a mask. */
export function lift(soft, masked) {
  if (!soft) return null;
  const lifted = soft.lifted.map((was, cell) => was || (soft.touched[cell] && !masked[cell]));
  const next = { ...soft, lifted };
  return soft.touched.some((_, cell) => isSoft(next, cell)) ? next : null;
}

/** Move to a position on a larger grid; `move` maps lists of cells. */
export function shifted(pixels, top, left, move) {
  if (!pixels) return null;
  const by = (placed) => ({ ...placed, top: placed.top + top, left: placed.left + left });
  return {
    originals: pixels.originals.map(by),
    layers: pixels.layers.map(({ cells, soft }) => ({
      cells: move(cells, false),
      soft: shiftedSoft(soft, top, left, move),
    })),
  };
}

export function shiftedSoft(soft, top, left, move) {
  if (!soft) return null;
  const [touched, lifted] = [move(soft.touched, false), move(soft.lifted, false)];
  return { ...soft, touched, lifted, top: soft.top + top, left: soft.left + left };
}

/** Join those of two parts of a canvas. */
export function joined(a, b) {
  if (!a || !b) return a ?? b;
  return { originals: [...a.originals, ...b.originals], layers: [...a.layers, ...b.layers] };
}
