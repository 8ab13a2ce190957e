"""Public models with a short name: where they are, and what to know before downloading one.

No revision is pinned yet, since none could be looked up where this list was written: the latest one is
downloaded. Each large file is compared with the SHA-256 that the Hub publishes for it, and the paper's
churches with published logits.
"""

from dataclasses import dataclass

PER_PARAMETER = 4
"""Bytes."""

LIBRARIES, PER_CELL = 400_000_000, 900_000
"""Bytes of memory that the process takes without a model, and that drawing a picture takes for each cell.

Both were measured at full size with random weights, in float32 on Linux.
"""

OVERHEAD = 1.4
"""The time of an evaluation, relative to that of its matrix products alone; measured likewise."""


@dataclass(frozen=True)
class PublishedFile:
    """A file on the Hub.

    Attributes:
        repository: ``owner/name``.
        path: path of the file in it.
        revision: pinned commit; None: the latest.
        sha256: SHA-256 of the file in that commit, which need not be the one that the Hub gives; None: only
            that one is checked.
    """

    repository: str
    path: str
    revision: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Published:
    """Logits that the authors published, to be compared with those of their file.

    Attributes:
        tokens: a row of tokens.
        logits: those of the first cells and codes.
        within: maximum absolute difference.
    """

    tokens: tuple[int, ...]
    logits: tuple[tuple[float, ...], ...]
    within: float


@dataclass(frozen=True)
class KnownModel:
    """A public model.

    Attributes:
        name: the short name.
        paints: what its pictures show.
        licence: licence of the weights, as their repositories state it.
        tokenizer: the file of its image tokenizer.
        predictor: the file of its token predictor.
        beside: further files of the predictor's repository, as patterns.
        download: size in bytes.
        parameters: number of parameters of all its parts.
        cells: cells of a picture.
        work: multiply-adds of its predictor per step, parameters times cells.
        guided: whether its defaults use guidance, which doubles the work per step.
        published: logits its predictor must give; None if none are published.
    """

    name: str
    paints: str
    licence: str
    tokenizer: PublishedFile
    predictor: PublishedFile
    download: int
    parameters: int
    cells: int
    work: int
    guided: bool = True
    beside: tuple[str, ...] = ()
    published: Published | None = None

    @property
    def memory(self) -> int:
        """Memory of a process that samples from it, in bytes."""
        return LIBRARIES + PER_PARAMETER * self.parameters + PER_CELL * self.cells


_CHURCHES = "nielsr/absorbing-diffusion-churches"
_HALTON_SIZES = {"tiny": 23_200_000, "small": 49_600_000, "base": 142_500_000, "large": 480_000_000}
"""Parameters of the transformers of Halton-MaskGIT, nearly the same for 16×16 and 24×24 cells."""

_LLAMAGEN = 71_900_000
_CLIP, _AMUSED_VQ = 123_700_000, 146_200_000


def _halton(pixels: int, size: str) -> KnownModel:
    parameters, cells = _HALTON_SIZES[size], (pixels // 16) ** 2
    return KnownModel(
        name=f"halton-{pixels}-{size}",
        paints=f"photographs of ImageNet's 1,000 classes, {pixels}×{pixels} pixels",
        licence="MIT",
        tokenizer=PublishedFile("FoundationVision/LlamaGen", "vq_ds16_c2i.pt"),
        predictor=PublishedFile("llvictorll/Halton-Maskgit", f"ImageNet_{pixels}_{size}.pth"),
        # The file also contains the optimizer's two moments.
        download=PER_PARAMETER * (3 * parameters + _LLAMAGEN),
        parameters=parameters + _LLAMAGEN,
        cells=cells,
        work=parameters * 2 // 3 * cells,  # a third of them is used once per picture, for its class
    )


def _amused(pixels: int, uvit: int) -> KnownModel:
    repository, parameters = f"amused/amused-{pixels}", uvit + _CLIP + _AMUSED_VQ
    return KnownModel(
        name=f"amused-{pixels}",
        paints=f"what a prompt says, {pixels}×{pixels} pixels",
        licence="OpenRAIL++",
        tokenizer=PublishedFile(repository, "vqvae/diffusion_pytorch_model.safetensors"),
        predictor=PublishedFile(repository, "transformer/diffusion_pytorch_model.safetensors"),
        beside=(
            *("vqvae/config.json", "transformer/config.json"),
            *("text_encoder/config.json", "text_encoder/model.safetensors", "tokenizer/*"),
        ),
        download=PER_PARAMETER * parameters,
        parameters=parameters,
        cells=(pixels // 16) ** 2,
        # A third of them is used once per picture, for its prompt.
        work=uvit * 2 // 3 * 256,  # it downsamples 32×32 cells to 16×16
    )


KNOWN = {
    model.name: model
    for model in (
        KnownModel(
            name="paper-churches",
            paints="photographs of churches outdoors, 256×256 pixels",
            licence="none stated",
            tokenizer=PublishedFile(_CHURCHES, "vae/diffusion_pytorch_model.bin"),
            predictor=PublishedFile(_CHURCHES, "transformer/diffusion_pytorch_model.bin"),
            beside=("vae/config.json", "transformer/config.json"),
            download=561_000_000,
            parameters=140_000_000,
            cells=256,
            work=76_600_000 * 256,
            guided=False,
            published=Published(
                tokens=(1024, 1024, 1024),
                logits=(
                    (-0.1161, 0.4330, -13.3936),
                    (-0.0973, 0.4164, -13.3616),
                    (-0.1220, 0.4098, -13.3992),
                ),
                within=1e-3,
            ),
        ),
        *(_halton(pixels, size) for pixels in (256, 384) for size in _HALTON_SIZES),
        _amused(256, 603_500_000),
        _amused(512, 608_300_000),
    )
}
"""By name."""


def known_model(model: str) -> KnownModel | None:
    """The known model with this short name, or the only one in the repository with this Hub id; else None."""
    if model in KNOWN:
        return KNOWN[model]
    whole = (
        found for found in KNOWN.values() if model == found.predictor.repository == found.tokenizer.repository
    )
    return next(whole, None)
