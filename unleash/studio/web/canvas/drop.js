/** Other ways to open a picture than the header's button. */

import { files } from "../page/files.js";
import { store } from "../page/store.js";

/** Open the pixels of a picture at a URL, without its recipe, on a canvas of the same size. */
export async function openPicture(url) {
  const picture = await (await fetch(url)).blob();
  files.open(new File([picture], `picture.${picture.type.split("/").pop()}`, { type: picture.type }), {
    fit: "shape",
  });
}

/** Open a picture dragged from another page, which that page's server may forbid. */
async function openLink(url) {
  try {
    const answer = await fetch(url);
    const picture = await answer.blob();
    if (!answer.ok || !picture.type.startsWith("image/")) throw new Error("no picture");
    files.open(new File([picture], nameIn(url, picture.type), { type: picture.type }));
  } catch {
    store.say("The picture behind this link cannot be fetched: save it as a file, and open that.");
  }
}

const nameIn = (url, type) => `picture.${type.split("/").pop().split("+")[0]}`;

/** The address that a drag carries: of an image, or else of a link; null if it carries none. */
function linkOf(data) {
  const page = new DOMParser().parseFromString(data.getData("text/html"), "text/html");
  const [line] = data
    .getData("text/uri-list")
    .split(/\r?\n/)
    .filter((text) => text && !text.startsWith("#"));
  const url = page.querySelector("img")?.src || line;
  return url && /^(https?|data|blob):/.test(url) ? url : null;
}

const carries = (event) =>
  ["Files", "text/uri-list"].some((type) => event.dataTransfer?.types.includes(type));

/** Open what is dropped on the `frame`, and pictures that are pasted. */
export function acceptDrops(frame) {
  let depth = 0;
  const show = () => frame.classList.toggle("dropping", depth > 0);

  frame.addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    depth += 1;
    show();
  });
  frame.addEventListener("dragleave", (event) => {
    if (!carries(event)) return;
    depth -= 1;
    show();
  });
  // A file dropped beside the canvas must not make the browser leave the page.
  for (const type of ["dragover", "drop"])
    document.addEventListener(type, (event) => {
      if (carries(event)) event.preventDefault();
    });
  frame.addEventListener("drop", ({ dataTransfer }) => {
    depth = 0;
    show();
    take(dataTransfer);
  });
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    files.open(file);
  });
}

function take(data) {
  const url = linkOf(data);
  // A picture of the session is put back with its canvas and recipe.
  const own = store.results.find((result) => result.url === url);
  const [file] = data.files;
  if (own) store.choose(own);
  else if (file) files.open(file);
  else if (url) openLink(url);
}
