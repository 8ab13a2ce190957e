/**
 * Replace the canvas by one with a picture of its own: `draw(state)` promises the URL that `change(state, url)` is given.
 * It is drawn again if a run has gone on meanwhile, so that no older step is shown. Promises whether anything changed.
 */
export async function redraw(store, draw, change) {
  let drawn = null;
  let url = null;
  while (drawn !== store.state) {
    drawn = store.state;
    url = await draw(drawn);
  }
  return store.regrid((state) => change(state, url));
}
