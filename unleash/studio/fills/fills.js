/** The same canvas filled in several orders at once: a board each, and the evaluations it took. */

import { Board } from "../browser/board.js";
import { onPress, press } from "../browser/page.js";

const [begin, stop] = [press("fill-begin"), press("fill-stop")];

export function mount({ element, props, watch }) {
  const lanes = new Map(
    [...element.querySelectorAll("figure")].map((figure) => [figure.dataset.order, lane(figure)]),
  );
  let run = null; // the one whose steps are shown
  let live = false;
  let wanted = false; // another one, as soon as this one has ended

  function lane(figure) {
    return {
      board: new Board(figure.querySelector("canvas")),
      bar: figure.querySelector("progress"),
      words: figure.querySelector("output"),
    };
  }

  const receive = {
    blank({ height, width, evaluations }) {
      run = null;
      for (const [order, { board, bar, words }] of lanes) {
        board.clear(height, width);
        bar.value = 0;
        words.textContent = `${evaluations[order]} evaluations`;
      }
    },
    begin(message) {
      receive.blank(message);
      run = message.run;
    },
    idle() {
      live = false;
      if (wanted) fill();
      wanted = false;
    },
    step({ run: of, order, index, total, image, known, seconds }) {
      if (of !== run) return;
      const { board, bar, words } = lanes.get(order);
      board.show(image, known);
      bar.max = total;
      bar.value = index;
      words.textContent = `${index} of ${total} evaluations · ${seconds.toFixed(1)} s`;
    },
  };

  function fill() {
    live = true;
    begin();
  }

  onPress("fill", () => {
    if (!live) return fill();
    wanted = true;
    return stop();
  });
  const take = () => receive[props.value?.kind]?.(props.value);
  watch("value", take);
  take();
}
