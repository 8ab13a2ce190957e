"""What is in the tabs beside the palette."""
