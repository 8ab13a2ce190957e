/** A film as a WebM video, recorded in this browser as it plays. */

export const STEP_MS = 150;
const HOLD_MS = 1500;
const TYPE = "video/webm";

export const canRecord = () =>
  "captureStream" in HTMLCanvasElement.prototype && Boolean(window.MediaRecorder?.isTypeSupported(TYPE));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** The pictures at these URLs one after another, the last for longer; takes as long as the film. */
export async function record(urls) {
  const images = await Promise.all(urls.map(loaded));
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [images[0].width, images[0].height];
  const pen = sheet.getContext("2d");
  const recorder = new MediaRecorder(sheet.captureStream(), { mimeType: TYPE, videoBitsPerSecond: 4e6 });
  const pieces = [];
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start();
  for (const image of images) {
    pen.drawImage(image, 0, 0);
    await pause(STEP_MS);
  }
  await pause(HOLD_MS);
  pen.drawImage(images.at(-1), 0, 0); // a frame at the end, or the hold would be cut off
  await pause(STEP_MS);
  recorder.stop();
  await ended;
  return new Blob(pieces, { type: TYPE });
}
