"""How large things may be: one place for Python, shell, page and API.

Whatever a file or a person claims is compared with these before any memory is taken for it.
"""

MAX_CODES = 2**16
"""Codes of the largest codebook; public VQGANs have 1,024 to 16,384."""

MAX_SIDE = 64
"""Cells on a side of the largest canvas."""

MAX_CELLS = MAX_SIDE**2
"""Cells of the largest canvas."""

MAX_RULES = 1024
"""Different rules on one canvas; each may be that of many cells."""

MAX_STEPS = MAX_CELLS
"""More steps than the largest canvas has cells are never taken."""

MIN_TEMPERATURE, MAX_TEMPERATURE = 1e-3, 100.0
"""Of temperatures other than 0. Beyond them every draw is the likeliest code, or noise."""

MAX_GUIDANCE = 100.0
"""The largest guidance scale; logits beyond it leave the range in which they can be added up."""

MAX_SEED = 2**53 - 1
"""The largest whole number that JavaScript, and so every JSON reader, holds exactly."""

MAX_PICTURES = 8
"""Pictures of one run on the page."""

MAX_COUNT = 100_000
"""Pictures of one call from Python or the shell."""

MAX_TEXT = 2**20
"""Characters of the longest canvas or recipe; a full recipe of a 64×64 canvas has a sixth of that."""

MAX_LABEL = 200
"""Characters of the longest label."""

MAX_PROMPT = 1000
"""Characters of the longest prompt; text encoders read 77 tokens of it."""

MAX_NAME = 500
"""Characters of the longest model name."""

MAX_FILE = 2**26
"""Bytes of the largest file that is read for a recipe."""
