/** Bytes that came in JSON. */

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The bytes that were packed by zlib and written in base64. */
export async function unpack(text) {
  const packed = new Blob([fromBase64(text)]).stream();
  const bytes = packed.pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(bytes).arrayBuffer());
}
