"""What can be done with pictures: open, edit, extend, stitch, vary, relight, blend.

Command, endpoints and page are skins over these. An operation makes a draft of pictures and canvases, and
changes none of them; :func:`~unleash.operations.making.make` makes the picture of a draft.
"""
