"""Sampling: which cells a step reveals, grids of any size, and a model's predictions."""
