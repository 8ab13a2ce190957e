"""The steps of a run as a moving picture."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image

STEP = 150
"""Milliseconds that a step is shown for."""

HOLD = 1500
"""Milliseconds that the finished picture is shown for before the film starts again."""


def gif(images: Iterable[Image.Image], step: int = STEP, hold: int = HOLD) -> bytes:
    """A GIF that shows the pictures one after another, stays at the last, and starts again.

        film.gif(step.image for step in pipe.stream(label="church-day"))

    Args:
        images: of one shape, in order; all are shown as large as the first. Pictures that are alike and
            follow each other become one frame that is shown for as long as both.
        step: milliseconds for each picture but the last, at least 20: browsers slow down what is faster.
        hold: milliseconds for the last, at least 20.

    Raises:
        ValueError: if there are no pictures, they differ in shape, or a time is too short.
    """
    if min(step, hold) < 20:
        raise ValueError(f"step {step} and hold {hold}: at least 20 milliseconds each are right")
    frames = [image.convert("RGB") for image in images]
    if not frames:
        raise ValueError("a film needs at least one picture")
    width, height = frames[0].size
    if any(frame.width * height != frame.height * width for frame in frames):
        raise ValueError("the pictures of a film are of one shape")
    frames = [frame if frame.size == (width, height) else frame.resize((width, height)) for frame in frames]
    # With a palette for each frame, what does not change would flicker.
    palette = _palette(frames)
    shown = [frame.quantize(palette=palette) for frame in frames]
    file = BytesIO()
    durations = [step] * (len(shown) - 1) + [hold]
    shown[0].save(file, "GIF", save_all=True, append_images=shown[1:], duration=durations, loop=0)
    return file.getvalue()


def _palette(frames: list[Image.Image]) -> Image.Image:
    """A picture with the 256 colours that do best for all frames."""
    width, height = (min(side, 128) for side in frames[0].size)
    sheet = Image.new("RGB", (width, height * len(frames)))
    for i, frame in enumerate(frames):
        sheet.paste(frame.resize((width, height), Image.Resampling.NEAREST), (0, i * height))
    return sheet.quantize(256)
