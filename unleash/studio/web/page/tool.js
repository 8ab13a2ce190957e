/** The initial tool and its options, and their bounds. */

export const MAX_SIZE = 8; // of the brushes that are counted in cells
export const [MIN_SOFT, MAX_SOFT] = [2, 256]; // pixels across

// The soft brush: pixels across, the share of it that is soft edge; whether opened pictures' pixels stay.
const SOFT = { softSize: 32, softness: 0.5, keepPixels: true };
// How much similar cells may differ, and whether they must be connected.
const WAND = { tolerance: 0.12, connected: true };
// What masked cells are to show (regions.js); null: what the rest of the picture shows.
const REGION = { region: null };
// The opacity of the marks over the picture, and the colour of the mask, null for the page's own.
const MARKS = { marks: 1, maskColor: null };

export const TOOL = { name: "mask", size: 2, code: null, grid: true, ...SOFT, ...WAND, ...REGION, ...MARKS };

const between = (least, most) => (value) => Number.isFinite(value) && value >= least && value <= most;
const is = (type) => (value) => typeof value === type;
const FLAGS = ["grid", "keepPixels", "connected", "live", "one", "allowed", "starredOnly", "tree"];
const VALID = {
  ...Object.fromEntries(FLAGS.map((name) => [name, is("boolean")])),
  size: (value) => Number.isInteger(value) && between(1, MAX_SIZE)(value),
  softSize: between(MIN_SOFT, MAX_SOFT),
  softness: between(0, 1),
  tolerance: between(0, 1),
  strength: between(Number.MIN_VALUE, 1),
  marks: between(0, 1),
  maskColor: (value) => value === null || /^#[0-9a-f]{6}$/i.test(value),
  region: (value) => value === null || is("string")(value),
};

/** The options among these that are valid: they may come from a file. */
export const validOptions = (options) =>
  Object.fromEntries(
    Object.entries(options).filter(([name, value]) => Object.hasOwn(VALID, name) && VALID[name](value)),
  );
