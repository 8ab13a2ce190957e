/** What codes are called: by name where the model has names, else by how they look. */

import { sprite } from "./sprite.js";

/** The name of a code and its share of what the code shows, null if it has none. */
export const nameOf = (code) => sprite.sheet?.names?.[code] ?? null;

/** Everything a code can be found by: its name, and how it looks. */
export function wordsOf(code) {
  const name = nameOf(code);
  const looks = sprite.sheet?.words?.[code] ?? [];
  return name ? [name[0], ...looks] : looks;
}

/** A code in a few words: "window 83 % · grey, upright". */
export function about(code) {
  const name = nameOf(code);
  const looks = (sprite.sheet?.words?.[code] ?? []).join(", ");
  return name ? `${name[0]} ${Math.round(name[1] * 100)} % · ${looks}` : looks;
}

/** Several codes in a word: what they have in common, else how many they are. */
export function titleOf(codes) {
  if (codes.length === 1) return nameOf(codes[0])?.[0] ?? `code ${codes[0]}`;
  const common = codes.slice(1).reduce((shared, code) => {
    const here = wordsOf(code);
    return shared.filter((word) => here.includes(word));
  }, wordsOf(codes[0]));
  return common[0] ?? `${codes.length} codes`;
}

const verbs = [
  [1, "only", "no"],
  [0.9, "nearly always", "hardly"],
  [0, "rather", "rather no"],
];

/** A rule in words: "only window", "hardly sky". */
export function ruleInWords({ codes, allowed, strength }) {
  const [, yes, no] = verbs.find(([least]) => strength >= least);
  return `${allowed ? yes : no} ${titleOf(codes)}`;
}
