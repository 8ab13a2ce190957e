/** The sheet that shows every code: one image, `columns` thumbnails of `side` pixels in a row. */

export class Sprite extends EventTarget {
  #image = null;

  constructor() {
    super();
    this.sheet = null;
  }

  /** `sheet` = {url, columns, side, order}; `order` lists the codes as they lie on the sheet. */
  async load(sheet) {
    const image = new Image();
    image.src = sheet.url;
    await image.decode();
    this.#image = image;
    this.sheet = sheet;
    this.places = new Map(sheet.order.map((code, place) => [code, place]));
    this.dispatchEvent(new Event("load"));
  }

  /** Where a code lies on the sheet, in pixels; null before the sheet is there. */
  placeOf(code) {
    const place = this.places?.get(code);
    if (place === undefined) return null;
    const { columns, side } = this.sheet;
    return {
      x: (place % columns) * side,
      y: Math.floor(place / columns) * side,
      side,
    };
  }

  paint(context, code, x, y, size) {
    const from = this.placeOf(code);
    if (!from) return;
    context.drawImage(this.#image, from.x, from.y, from.side, from.side, x, y, size, size);
  }
}

export const sprite = new Sprite();
