/** Fixes for Gradio's own components. */

/** Its menus handle Tab as typing and stay open; here Tab only moves the focus. */
function leaveMenusByTab() {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab" && event.target.matches?.("input[role=combobox]")) event.stopPropagation();
    },
    { capture: true },
  );
}

/** The images beside its links are decorative. */
function silenceFooter() {
  for (const image of document.querySelectorAll("footer img")) image.alt = "";
}

/** Call once per page. */
export function mend() {
  leaveMenusByTab();
  silenceFooter();
}
