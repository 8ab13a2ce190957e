/** The canvas component: the stage with the picture and the grid, its toolbar, its live region. */

import { toSave } from "../page/blending.js";
import { offer } from "../page/commands.js";
import { files } from "../page/files.js";
import { mend } from "../page/gradio.js";
import { predictions } from "../page/predictions.js";
import { regionsToServer } from "../page/regions.js";
import { store } from "../page/store.js";
import { rows, toServer } from "../page/wire.js";
import { acceptDrops, openPicture } from "./drop.js";
import { listen } from "./gestures.js";
import { steer } from "./keyboard.js";
import { Screen } from "./screen.js";
import { bindToolbar } from "./toolbar.js";
import { welcome } from "./welcome.js";

// The runs requested by buttons or keys; live runs are requested by the store.
const RUNS = ["generate", "again", "resume", "more", "relight", "blend"];

/** Called once by Gradio's hook when the component is on the page. */
export function mount({ element, props, trigger }) {
  // Until the stored settings are restored, a run would use others.
  store.queue.await("settings");
  store.start(props.grid);
  const screen = new Screen(element.querySelector(".stage"));
  steer(screen.surface, screen.cursor, listen(screen.surface, screen));
  mend();
  bindToolbar(element, screen);
  acceptDrops(element.querySelector(".frame"));
  welcome(element, {
    examples: props.examples,
    open: (index) => trigger("example", { index }),
  });

  const legend = element.querySelector(".legend");
  predictions.addEventListener("change", () => {
    const told = predictions.legend;
    legend.hidden = !told;
    if (!told) return;
    legend.querySelector("b").textContent = told.name;
    for (const end of ["least", "most"]) legend.querySelector(`.${end}`).textContent = told[end];
  });
  const live = element.querySelector(".live");
  store.addEventListener("say", ({ detail }) => (live.textContent = detail));
  // Messages about the previous canvas are obsolete; those about this one come after the change.
  store.addEventListener("change", ({ detail }) => detail || (live.textContent = ""));
  store.addEventListener("ask", () => (live.textContent = ""));
  store.addEventListener("reopen", ({ detail }) => openPicture(detail));
  // The server receives the current canvas and the run that the page waits for.
  const tell = (more) => {
    props.value = {
      canvas: toServer(store.state),
      regions: regionsToServer(store.state),
      recipe: store.state.recipe,
      run: steered(),
      ...more,
    };
  };
  // A live run is too short to be changed: it is restarted (`fill-anew`).
  const steered = () => (store.run?.live ? null : (store.run?.id ?? null));
  const save = async (file) => {
    const { state } = store;
    files.say("Saving…", true);
    const pixels = store.tool.keepPixels ? await toSave(state, (photo) => files.photoOf(photo)) : null;
    const regions = regionsToServer(state);
    tell({ canvas: toServer(state), regions, recipe: state.recipe, pixels, shown: guessed(state), file });
    trigger("save");
  };
  let named = null;
  const tellRun = () => {
    if (named === steered()) return;
    named = steered();
    tell();
  };
  store.addEventListener("change", ({ detail }) => {
    screen.highlight(detail?.revealed);
    tell();
  });
  store.addEventListener("run", tellRun);
  store.addEventListener("ask", () => {
    const { kind, canvas, stopped } = store.asked;
    const regions = regionsToServer(canvas);
    tell({ canvas: toServer(canvas), regions, recipe: null, run: store.run.id, stopped });
    trigger(kind);
  });
  offer({
    ...Object.fromEntries(RUNS.map((kind) => [kind, () => store.ask(kind)])),
    "new-picture": () => store.ask("new"),
    stop: () => store.stopRun(),
    "fill-anew": () => store.fillAnew(),
    // During a run the picture is unfinished.
    save(file = { format: "png", scale: 1 }) {
      if (store.run) files.say("The picture will be saved as soon as the run has ended.", true);
      store.queue.whenIdle(() => save(file));
    },
    "await-model": () => store.queue.await("model"),
    "model-arrived": () => store.queue.arrived("model"),
    "settings-arrived": () => store.queue.arrived("settings"),
    "file-arrived": () => files.arrived(),
    "not-saved": () => files.say(""),
  });
  tell();
  element.dataset.ready = "true";
}

/** The guessed codes that a stopped picture shows where it is not filled. */
const guessed = ({ unfinished, ...state }) =>
  unfinished && !unfinished.varies && unfinished.shown.flat().length === state.base.length
    ? rows(state, unfinished.shown.flat())
    : null;
