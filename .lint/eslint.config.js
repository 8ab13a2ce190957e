import js from "@eslint/js";
import globals from "globals";

// What comes from a file or a person is text: nothing is made from HTML.
const NO_HTML = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "srcdoc"].map((property) => ({
  selector: `MemberExpression[property.name="${property}"]`,
  message: "Make elements with createElement and textContent.",
}));

export default [
  { ignores: ["**/vendor/**"] }, // other people's, as they publish it
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-lines": ["error", 400],
      "no-restricted-syntax": ["error", ...NO_HTML],
    },
  },
  {
    files: ["tests/page/**"],
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: { "max-lines": "off" },
  },
  {
    // The body of a function that Gradio makes; these are its arguments.
    files: ["**/component.js"],
    languageOptions: {
      sourceType: "script",
      globals: Object.fromEntries(
        ["element", "props", "server", "trigger", "upload", "watch"].map((name) => [name, "readonly"]),
      ),
    },
  },
];
