"""Halton-MaskGIT: photographs of ImageNet's classes."""
