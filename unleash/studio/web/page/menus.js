/** Gradio's menus take Tab for typing and stay open behind who leaves: here it only leaves. */

export function leaveMenusByTab() {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab" && event.target.matches?.("input[role=combobox]")) event.stopPropagation();
    },
    { capture: true },
  );
}
