"""Limits on sizes and values, shared by Python, command line, page and API.

Input is checked against these before memory is allocated for it.
"""

MAX_CODES = 2**16
"""Maximum codebook size; public VQGANs have 1,024 to 16,384 codes."""

MAX_SIDE = 64
"""Maximum side of a canvas in cells."""

MAX_CELLS = MAX_SIDE**2
"""Maximum number of cells of a canvas."""

MAX_RULES = 1024
"""Maximum number of different rules on a canvas; each may apply to many cells."""

MAX_RULE_TEXT = 900_000
"""Maximum length of the rules of a canvas in characters of JSON; all else in a recipe has room besides."""

MAX_STEPS = MAX_CELLS
"""Maximum number of steps, one per cell of the largest canvas."""

MIN_TEMPERATURE, MAX_TEMPERATURE = 1e-3, 100.0
"""Limits of a temperature other than 0; beyond them, sampling is greedy or uniform."""

MAX_GUIDANCE = 100.0
"""Maximum guidance scale; larger ones overflow the logits."""

MAX_SEED = 2**53 - 1
"""Maximum seed: the largest integer that JavaScript, and so every JSON reader, represents exactly."""

MAX_PICTURES = 8
"""Maximum number of pictures of one run on the page."""

MAX_COUNT = 100_000
"""Maximum number of pictures of one call from Python or the command line."""

MAX_TEXT = 2**20
"""Maximum length of a canvas or recipe in characters; a full recipe of a 64×64 canvas has a sixth of it."""

MAX_LABEL = 200
"""Maximum length of a label in characters."""

MAX_LABELS = 10_000
"""Maximum number of labels of a model."""

MAX_CONFIG = 2**20
"""Maximum size of a model's configuration, or of its card, in bytes."""

MAX_REGIONS = 16
"""Parts of a picture with a label or prompt of their own; each costs as many evaluations as the rest."""

MAX_PROMPT = 1000
"""Characters of the longest prompt; text encoders read 77 tokens of it."""

MAX_NAME = 500
"""Maximum length of a model name in characters."""
