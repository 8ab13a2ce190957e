/** Mouse, pen and touch on the stage: strokes with one pointer, zoom and pan with two. */

import { cellAt, clamp } from "../page/geometry.js";
import { codeOf } from "../page/state.js";
import { store } from "../page/store.js";
import { softBrush } from "./softbrush.js";
import { effectOf, fillsAfter, TOOLS } from "./tools.js";

const PEN_ERASER = 32;

/**
 * Listen on `stage`. `screen` = {pointOf(event), pan(dx, dy), zoom(factor, x, y), hover(point|null),
 * shape(cells|null)} is what the gestures need of the picture on it.
 */
export function listen(stage, screen) {
  const pointers = new Map();
  let gesture = null;

  const nearest = ({ row, column }) => {
    const { height, width } = store.state;
    return cellAt(
      store.state,
      clamp(Math.round(row), 0, height - 1),
      clamp(Math.round(column), 0, width - 1),
    );
  };

  function begin(event) {
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 2) {
      // The second finger makes it a pinch: what the first has painted is taken back.
      cancel();
      return;
    }
    if (pointers.size > 2) return;
    if (event.button === 1 || stage.dataset.panning === "true") {
      gesture = { pans: true };
      return;
    }
    const inverse = event.altKey || event.button === 2 || Boolean(event.buttons & PEN_ERASER);
    const point = screen.pointOf(event);
    gesture = start(point, inverse);
  }

  function start(point, inverse) {
    const tool = TOOLS[store.tool.name];
    const cell = nearest(point);
    if (store.tool.name === "pick") {
      pick(cell);
      return null;
    }
    if (tool.look) {
      tool.look(cell);
      return null;
    }
    if (tool.needsCode && store.tool.code === null && !inverse) {
      store.say("Choose a code in the palette first, or pick one from the picture.");
      store.dispatchEvent(new Event("needcode"));
      return null;
    }
    const fills = fillsAfter(store.tool, inverse);
    if (tool.gesture === "soft") return softBrush.begin(point, inverse) ? { tool, fills } : null;
    const apply = effectOf(store.tool, inverse);
    if (tool.gesture === "click") {
      const cells = tool.cells(store.state, cell);
      store.dab((state) => apply(state, cells), cells, fills);
      return null;
    }
    store.beginStroke();
    const begun = { tool, apply, fills, from: point, first: cell };
    if (tool.gesture === "brush") sweep(begun, point);
    else screen.shape([cell]);
    return begun;
  }

  function sweep(begun, point) {
    const { tool, apply, from } = begun;
    begun.from = point;
    const cells = tool.cells(store.state, from, point, store.tool.size);
    store.stroke((state) => apply(state, cells, store.tool.code), cells);
  }

  function move(event) {
    const before = pointers.get(event.pointerId);
    const now = { x: event.clientX, y: event.clientY };
    if (!before) {
      screen.hover(screen.pointOf(event));
      return;
    }
    if (pointers.size === 2) pinch(event.pointerId, now);
    pointers.set(event.pointerId, now);
    if (!gesture) return;
    if (gesture.pans) screen.pan(now.x - before.x, now.y - before.y);
    else if (gesture.tool.gesture === "shape")
      screen.shape(gesture.tool.cells(store.state, gesture.first, nearest(screen.pointOf(event))));
    else if (gesture.tool.gesture === "soft") softBrush.to(screen.pointOf(event));
    else for (const part of event.getCoalescedEvents?.() ?? [event]) sweep(gesture, screen.pointOf(part));
    screen.hover(event.pointerType === "touch" ? null : screen.pointOf(event));
  }

  function pinch(id, now) {
    const before = pointers.get(id);
    const [[, other]] = [...pointers].filter(([key]) => key !== id);
    const distance = (p) => Math.hypot(p.x - other.x, p.y - other.y);
    const frame = stage.getBoundingClientRect();
    const middle = {
      x: (now.x + other.x) / 2 - frame.left,
      y: (now.y + other.y) / 2 - frame.top,
    };
    screen.zoom(distance(now) / (distance(before) || 1), middle.x, middle.y);
    screen.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  function end(event) {
    pointers.delete(event.pointerId);
    if (!gesture) return;
    if (gesture.tool?.gesture === "soft") softBrush.end(gesture.fills);
    if (gesture.tool?.gesture === "shape") {
      const { tool, apply, first } = gesture;
      const cells = tool.cells(store.state, first, nearest(screen.pointOf(event)));
      store.stroke((state) => apply(state, cells), cells);
    }
    finish(gesture.fills);
  }

  function cancel() {
    softBrush.cancel();
    const painted = gesture && !gesture.pans && gesture.tool.gesture !== "soft" && store.strokeChanged;
    finish();
    if (painted) store.undo();
  }

  function finish(fills = null) {
    store.endStroke(fills);
    screen.shape(null);
    gesture = null;
  }

  stage.addEventListener("pointerdown", begin);
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", (event) => {
    pointers.delete(event.pointerId);
    cancel();
  });
  stage.addEventListener("pointerleave", () => screen.hover(null));
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener(
    "wheel",
    (event) => {
      // Only with Ctrl (a trackpad's pinch sends it too): a bare wheel scrolls the page.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const frame = stage.getBoundingClientRect();
      screen.zoom(Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
    },
    { passive: false },
  );
}

/** The eyedropper: take the code a cell shows into the hand, ready to be pinned. */
export function pick(cell) {
  const code = codeOf(store.state, cell);
  if (code === store.state.codebook) {
    store.say("This cell is empty: there is no code to pick.");
    return;
  }
  store.setTool({ code, name: "pin" });
  store.say(`Code ${code} picked; the pin brush is ready.`);
}
