"""The studio's own components, each the Python side of a folder in ``studio/web``."""
