/**
 * The pointers that are down on the stage, and which of them count: one paints, two fingers pinch, and fingers are
 * ignored while a pen is down, since the hand that holds it rests on the screen.
 */
export class Pointers {
  #down = new Map();

  /**
   * A pointer comes down at {x, y}: it "paints", "pinches" together with the finger that was there, "replaces" the
   * fingers that were there, or is to be "ignored".
   */
  down(id, type, place) {
    const others = [...this.#down.values()];
    const touch = type === "touch";
    if (others.length && (!touch || others.some((other) => other.type !== "touch"))) {
      const replaces = type === "pen" && others.every((other) => other.type === "touch");
      if (!replaces) return "ignored";
      this.#down.clear();
      this.#down.set(id, { type, place });
      return "replaces";
    }
    if (others.length > 1) return "ignored";
    this.#down.set(id, { type, place });
    return others.length ? "pinches" : "paints";
  }

  /** Moves a pointer: {before, other}, its last position and that of a pinch's other finger; null if ignored. */
  moved(id, place) {
    const pointer = this.#down.get(id);
    if (!pointer) return null;
    const before = pointer.place;
    this.#down.set(id, { ...pointer, place });
    const other = [...this.#down].find(([key]) => key !== id)?.[1].place ?? null;
    return { before, other };
  }

  /** A pointer is lifted; whether it counted. */
  up(id) {
    return this.#down.delete(id);
  }

  get size() {
    return this.#down.size;
  }
}

/** How large a brush of `size` is under a pen's `pressure` (0 to 1): all of it at full pressure, never below `least`. */
export const pressed = (size, { pointerType, pressure }, least) =>
  pointerType === "pen" && pressure > 0 ? Math.max(least, size * (0.25 + 0.75 * pressure)) : size;
