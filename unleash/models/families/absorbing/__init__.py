"""The paper's family: a VQGAN and a bidirectional transformer."""
