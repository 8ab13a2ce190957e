/**
 * What the person asks of the codes a cell may get: `{codes, allowed, strength}` means these alone, or
 * none of these; at strength 1 surely, below with 1 - strength of the others' odds. Pure functions over
 * canvas states, whose `rules` are a list of such rules with the `cells` of each, as the server writes it.
 */

import { mask } from "./state.js";

const found = new WeakMap();

/** The rules of each cell that has any, as a map from the cell. */
export function ruleBook(state) {
  const { rules = [], width } = state;
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

const written = ({ codes, allowed, strength }) => JSON.stringify([codes, allowed, strength]);

function withBook(state, book) {
  const rules = new Map();
  for (const [cell, asked] of book)
    for (const rule of asked) {
      const key = written(rule);
      if (!rules.has(key)) rules.set(key, { cells: [], ...rule });
      rules.get(key).cells.push([Math.floor(cell / state.width), cell % state.width]);
    }
  return { ...state, rules: [...rules.values()] };
}

/** Whether the musts among these rules leave a cell any code of `codebook`. */
export function leavesACode(rules, codebook) {
  const musts = rules
    .filter(({ strength }) => strength === 1)
    .map(({ codes, allowed }) => [new Set(codes), allowed]);
  for (let code = 0; code < codebook; code++)
    if (musts.every(([codes, allowed]) => codes.has(code) === allowed)) return true;
  return false;
}

/**
 * Ask for `rule` at these cells. What is allowed takes the place of what was allowed before; what is
 * forbidden adds up. Where both together would leave no code, the new rule stands alone.
 */
export function restrict(state, cells, rule) {
  const before = ruleBook(state);
  const book = new Map(before);
  const key = written(rule);
  for (const cell of cells) {
    const here = before.get(cell) ?? [];
    if (here.some((other) => written(other) === key)) continue;
    const same = (other) =>
      other.allowed === rule.allowed && (rule.allowed || String(other.codes) === String(rule.codes));
    const asked = [...here.filter((other) => !same(other)), rule];
    book.set(cell, leavesACode(asked, state.codebook) ? asked : [rule]);
  }
  const changed = cells.some((cell) => book.get(cell) !== before.get(cell));
  return changed ? withBook(state, book) : state;
}

/** Take all rules off these cells. */
export function unrestrict(state, cells) {
  const book = new Map(ruleBook(state));
  const gone = cells.filter((cell) => book.delete(cell));
  return gone.length ? withBook(state, book) : state;
}

/** "Some window here": the rule, and the mask without which it would have nothing to say. */
export const ask = (state, cells, rule) => mask(restrict(state, cells, rule), cells);

/** The codes in hand: a set if one was collected, else the one code, sorted. */
export function inHand({ code, set }) {
  if (code === null) return [];
  return set?.includes(code) ? [...set].sort((a, b) => a - b) : [code];
}

/** The rule that the brush paints with what is in hand. */
export const ruleInHand = (tool) => ({
  codes: inHand(tool),
  allowed: tool.allowed ?? true,
  strength: tool.strength ?? 1,
});
