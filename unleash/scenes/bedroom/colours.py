"""Handmade colour schemes for rooms, in which all colours match."""

from dataclasses import dataclass

from unleash.scenes.light import Color, hex_color


@dataclass(frozen=True)
class Scheme:
    """The colours of a room in white light.

    Args:
        wall, motif: the walls and their pattern, which is never lighter than the wall.
        trim: skirting, window frame, ceiling, panels.
        floor: the boards.
        linen: sheet and pillows.
        duvet, throw: the covers of the bed.
        curtain: the curtains.
        accent: the strong colour of cushions, lamp shades and pictures.
        wood: the furniture.
    """

    wall: Color
    motif: Color
    trim: Color
    floor: Color
    linen: Color
    duvet: Color
    throw: Color
    curtain: Color
    accent: Color
    wood: Color


def _scheme(codes: str) -> Scheme:
    return Scheme(*(hex_color(f"#{code}") for code in codes.split()))


SCHEMES: tuple[Scheme, ...] = (
    # wall, motif, trim, floor, linen, duvet, throw, curtain, accent, wood
    _scheme("b7c4a4 a1b18c f4eddd b98a5e fbf6ea ead9b4 c8694a e8d3a2 d9a441 8a5a3a"),  # sage
    _scheme("e3b597 d6a180 f8eee0 a5734c fcf5e9 2f6670 e9c46a 8fb0a8 c4512d 6e4630"),  # terracotta
    _scheme("47638a 3c5578 ece6d8 c29a6b f6f0e2 e8dcc0 d98d3b e3c38a e0b44c 9a6a42"),  # navy
    _scheme("ecc6bc e0b1a7 fff6ee c9a27a fffaf4 8c4a5e e7a48f d98f8c b0546a a87750"),  # blush
    _scheme("e4bf68 d7ab50 fbf3df 8f6240 fbf4e4 3e6b64 f4ead2 7fa596 b9482f 7a4b2c"),  # mustard
    _scheme("68a39e 56918c f4eee0 b88255 fbf5e8 f0dfbe e0764a f0c98a f0a35e 6b432b"),  # teal
    _scheme("c6b8d8 b4a5ca faf5f2 c7a283 fcf6f4 6a5a8e e3b14f e8c3c8 d2788a 8f6a52"),  # lilac
    _scheme("efe3c8 e0d0ac fffaf0 9c6b45 fffaee 3f6a52 e3a94b 8aa67e c8553d 5d3b28"),  # cream and forest
    _scheme("a6cad8 92bacb fdf8ec d3ae80 fffaf0 f2e0bc d9574a f3d39c f2b84b b07d4e"),  # sky
    _scheme("4f7058 43624c efe6d2 a97447 f7efdd e4cf9f b5533c d0a868 dca94f 7b4a2b"),  # forest
    _scheme("d9d2c6 c8bfb0 fbf7ee bb9870 fdf9f0 4f7c96 e0a63c a3bcbc d2694a 94683f"),  # stone
    _scheme("7c5670 6a4760 f0e4da b58560 f8ede4 e9c9b4 d6824f d49a92 e7b65c 5f3a2c"),  # plum
)
