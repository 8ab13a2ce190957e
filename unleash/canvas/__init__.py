"""The document: what a person asks of a token grid, as immutable values; nothing here needs torch."""
