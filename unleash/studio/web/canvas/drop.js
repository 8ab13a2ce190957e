/** Other ways to open a picture go that of the Open button, so Gradio's upload checks hold for all. */

import { gradioElement } from "../page/commands.js";

/** Open the picture at a URL, of which only the pixels count. */
export async function openPicture(url) {
  const picture = await (await fetch(url)).blob();
  open(new File([picture], `picture.${picture.type.split("/").pop()}`, { type: picture.type }));
}

/** Open what is dropped on the `frame`. */
export function acceptDrops(frame) {
  let depth = 0;
  const show = () => frame.classList.toggle("dropping", depth > 0);
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");

  frame.addEventListener("dragenter", (event) => {
    if (!carriesFile(event)) return;
    depth += 1;
    show();
  });
  frame.addEventListener("dragleave", (event) => {
    if (!carriesFile(event)) return;
    depth -= 1;
    show();
  });
  // A file let fall beside the canvas must not make the browser leave the page.
  for (const type of ["dragover", "drop"])
    document.addEventListener(type, (event) => {
      if (carriesFile(event)) event.preventDefault();
    });
  frame.addEventListener("drop", (event) => {
    depth = 0;
    show();
    const [file] = event.dataTransfer.files;
    if (file) open(file);
  });
}

function open(file) {
  const input = gradioElement("file-row").querySelector("input[type=file]");
  const files = new DataTransfer();
  files.items.add(file);
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
