/**
 * What the person asks of the codes a cell may get: `{codes, allowed, strength}` means these alone, or
 * none of these; at strength 1 surely, below with 1 - strength of the others' odds. Pure functions over
 * canvas states, whose `rules` are a list of such rules with the `cells` of each, as the server writes it.
 * The rules of a cell add up, the strongest last; no two of them name the same codes alike.
 */

import { CanvasError, cellName, columnOf, rowOf } from "./geometry.js";
import { flagsOf, mask } from "./state.js";

/** The initial strength of the brush. */
export const PREFER = 0.8;

/** Maximum length of the rules of a canvas as JSON, limited by its recipe. */
const MAX_TEXT = 900_000;

const found = new WeakMap();

/** The rules of each cell that has any, as a map from the cell. */
export function ruleBook({ rules, width }) {
  if (!found.has(rules)) {
    const book = new Map();
    for (const { cells, ...rule } of rules)
      for (const [row, column] of cells) {
        const cell = row * width + column;
        book.set(cell, [...(book.get(cell) ?? []), rule]);
      }
    found.set(rules, book);
  }
  return found.get(rules);
}

export const rulesAt = (state, cell) => ruleBook(state).get(cell) ?? [];

function withBook(state, book) {
  const rules = new Map();
  for (const cell of [...book.keys()].sort((a, b) => a - b))
    for (const rule of book.get(cell)) {
      const key = JSON.stringify([rule.codes, rule.allowed, rule.strength]);
      if (!rules.has(key)) rules.set(key, { cells: [], ...rule });
      rules.get(key).cells.push([rowOf(state, cell), columnOf(state, cell)]);
    }
  return { ...state, rules: [...rules.values()] };
}

/** Merges rules to one list, in the order in which the server writes them. */
export const tidied = (state) => withBook(state, ruleBook(state));

function leavesACode(rules, codebook) {
  const musts = rules
    .filter(({ strength }) => strength === 1)
    .map(({ codes, allowed }) => [new Set(codes), allowed]);
  for (let code = 0; code < codebook; code++)
    if (musts.every(([codes, allowed]) => codes.has(code) === allowed)) return true;
  return false;
}

function checkedRule({ codes, allowed, strength }, codebook) {
  const sorted = [...new Set(codes)].sort((a, b) => a - b);
  if (!sorted.length) throw new CanvasError("A rule needs at least one code.");
  if (!sorted.every(Number.isInteger) || sorted[0] < 0)
    throw new CanvasError(`The codes of a rule must be whole numbers, 0 or more, not ${sorted.join(", ")}.`);
  if (sorted.at(-1) >= codebook)
    throw new CanvasError(`Code ${sorted.at(-1)} is not in the codebook: codes are 0 to ${codebook - 1}.`);
  if (!(strength > 0 && strength <= 1))
    throw new CanvasError(`The strength of a rule must be above 0 and at most 1, not ${strength}.`);
  return { codes: sorted, allowed, strength };
}

const sameCodes = (a, b) => a.length === b.length && a.every((code, i) => code === b[i]);

function byStrength(a, b) {
  const differs = a.codes.findIndex((code, i) => code !== b.codes[i]);
  const codes = differs < 0 ? a.codes.length - b.codes.length : a.codes[differs] - (b.codes[differs] ?? -1);
  return a.strength - b.strength || a.allowed - b.allowed || codes;
}

/** Add a rule to cells, replacing one with the same codes and `allowed`. */
export function restrict(state, cells, asked) {
  const rule = checkedRule(asked, state.codebook);
  const before = ruleBook(state);
  const book = new Map(before);
  const sound = new Set();
  flagsOf(state, cells).forEach((wanted, cell) => {
    const here = before.get(cell) ?? [];
    const alike = here.find((one) => one.allowed === rule.allowed && sameCodes(one.codes, rule.codes));
    if (!wanted || alike?.strength === rule.strength) return;
    const rules = [...here.filter((one) => one !== alike), rule].sort(byStrength);
    const key = JSON.stringify(rules);
    if (!sound.has(key) && !leavesACode(rules, state.codebook))
      throw new CanvasError(
        `The rules of cell ${cellName(state, cell)} leave no code: remove the earlier ones first (Alt).`,
      );
    sound.add(key);
    book.set(cell, rules);
  });
  return sound.size ? bounded(withBook(state, book)) : state;
}

function bounded(state) {
  const entries = state.rules.reduce((sum, { cells, codes }) => sum + cells.length + codes.length, 0);
  // An entry has two to eight characters, so most cases need no measurement.
  if (entries * 8 > MAX_TEXT && JSON.stringify(state.rules).length > MAX_TEXT)
    throw new CanvasError("This canvas has more rules than can be saved: remove some first (Alt).");
  return state;
}

/** Remove all rules from cells. */
export function unrestrict(state, cells) {
  const book = new Map(ruleBook(state));
  const gone = flagsOf(state, cells).filter((wanted, cell) => wanted && book.delete(cell));
  return gone.length ? withBook(state, book) : state;
}

/** Add a rule and mask the cells, so that it takes effect. */
export const ask = (state, cells, rule) => mask(restrict(state, cells, rule), cells);

/** The strengths of the brush, with their names for allowed and for forbidden codes. */
export const STRENGTHS = [
  [0.5, "favour", "disfavour"],
  [0.8, "prefer", "avoid"],
  [0.95, "strongly prefer", "strongly avoid"],
  [0.99, "almost only", "hardly ever"],
  [1, "only", "never"],
];

/** The name of a strength, or of the next higher one that has a name. */
export function strengthInWords({ allowed, strength }) {
  const [, allows, forbids] = STRENGTHS.find(([value]) => value >= strength);
  return allowed ? allows : forbids;
}

/** The cell in the middle of `cells`. */
function middleOf(grid, cells) {
  const mean = (of) => cells.reduce((sum, cell) => sum + of(grid, cell), 0) / cells.length;
  const [row, column] = [mean(rowOf), mean(columnOf)];
  const away = (cell) => Math.hypot(rowOf(grid, cell) - row, columnOf(grid, cell) - column);
  return cells.reduce((best, cell) => (away(cell) < away(best) ? cell : best));
}

/** "At least one": the middle one of the cells must get one of the rule's codes. */
export function atLeastOne(state, cells, rule) {
  if (!rule.allowed || rule.strength === 1 || !cells.length) return state;
  return restrict(state, [middleOf(state, cells)], { ...rule, strength: 1 });
}

/** The selected codes, sorted: the collected set, else the single code. */
export function inHand({ code, set }) {
  if (code === null) return [];
  return set?.includes(code) ? [...set].sort((a, b) => a - b) : [code];
}

/** The rule that the brush paints with the selected codes. */
export const ruleInHand = (tool) => ({
  codes: inHand(tool),
  allowed: tool.allowed ?? true,
  strength: tool.strength ?? PREFER,
});
