"""Training of the VQGAN and the prior, on accelerate."""
