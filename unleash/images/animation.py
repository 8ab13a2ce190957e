"""The steps of a run as an animated GIF."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image

STEP = 150
"""Duration of a step in milliseconds."""

HOLD = 1500
"""Duration of the finished picture in milliseconds, before the film starts again."""


def gif(images: Iterable[Image.Image], step: int = STEP, hold: int = HOLD) -> bytes:
    """A looping GIF of the pictures that pauses at the last one.

        film.gif(step.image for step in pipe.stream(label="church-day"))

    Args:
        images: in order, of one aspect ratio; resized to the first. Consecutive identical pictures become one
            longer frame.
        step: duration of all pictures but the last in milliseconds, at least 20, since browsers slow down
            shorter frames.
        hold: duration of the last picture in milliseconds, at least 20.

    Raises:
        ValueError: if there are no pictures, their aspect ratios differ, or a duration is too short.
    """
    if min(step, hold) < 20:
        raise ValueError(f"step and hold must be at least 20 milliseconds, not {step} and {hold}")
    frames = [image.convert("RGB") for image in images]
    if not frames:
        raise ValueError("a film needs at least one picture")
    width, height = frames[0].size
    if any(frame.width * height != frame.height * width for frame in frames):
        raise ValueError("the pictures of a film must have the same aspect ratio")
    frames = [frame if frame.size == (width, height) else frame.resize((width, height)) for frame in frames]
    # One palette for all frames, since unchanged areas would flicker with a palette per frame.
    palette = _palette(frames)
    shown = [frame.quantize(palette=palette) for frame in frames]
    file = BytesIO()
    durations = [step] * (len(shown) - 1) + [hold]
    shown[0].save(file, "GIF", save_all=True, append_images=shown[1:], duration=durations, loop=0)
    return file.getvalue()


def _palette(frames: list[Image.Image]) -> Image.Image:
    """An image with a palette of 256 colours chosen for all frames."""
    width, height = (min(side, 128) for side in frames[0].size)
    sheet = Image.new("RGB", (width, height * len(frames)))
    for i, frame in enumerate(frames):
        sheet.paste(frame.resize((width, height), Image.Resampling.NEAREST), (0, i * height))
    return sheet.quantize(256)
