"""The tabs with several components."""
