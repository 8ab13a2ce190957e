"""Training of the VQGAN, the prior and the preview decoder, built on accelerate."""
