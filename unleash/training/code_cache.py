"""Codes for the prior to learn: made once and kept, or of fresh pictures at every step."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from unleash.models import VQGAN
from unleash.training.sources import Pictures, picture_loader, shuffled
from unleash.training.store import PictureStore
from unleash.writing import whole_file

Item = TypeVar("Item")

ENCODED_AT_ONCE = 256
"""Pictures of a store."""

Batch = tuple[Tensor, Tensor]
"""Codes (B, N) long and labels (B,) long."""


def cached_codes(
    vqgan: VQGAN, pictures: Pictures, count: int, path: Path, first: int = 0, workers: int = 1
) -> Batch:
    """Codes (count, N) int16 and labels (count,) of training pictures, encoded once, kept in ``path``.

    Args:
        vqgan: in evaluation mode.
        pictures: to encode, from the ``first``-th on.
        count: how many.
        path: an .npz file, read instead if it is there.
        first: a position among the pictures.
        workers: processes that read pictures.

    Raises:
        ValueError: if what is kept has other labels than the pictures, as of another data set.
    """
    if not path.is_file():
        batches: list[Batch] = []
        loader = iter(picture_loader(pictures, first, 16, workers))
        for _ in tqdm(range(-(-count // 16)), desc="encoding", mininterval=30):
            images, names = next(loader)
            batches.append((encode(vqgan, images), names))
        codes, labels = (torch.cat(parts)[:count].numpy() for parts in zip(*batches, strict=True))
        with whole_file(path) as part:
            np.savez(part, codes=codes.astype(np.int16), labels=labels.astype(np.int16))
    kept = np.load(path)
    if len(kept["labels"]) and kept["labels"].max() >= max(1, len(pictures.labels)):
        raise ValueError(f"{path} holds the codes of other data: delete it to have them made again")
    return torch.from_numpy(kept["codes"]), torch.from_numpy(kept["labels"])


def repeated(codes: Tensor, labels: Tensor, times: list[int]) -> Batch:
    """Codes (count, N) and labels (count,) with the pictures of label i ``times[i]`` times each."""
    each = torch.tensor(times)[labels.long()]
    return codes.repeat_interleave(each, 0), labels.repeat_interleave(each)


def cached_batches(
    codes: Tensor, labels: Tensor, batch_size: int, seed: int, start: int, rank: int = 0, world: int = 1
) -> Iterator[Batch]:
    """Batches of kept codes without end, each epoch in an order of its own.

    Args:
        codes: (count, N).
        labels: (count,).
        batch_size: of this process.
        seed: decides the order.
        start: the step to begin with; what comes at a step is always the same.
        rank: which process this is.
        world: how many processes share each step.

    Raises:
        ValueError: if there are fewer pictures than a step takes.
    """
    together = batch_size * world
    batches = len(codes) // together
    if batches == 0:
        raise ValueError(f"{len(codes)} pictures are too few for a step of {together}: lower batch_size")
    order, known = shuffled(len(codes), seed, 0), 0
    step = start
    while True:
        epoch, place = divmod(step, batches)
        if epoch != known:
            order, known = shuffled(len(codes), seed, epoch), epoch
        chosen = torch.from_numpy(order[place * together + rank : (place + 1) * together : world])
        yield codes[chosen].long(), labels[chosen].long()
        step += 1


def ahead(batches: Iterable[Item]) -> Generator[Item, None, None]:
    """The same batches, each made by a thread while the one before it is in use."""
    source = iter(batches)
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, source)
        while True:
            batch = following.result()
            following = pool.submit(next, source)
            yield batch


def step_generator(seed: int, step: int, rank: int = 0) -> torch.Generator:
    """The random numbers of a step of a training, on the CPU: the same whenever it is asked for."""
    state = np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> 1))


def fresh_batches(vqgan: VQGAN, loader: DataLoader) -> Iterator[Batch]:
    """The codes of each batch of pictures, as they come."""
    for images, labels in loader:
        yield encode(vqgan, images), labels


def stored_batches(vqgan: VQGAN, store: PictureStore, batch_size: int, seed: int) -> Iterator[Batch]:
    """Batches without end of the codes of a store's pictures, each encoded once, those that arrive too.

    Where the store gives pictures out mirrored, half of the codes are of mirrored pictures.

    Args:
        vqgan: in evaluation mode, on the device of the store.
        store: of pictures.
        batch_size: of a batch.
        seed: decides which codes are in it.
    """
    generator = torch.Generator().manual_seed(seed)
    parts: list[Batch] = []
    encoded = 0
    store.wait(batch_size)
    while True:
        held = len(store)
        if held >= 1.2 * encoded or (store.full and held > encoded):
            for flip in (False, True) if store.mirrored else (False,):
                for start in range(encoded, held, ENCODED_AT_ONCE):
                    images, names = store.part(start, min(start + ENCODED_AT_ONCE, held))
                    parts.append((encode(vqgan, images.flip(-1) if flip else images), names.cpu()))
            codes, labels = (torch.cat(each) for each in zip(*parts, strict=True))
            parts, encoded = [(codes, labels)], held
        chosen = torch.randint(len(codes), (batch_size,), generator=generator)
        yield codes[chosen], labels[chosen]


def held_out_codes(vqgan: VQGAN, pictures: Pictures, count: int) -> Batch:
    """Codes (n, N) long and labels (n,) long of at most ``count`` pictures never trained on."""
    examples = pictures.held_out(count)
    images = torch.stack([picture for picture, _ in examples])
    codes = torch.cat([encode(vqgan, part) for part in images.split(16)])
    return codes, torch.tensor([label for _, label in examples])


@torch.no_grad()
def encode(vqgan: VQGAN, images: Tensor) -> Tensor:
    """Pictures (B, 3, S, S) uint8 to codes (B, N) long, wherever the VQGAN is; codes are on the CPU."""
    return vqgan.encode(images.to(vqgan.device).float() / 255).flatten(1).cpu()
