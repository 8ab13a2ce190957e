"""The document: canvas, rules, settings and recipe as immutable values, without torch."""
