"""Pictures with something wrong in them, each read in a process that may die of it."""

import multiprocessing
import random
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np
from PIL import Image

from tests.hostile.outcome import Outcome, is_a_line
from unleash.images.masks import read_mask
from unleash.images.reading import read_picture

_BATCH = 50
_SECONDS = 60
_KINDS = {
    "PNG": ["L", "RGB", "RGBA", "P", "I;16"],
    "JPEG": ["L", "RGB", "CMYK"],
    "GIF": ["P"],
    "WEBP": ["RGB", "RGBA"],
    "TIFF": ["L", "RGB", "RGBA", "I;16", "F", "CMYK"],
    "BMP": ["L", "RGB", "P"],
}


def break_pictures(folder: Path, count: int, seed: int = 0) -> Outcome:
    """Read so many broken pictures as a picture and as a mask."""
    outcome = Outcome("broken pictures", count)
    spawned = multiprocessing.get_context("spawn")
    for start in range(0, count, _BATCH):
        ours, theirs = spawned.Pipe(duplex=False)
        batch = (folder / "broken", seed, start, min(start + _BATCH, count), theirs)
        reader = spawned.Process(target=_read, args=batch)
        reader.start()
        theirs.close()
        reader.join(_SECONDS)
        name = f"{start} to {start + _BATCH}"
        if reader.is_alive():
            outcome.hung.append(name)
            reader.kill()
        elif reader.exitcode or not ours.poll():
            outcome.crashed.append(f"{name}: exit {reader.exitcode}")
        else:
            crashed, slow = ours.recv()
            outcome.crashed += crashed
            outcome.hung += slow
    return outcome


def broken(seed: int, start: int, end: int) -> Iterator[bytes]:
    """Pictures, some of whose bytes are others, missing or there twice."""
    good = list(_good())
    for number in range(start, end):
        chance = random.Random(f"{seed} {number}")
        data = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            # Most of what can go wrong is said at the beginning.
            at = int(len(data) * chance.random() ** chance.choice((1, 4)))
            what = chance.randrange(4)
            if what == 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            elif what == 1:
                data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"))
            elif what == 2:
                del data[at : at + chance.choice((1, 4, 100, len(data)))]
            else:
                data[at:at] = data[at : at + chance.choice((1, 8, 500))]
        yield bytes(data)


def _good() -> Iterator[bytes]:
    from picture_files import saved

    shades = np.random.default_rng(0).integers(0, 255, (40, 56), dtype=np.uint8)
    for kind, modes in _KINDS.items():
        for mode in modes:
            image = Image.fromarray(shades)
            image = Image.fromarray(shades.astype(np.uint16)) if mode == "I;16" else image.convert(mode)
            yield saved(image, kind)
    yield saved(Image.fromarray(shades), "JPEG", progressive=True)
    yield saved(Image.fromarray(shades), "TIFF", compression="tiff_lzw")


def _read(file: Path, seed: int, start: int, end: int, answer) -> None:
    crashed, slow = [], []
    for number, data in enumerate(broken(seed, start, end), start):
        file.write_bytes(data)
        began = process_time()
        for read in (read_picture, lambda path: read_mask(path, (56, 40))):
            try:
                read(file)
            except ValueError as error:
                if not is_a_line(str(error)):
                    crashed.append(f"{number}: {error!r:.300}")
            except Exception as error:
                crashed.append(f"{number}: {error!r:.300}")
        if process_time() - began > 5:
            slow.append(str(number))
    answer.send((crashed, slow))
