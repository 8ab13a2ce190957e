/** Where the pictures of a session stand when they are drawn as a tree. */

/**
 * A map from each picture to its {row, column, up}, counted from 0. A picture stands one column to the right of
 * the one it was made from, the first in the same row, each further one below all that came of those before it:
 * `up` rows beneath its parent. Pictures that come from none begin a row each, the newest first.
 *
 * `pictures` = {id, parent: {picture} | null}, newest first; a parent that is not among them counts as none.
 */
export function placed(pictures) {
  const ids = new Set(pictures.map(({ id }) => id));
  const parentOf = ({ parent }) => (ids.has(parent?.picture) ? parent.picture : null);
  const children = Map.groupBy([...pictures].reverse(), parentOf);
  const places = new Map();
  let rows = 0;

  function stand(picture, column, above) {
    const row = rows;
    places.set(picture, { row, column, up: row - above });
    const [first, ...others] = children.get(picture.id) ?? [];
    if (first) stand(first, column + 1, row);
    for (const other of others) {
      rows += 1;
      stand(other, column + 1, row);
    }
  }

  for (const root of (children.get(null) ?? []).reverse()) {
    stand(root, 0, rows);
    rows += 1;
  }
  return places;
}
