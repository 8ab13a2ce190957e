"""The commands of `unleash`, one module for each group; ``unleash.cli`` puts them together.

What takes long to import is imported where it is used, so that ``--help`` is there at once.
"""
