/** Mouse, pen and touch on the stage: strokes with one pointer, zoom and pan with two. */

import { cellAt, clamp } from "../page/geometry.js";
import { codeOf } from "../page/state.js";
import { store } from "../page/store.js";
import { Pointers, pressed } from "./pointers.js";
import { resizeBrush } from "./size.js";
import { MIN_SOFT, softBrush } from "./softbrush.js";
import { effectOf, fillsAfter, TOOLS } from "./tools.js";

const PEN_ERASER = 32;
const CLOSE = 0.7; // cells: distance from the first corner within which a click closes the outline

/**
 * Listen on `stage`. `screen` = {pointOf(event), pan(dx, dy), zoom(factor, x, y), hover(point|null), shape(cells|null),
 * trace(points|null), picture} is what the gestures need of the picture on it. Returns the outline that is drawn corner
 * by corner: {corner(point, how), close(), drop()}; the last two say whether there was one.
 */
export function listen(stage, screen) {
  const pointers = new Pointers();
  let gesture = null;
  let outline = null; // of a polygon, corner by corner

  const nearest = ({ row, column }) => {
    const { height, width } = store.state;
    return cellAt(
      store.state,
      clamp(Math.round(row), 0, height - 1),
      clamp(Math.round(column), 0, width - 1),
    );
  };
  const placeOf = ({ clientX: x, clientY: y }) => ({ x, y });

  function begin(event) {
    const meaning = pointers.down(event.pointerId, event.pointerType, placeOf(event));
    if (meaning === "ignored") return;
    stage.setPointerCapture(event.pointerId);
    // Undo what the first finger painted: it started a pinch, or belongs to the hand that holds the pen.
    if (meaning !== "paints") cancel();
    if (meaning === "pinches") return;
    if (event.button === 1 || stage.dataset.panning === "true") {
      gesture = { pans: true };
      return;
    }
    const { sized, gesture: kind } = TOOLS[store.tool.name];
    if (event.shiftKey && !event.altKey && (sized || kind === "soft")) {
      gesture = { resizes: resizeBrush(placeOf(event)), at: screen.pointOf(event) };
      return;
    }
    const inverse = event.altKey || event.button === 2 || Boolean(event.buttons & PEN_ERASER);
    gesture = start(screen.pointOf(event), inverse, event);
  }

  function start(point, inverse, event) {
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
      store.askForTile(cell);
      return null;
    }
    const fills = fillsAfter(store.tool, inverse);
    if (tool.gesture === "soft")
      return softBrush.begin(point, inverse, softSize(event)) ? { tool, fills } : null;
    const apply = effectOf(store.tool, inverse);
    if (tool.gesture === "click") {
      const cells = tool.cells(store.state, cell, screen.picture);
      store.dab((state) => apply(state, cells), cells, fills);
      return null;
    }
    if (tool.gesture === "corners") {
      corner(point, { tool, apply, fills });
      return null;
    }
    store.beginStroke();
    const begun = { tool, apply, fills, from: point, first: cell, points: [point] };
    if (tool.gesture === "brush") sweep(begun, point, event);
    else if (tool.gesture === "outline") screen.trace(begun.points);
    else screen.shape([cell]);
    return begun;
  }

  const softSize = (event) => pressed(store.tool.softSize, event, MIN_SOFT);

  function sweep(begun, point, event) {
    const { tool, apply, from } = begun;
    begun.from = point;
    const size = Math.round(pressed(store.tool.size, event, 1));
    const cells = tool.cells(store.state, from, point, size);
    store.stroke((state) => apply(state, cells, store.tool.code), cells);
  }

  function move(event) {
    const now = placeOf(event);
    const moved = pointers.moved(event.pointerId, now);
    if (!moved) {
      if (event.pointerType === "touch") return;
      screen.hover(screen.pointOf(event));
      if (outline) screen.trace([...outline.points, screen.pointOf(event)]);
      return;
    }
    if (moved.other) pinch(moved, now);
    if (!gesture) return;
    if (gesture.pans) screen.pan(now.x - moved.before.x, now.y - moved.before.y);
    else if (gesture.resizes) gesture.resizes(now);
    else for (const part of event.getCoalescedEvents?.() ?? [event]) draw(part);
    screen.hover(event.pointerType === "touch" ? null : (gesture.at ?? screen.pointOf(event)));
  }

  function draw(event) {
    const point = screen.pointOf(event);
    const { tool, first, points } = gesture;
    if (tool.gesture === "shape") screen.shape(tool.cells(store.state, first, nearest(point)));
    else if (tool.gesture === "outline") screen.trace(points.push(point) && points);
    else if (tool.gesture === "soft") softBrush.to(point, softSize(event));
    else sweep(gesture, point, event);
  }

  function pinch({ before, other }, now) {
    const distance = (p) => Math.hypot(p.x - other.x, p.y - other.y);
    const frame = stage.getBoundingClientRect();
    const middle = {
      x: (now.x + other.x) / 2 - frame.left,
      y: (now.y + other.y) / 2 - frame.top,
    };
    screen.zoom(distance(now) / (distance(before) || 1), middle);
    screen.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  function end(event) {
    if (!pointers.up(event.pointerId) || !gesture) return;
    const { tool, apply, first, points } = gesture;
    if (tool?.gesture === "soft") softBrush.end(gesture.fills);
    const change = (cells) => store.stroke((state) => apply(state, cells), cells);
    if (tool?.gesture === "shape") change(tool.cells(store.state, first, nearest(screen.pointOf(event))));
    if (tool?.gesture === "outline") change(tool.cells(store.state, points));
    if (tool?.ends && apply === tool.apply) store.stroke((state) => tool.ends(state, store.swept));
    finish(gesture.fills);
  }

  function cancel() {
    softBrush.cancel();
    const painted = gesture?.tool && gesture.tool.gesture !== "soft" && store.strokeChanged;
    finish();
    if (painted) store.undo();
  }

  function finish(fills = null) {
    store.endStroke(fills);
    screen.shape(null);
    screen.trace(null);
    gesture = null;
  }

  // --- corner by corner ----------------------------------------------------------------------------

  function corner(point, how) {
    outline ??= { ...how, points: [] };
    const [first] = outline.points;
    const closes = first && Math.hypot(point.row - first.row, point.column - first.column) < CLOSE;
    if (closes) {
      close();
      return;
    }
    outline.points = [...outline.points, point];
    screen.trace(outline.points);
    if (!first)
      store.say("Click the corners one by one; Enter or a click on the first one closes the outline.");
  }

  function close() {
    if (!outline) return false;
    const { tool, apply, fills, points } = outline;
    drop();
    const cells = tool.cells(store.state, points);
    store.dab((state) => apply(state, cells), cells, fills);
    return true;
  }

  function drop() {
    const had = Boolean(outline);
    outline = null;
    screen.trace(null);
    return had;
  }

  store.addEventListener("tool", () => store.tool.name !== "polygon" && outline && drop());
  stage.addEventListener("pointerdown", begin);
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", ({ pointerId }) => pointers.up(pointerId) && cancel());
  stage.addEventListener("pointerleave", () => screen.hover(null));
  stage.addEventListener("dblclick", close);
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const frame = stage.getBoundingClientRect();
      const place = { x: event.clientX - frame.left, y: event.clientY - frame.top };
      // Some browsers report lines instead of pixels.
      const far = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 30 : event.deltaY;
      screen.zoom(Math.exp(-far / (event.ctrlKey ? 300 : 600)), place);
    },
    { passive: false },
  );
  return { corner, close, drop };
}

/** The eyedropper: select the code of a cell for the pin brush. */
export function pick(cell) {
  const code = codeOf(store.state, cell);
  if (code === store.state.codebook) {
    store.say("This cell is empty: there is no tile to pick.");
    return;
  }
  store.setTool({ code, name: "pin" });
  store.say(`Tile ${code} selected; the pin brush is ready.`);
}
