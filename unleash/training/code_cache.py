"""Batches of codes to train on: cached on disk, encoded from fresh pictures, or from a picture store."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.training.sources import Pictures, picture_loader, shuffled
from unleash.training.store import PictureStore
from unleash.writing import whole_file

Item = TypeVar("Item")

ENCODED_AT_ONCE = 256
"""Pictures of a store that are encoded in one batch."""

Batch = tuple[Tensor, Tensor]
"""Codes (B, N) long and labels (B,) long."""


def cached_codes(
    vqgan: VQGAN, pictures: Pictures, count: int, path: Path, first: int = 0, workers: int = 1
) -> Batch:
    """Codes (count, N) int16 and labels (count,) int16 of training pictures, cached in ``path``.

    Args:
        vqgan: in evaluation mode.
        pictures: the pictures to encode.
        count: number of pictures.
        path: the .npz cache; if it exists, it is read and nothing is encoded.
        first: position of the first picture.
        workers: number of processes that read pictures.

    Raises:
        ValueError: if the cache contains labels that ``pictures`` does not have.
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
        raise ValueError(
            f"{path} has labels that these data lack; delete the file to encode the pictures again"
        )
    return torch.from_numpy(kept["codes"]), torch.from_numpy(kept["labels"])


def repeated(codes: Tensor, labels: Tensor, times: list[int]) -> Batch:
    """Codes (count, N) and labels (count,) with every picture of label i repeated ``times[i]`` times."""
    each = torch.tensor(times)[labels.long()]
    return codes.repeat_interleave(each, 0), labels.repeat_interleave(each)


def cached_batches(
    codes: Tensor, labels: Tensor, batch_size: int, seed: int, start: int, rank: int = 0, world: int = 1
) -> Iterator[Batch]:
    """Endless batches of cached codes, reshuffled every epoch.

    Args:
        codes: (count, N).
        labels: (count,).
        batch_size: pictures per step of this process.
        seed: of the shuffling.
        start: the first step; the batch depends on the step only.
        rank: of this process.
        world: number of processes.

    Raises:
        ValueError: if there are fewer pictures than one step of all processes takes.
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
    """Prefetches one batch in a background thread."""
    source = iter(batches)
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, source)
        while True:
            batch = following.result()
            following = pool.submit(next, source)
            yield batch


def step_generator(seed: int, step: int, rank: int = 0) -> torch.Generator:
    """A CPU generator seeded by the run's seed, the step and the process."""
    state = np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> 1))


def fresh_batches(vqgan: VQGAN, loader: DataLoader) -> Iterator[Batch]:
    """Encodes each batch of the loader; codes are on the CPU."""
    for images, labels in loader:
        yield encode(vqgan, images), labels


def stored_batches(vqgan: VQGAN, store: PictureStore, batch_size: int, seed: int) -> Iterator[Batch]:
    """Endless random batches of the codes of a store's pictures, including those that arrive later.

    Each picture is encoded once, or twice if the store mirrors pictures: as it is and mirrored.

    Args:
        vqgan: in evaluation mode, on the device of the store.
        store: the pictures.
        batch_size: pictures per batch.
        seed: of the random choice.
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
    """Codes (n, N) long and labels (n,) long of n <= ``count`` held-out pictures."""
    examples = pictures.held_out(count)
    images = torch.stack([picture for picture, _ in examples])
    codes = torch.cat([encode(vqgan, part) for part in images.split(16)])
    return codes, torch.tensor([label for _, label in examples])


@torch.no_grad()
def encode(vqgan: VQGAN, images: Tensor) -> Tensor:
    """Encodes pictures (B, 3, S, S) uint8, on the VQGAN's device, to codes (B, N) long on the CPU."""
    return vqgan.encode(images.to(vqgan.device).float() / 255).flatten(1).cpu()
