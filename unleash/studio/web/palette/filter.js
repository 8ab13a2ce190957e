/** Which codes the catalogue shows. Pure functions over the sheet `{order, names, words}`. */

/**
 * The codes of `order` that match every word of `query`, and one of the `chips` if any is chosen. A
 * number means that code; a word, the beginning of something that `wordsOf(code)` has.
 */
export function matching(order, { query, chips }, wordsOf) {
  const asked = query
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const meets = (code, words) => (ask) =>
    /^\d+$/.test(ask) ? code === Number(ask) : words.some((word) => word.startsWith(ask));
  return order.filter((code) => {
    const words = wordsOf(code);
    return asked.every(meets(code, words)) && (!chips.size || words.some((word) => chips.has(word)));
  });
}

/** The words to filter by, the most frequent first: names if the codes have names, else looks. */
export function vocabulary({ order, names, words }) {
  const said = names?.some(Boolean)
    ? order.map((code) => names[code]?.[0] ?? [])
    : order.map((c) => words[c]);
  const counts = new Map();
  for (const word of said.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
