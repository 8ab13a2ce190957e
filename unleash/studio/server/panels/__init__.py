"""The tabs beside the canvas that are more than one component."""
