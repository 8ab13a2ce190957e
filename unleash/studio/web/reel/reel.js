/** The reel: the steps of the run that made the picture on the canvas, as a film. */

import { canvasAt, placeIn } from "../page/session.js";
import { store } from "../page/store.js";
import { canRecord, record, STEP_MS } from "./record.js";

export async function mount({ element, props, trigger, watch }) {
  await store.started;
  const reel = element.querySelector(".reel");
  const [scrubber, words] = [reel.querySelector("input"), reel.querySelector("output")];
  const button = (name) => reel.querySelector(`.${name}`);
  const [play, go, gif, webm] = ["play", "continue", "gif", "webm"].map(button);
  let timer = 0;

  const frames = () => store.film.frames;
  const url = () => store.state.picture.url;

  function show() {
    const { film } = store;
    reel.hidden = !film;
    if (!film) {
      pause();
      return;
    }
    scrubber.max = film.frames.length - 1;
    if (!store.preview) scrubber.value = placeIn(film, url());
    const { index, total } = film.frames[scrubber.valueAsNumber];
    words.textContent = `Step ${index} of ${total}`;
    scrubber.setAttribute("aria-valuetext", words.textContent);
    go.disabled = !store.preview;
  }

  function lookAt(place) {
    scrubber.value = place;
    const frame = frames()[place];
    store.look(frame.url === url() ? null : canvasAt(store.state, store.film, frame));
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    delete reel.dataset.playing;
    tell("Play", "Play the steps");
  }

  function tell(label, title) {
    play.setAttribute("aria-label", label);
    play.title = title;
  }

  function start() {
    const last = frames().length - 1;
    if (scrubber.valueAsNumber === last) lookAt(0);
    reel.dataset.playing = "true";
    tell("Pause", "Stop at this step");
    timer = setInterval(() => {
      const next = scrubber.valueAsNumber + 1;
      if (next <= last) lookAt(next);
      if (next >= last) pause();
    }, STEP_MS);
  }

  function goOn() {
    pause();
    const frame = frames()[scrubber.valueAsNumber];
    const { film } = store;
    store.edit((state) => canvasAt(state, film, frame));
    store.say(`Step ${frame.index} is on the canvas. Change it, and Generate fills the rest.`);
  }

  const images = () => frames().map((frame) => frame.url);

  function saveGif() {
    gif.disabled = true;
    props.value = { name: nameOf(store.film, "gif"), images: images() };
    trigger("submit");
  }

  async function saveWebm() {
    webm.disabled = true;
    const link = document.createElement("a");
    link.download = nameOf(store.film, "webm");
    try {
      link.href = URL.createObjectURL(await record(images()));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } finally {
      webm.disabled = false;
    }
  }

  scrubber.addEventListener("input", () => {
    pause();
    lookAt(scrubber.valueAsNumber);
  });
  play.addEventListener("click", () => (timer ? pause() : start()));
  go.addEventListener("click", goOn);
  gif.addEventListener("click", saveGif);
  webm.addEventListener("click", saveWebm);
  webm.hidden = !canRecord();
  for (const type of ["run", "results", "preview"]) store.addEventListener(type, show);
  store.addEventListener("change", () => {
    pause();
    show();
  });
  watch("value", () => (gif.disabled = Boolean(props.value)));
  show();
}

/** A file name from label and seed, which a stopped run has not reported. */
function nameOf(film, suffix) {
  const settings = film.frames.at(-1).recipe?.settings;
  const what = settings ? `${settings.label ?? "picture"}-${settings.seed}` : "unfinished";
  return `unleash-${what.replace(/[^\w-]+/g, "-")}.${suffix}`.slice(-80);
}
