/** What Gradio's own parts of a page lack. */

/** Its menus take Tab for typing, and stay open behind who leaves them: here it only leaves. */
function leaveMenusByTab() {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab" && event.target.matches?.("input[role=combobox]")) event.stopPropagation();
    },
    { capture: true },
  );
}

/** The pictures beside its links say no more than the words there do. */
function silenceFooter() {
  for (const image of document.querySelectorAll("footer img")) image.alt = "";
}

/** Once a page. */
export function mend() {
  leaveMenusByTab();
  silenceFooter();
}
