"""Many people at one studio: what is measured, and against what."""
