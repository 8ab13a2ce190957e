"""Evaluation of a model: sample quality, likelihood, reconstruction, code names and speed."""
