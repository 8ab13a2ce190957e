"""What the tab "Vary" begins with."""

import numpy as np
import pytest

from unleash import TokenCanvas
from unleash.studio.server.varying import present


def test_the_present_picture_is_what_is_beneath_the_mask_with_its_pins():
    codes = np.arange(16).reshape(4, 4)
    canvas = TokenCanvas.from_codes(codes, 16).mask([(0, 0), (1, 1)]).pin((2, 2), 3)
    whole = present(canvas)
    assert not whole.unknown.any()
    assert whole.pins == {(2, 2): 3}
    assert whole.codes[0, 0] == codes[0, 0]


def test_a_picture_that_was_never_filled_cannot_be_varied():
    with pytest.raises(ValueError, match="no whole picture"):
        present(TokenCanvas.blank(4, 4, 16))
