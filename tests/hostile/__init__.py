"""Attacks on Unleash, all of them run by ``python -m tests.hostile``."""
