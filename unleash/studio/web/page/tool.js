/** The initial tool and its options. */

// The soft brush: pixels across, the share of it that is soft edge; whether opened pictures' pixels stay.
const SOFT = { softSize: 32, softness: 0.5, keepPixels: true };
// How much similar cells may differ, and whether they must be connected.
const WAND = { tolerance: 0.12, connected: true };
// What masked cells are to show (regions.js); null: what the rest of the picture shows.
const REGION = { region: null };
// The opacity of the marks over the picture, and the colour of the mask, null for the page's own.
const MARKS = { marks: 1, maskColor: null };

export const TOOL = { name: "mask", size: 2, code: null, grid: true, ...SOFT, ...WAND, ...REGION, ...MARKS };
