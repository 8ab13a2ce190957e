"""Operations on pictures: open, edit, extend, stitch, vary, relight, blend.

Command, endpoints and page are thin layers over these. An operation returns a draft and does
not change its inputs; :func:`~unleash.operations.making.make` makes the picture of a draft.
"""
