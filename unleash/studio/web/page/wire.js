/** The canvas as the server writes it (`TokenCanvas` in JSON) and as this page holds it. */

/** A flat list as one list for each row of the grid. */
export const rows = (grid, flat) =>
  Array.from({ length: grid.height }, (_, row) => flat.slice(row * grid.width, (row + 1) * grid.width));

export function toServer(state) {
  return {
    codebook_size: state.codebook,
    base: rows(state, state.base),
    masked: rows(state, state.masked),
    pins: Object.entries(state.pins).map(([cell, code]) => [
      Math.floor(cell / state.width),
      cell % state.width,
      code,
    ]),
    rules: state.rules ?? [],
  };
}

export function fromServer(canvas) {
  const width = canvas.base[0].length;
  return {
    height: canvas.base.length,
    width,
    codebook: canvas.codebook_size,
    base: canvas.base.flat(),
    masked: canvas.masked.flat(),
    pins: Object.fromEntries(canvas.pins.map(([row, column, code]) => [row * width + column, code])),
    rules: canvas.rules ?? [],
  };
}
