/** Which tiles the catalogue shows: by the sheet's `{order, names, words}`, or alike by their thumbnails. */

/** The codes of `order` that match every word of `query`: a number means that code; a word, the beginning of
 * something that `wordsOf(code)` has. */
export function matching(order, query, wordsOf) {
  const asked = query
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const meets = (code, words) => (ask) =>
    /^\d+$/.test(ask) ? code === Number(ask) : words.some((word) => word.startsWith(ask));
  return order.filter((code) => asked.every(meets(code, wordsOf(code))));
}

/** The words to begin with, the most frequent first, {word, codes} of each: names if the codes have names, else looks. */
export function vocabulary({ order, names, words }) {
  const named = names?.some(Boolean);
  const saidOf = (code) => (named ? [names[code]?.[0]].filter(Boolean) : words[code]);
  const codes = new Map();
  for (const code of order)
    for (const word of saidOf(code)) codes.set(word, [...(codes.get(word) ?? []), code]);
  return [...codes]
    .map(([word, of]) => ({ word, codes: of }))
    .sort((a, b) => b.codes.length - a.codes.length);
}

/** `count` items of a list, evenly spaced. */
export const spread = (list, count) =>
  list.length <= count
    ? list
    : Array.from({ length: count }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / count)]);

// --- alike -------------------------------------------------------------------------------------------

const SIDE = 4; // pixels that a thumbnail is shrunk to
const ROW = 64;
const COLOUR = 8; // how much more the mean colour counts than where in the cell it is

/** What every code of a loaded sprite looks like, in numbers: a list by code. */
export function features(sprite) {
  const { order } = sprite.sheet;
  const surface = document.createElement("canvas");
  surface.width = ROW * SIDE;
  surface.height = Math.ceil(order.length / ROW) * SIDE;
  const context = surface.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const places = order.map((_, code) => [(code % ROW) * SIDE, Math.floor(code / ROW) * SIDE]);
  places.forEach(([x, y], code) => sprite.paint(context, code, x, y, SIDE));
  return places.map(([x, y]) => seen(context.getImageData(x, y, SIDE, SIDE).data));
}

function seen(pixels) {
  const mean = [0, 0, 0];
  const rest = [];
  pixels.forEach((value, place) => {
    if (place % 4 === 3) return; // opaque everywhere
    rest.push(value);
    mean[place % 4] += (value * COLOUR) / SIDE ** 2;
  });
  return Float32Array.from([...mean, ...rest]);
}

/** The `count` codes that look most like `code`, the nearest first. */
export function nearest(looks, code, count = 36) {
  const distance = looks.map((look) =>
    look.reduce((sum, value, i) => sum + (value - looks[code][i]) ** 2, 0),
  );
  const others = [...looks.keys()].filter((other) => other !== code);
  return others.sort((a, b) => distance[a] - distance[b]).slice(0, count);
}
