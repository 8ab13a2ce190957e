/** Which codes look alike: by their thumbnails, shrunk to a few pixels. */

const SIDE = 4;
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
