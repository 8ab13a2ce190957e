/** The same canvas filled in several orders at once: a board each, and the evaluations it took. */

import { Board } from "../page/board.js";
import { offer } from "../page/commands.js";
import { mend } from "../page/gradio.js";
import { runName } from "../page/run.js";

export function mount({ element, props, server, trigger, watch }) {
  const lanes = new Map(
    [...element.querySelectorAll("figure")].map((figure) => [figure.dataset.order, lane(figure)]),
  );
  let run = null; // the one that is shown

  mend();

  function lane(figure) {
    return {
      board: new Board(figure.querySelector("canvas")),
      bar: figure.querySelector("progress"),
      words: figure.querySelector("output"),
    };
  }

  const receive = {
    blank({ height, width, evaluations }) {
      for (const [order, { board, bar, words }] of lanes) {
        board.clear(height, width);
        bar.value = 0;
        words.textContent = `${evaluations[order]} evaluations`;
      }
    },
    // The cached result of a race; without one, it starts while the page is read.
    filled(message) {
      if (run) return;
      if (message.lanes.length) message.lanes.forEach(showStep);
      else fill();
    },
    begin(message) {
      if (message.run === run) receive.blank(message);
    },
    end(message) {
      if (message.run === run) run = null;
    },
    step(message) {
      if (message.run !== run) return;
      showStep(message);
      if (message.last) run = null;
    },
  };

  function showStep({ order, index, total, image, known, seconds }) {
    const { board, bar, words } = lanes.get(order);
    board.show(image, known);
    bar.max = total;
    bar.value = index;
    words.textContent = `${index} of ${total} evaluations · ${seconds.toFixed(1)} s`;
  }

  // Messages of an abandoned run are ignored.
  function stop() {
    if (run) server.stop(run);
    run = null;
  }

  function fill() {
    stop();
    run = runName();
    props.value = { run };
    trigger("submit");
  }

  offer({ "fill-boards": fill, "stop-boards": stop });
  const take = () => receive[props.value?.kind]?.(props.value);
  watch("value", take);
  take();
}
