"""Filling a canvas: which cells a step reveals, on grids of any size, and what a model predicts."""
