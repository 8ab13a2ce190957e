import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-lines": ["error", 300],
    },
  },
  {
    // The body of a function that Gradio makes; these are its arguments.
    files: ["**/component.js"],
    languageOptions: {
      sourceType: "script",
      globals: Object.fromEntries(
        ["element", "props", "server", "trigger", "watch"].map((name) => [name, "readonly"]),
      ),
    },
  },
];
