"""The pipeline: fills the unknown cells of a canvas step by step and decodes it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import inf
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DiffusionPipeline
from diffusers.utils import BaseOutput, is_accelerate_available
from einops import rearrange
from numpy.typing import NDArray
from PIL import Image
from torch import Generator, Tensor

# Modules that saved models name for their parts.
import unleash.models.transformer
import unleash.models.vqgan
import unleash.scheduler  # noqa: F401
from unleash.canvas import rules
from unleash.canvas.bounds import MAX_COUNT, MAX_SIDE
from unleash.canvas.document import Cell, TokenCanvas
from unleash.canvas.messages import quoted
from unleash.canvas.progress import Progress
from unleash.canvas.settings import Settings
from unleash.models.engines import Engine, EngineName, engine_named
from unleash.models.folders import check_weights, load_networks, load_others, resolve
from unleash.models.outline import defaults
from unleash.models.protocol import (
    Condition,
    Conditioning,
    Detail,
    ImageTokenizer,
    TokenPredictor,
    can_reuse,
    joined,
    known_labels,
    repeated,
)
from unleash.sampling import inspector, windows
from unleash.sampling.guidance import guidance_at
from unleash.sampling.information import schedule_of
from unleash.sampling.orders import BLIND
from unleash.sampling.reuse import Reuse
from unleash.sampling.reveal import Revealed, State, reveal
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler
from unleash.sampling.work import Work

StepCallback = Callable[["UnleashPipeline", int, int, dict[str, Tensor]], dict[str, Tensor]]
"""Called after each step as ``f(pipe, index, timestep, {"codes": codes})``, codes (B, h, w) long; the
``codes`` of the dictionary it returns, if any, go into the next step. A corrector step may draw a cell
again that the run had filled, whatever was written there."""


@dataclass(frozen=True)
class Step:
    """The state after a step of a run.

    Attributes:
        index: number of the step, from 1 to ``total``; 0 of 0 if there was nothing to fill.
        total: number of steps of the run.
        canvas: the canvas, filled so far.
        revealed: (h, w) bool, the cells filled in this step.
        render: decodes ``image``: the last one in the settings' detail, earlier ones with the preview
            decoder if the model has one.
        shown: (h, w) int64, the codes of ``image``: those of the canvas, and a guess where it is unknown.
        progress: for :meth:`UnleashPipeline.stream` to resume from; None after the last step.
        engine: name of the engine.
    """

    index: int
    total: int
    canvas: TokenCanvas
    revealed: NDArray[np.bool_]
    render: Callable[[], Image.Image] = field(repr=False, compare=False)
    shown: NDArray[np.int64] = field(repr=False, compare=False)
    progress: Progress | None = field(repr=False, compare=False)
    engine: str = field(default="torch", repr=False, compare=False)

    @cached_property
    def image(self) -> Image.Image:
        """The picture so far, decoded on first access.

        Unknown cells show the likeliest code, or the plainest one where a large canvas has
        not been evaluated yet.
        """
        return self.render()


@dataclass(frozen=True, eq=False)
class _Part:
    """Cells with the same conditions.

    Attributes:
        cells: (1, h, w) bool.
        conditions: the condition and, with guidance, the one to guide away from.
    """

    cells: Tensor
    conditions: list[Condition]


@dataclass
class UnleashPipelineOutput(BaseOutput):
    """Pictures and the canvases they were decoded from, in the order of their seeds."""

    images: list[Image.Image]
    canvases: list[TokenCanvas]


class UnleashPipeline(DiffusionPipeline):
    """Fills canvases by absorbing diffusion (Bond-Taylor et al., ECCV 2022) and decodes them.

    Args:
        vqgan: turns codes into pictures and back.
        transformer: predicts the code of each cell; both may be of any family.
        scheduler: gives the default reveal order and schedule.
        sampling_defaults: the model's default settings, by name, stored in ``model_index.json``.
        text_encoder: encodes prompts, for models that take them.
        tokenizer: the text encoder's tokenizer.

    Raises:
        ValueError: if the codebook sizes differ, or a default is not a valid setting.
    """

    model_cpu_offload_seq = "text_encoder->transformer->vqgan"
    _optional_components = ["text_encoder", "tokenizer"]  # noqa: RUF012 - as diffusers has it
    vqgan: ImageTokenizer
    transformer: TokenPredictor
    scheduler: AbsorbingDiffusionScheduler
    text_encoder: Any
    tokenizer: Any

    def __init__(
        self,
        vqgan: Any,
        transformer: Any,
        scheduler: AbsorbingDiffusionScheduler,
        sampling_defaults: dict[str, Any] | None = None,
        text_encoder: Any = None,
        tokenizer: Any = None,
    ) -> None:
        super().__init__()
        sizes = [vqgan.codebook_size, transformer.codebook_size, scheduler.config["codebook_size"]]
        if len(set(sizes)) > 1:
            raise ValueError(
                "vqgan, transformer and scheduler must share one codebook size, "
                f"not {sizes[0]}, {sizes[1]} and {sizes[2]}"
            )
        vqgan.to(memory_format=torch.channels_last)  # 25 % faster on CPUs
        self.register_modules(
            vqgan=vqgan,
            transformer=transformer,
            scheduler=scheduler,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
        )
        self.register_to_config(sampling_defaults=sampling_defaults or {})
        if {"label", "prompt", "negative_prompt", "seed"} & self.config["sampling_defaults"].keys():
            raise ValueError("sampling_defaults cannot contain a label, prompt or seed")
        self._settings()  # validates them now rather than at the first run
        self._folder: Path | None = None
        self.engine = Engine(vqgan, transformer)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | PathLike[str],
        revision: str | None = None,
        engine: EngineName = "torch",
        **options: Any,
    ) -> "UnleashPipeline":
        """Loads a folder by ``save_pretrained`` or `unleash convert`, a known model, or a Hub id.

        A known model is one that `unleash models` lists, by its short name; it or a Hub id is downloaded if
        necessary.

        ``engine``: see :meth:`use`; other ``options`` are passed to diffusers.

        Raises:
            CheckpointError: a ``ValueError``, if there is no such model, or its weights do not match its
                configuration and card, or are not finite.
        """
        folder = resolve(fspath(pretrained_model_name_or_path), revision)
        dtype = options.get("dtype", options.get("torch_dtype"))
        others, networks = load_others(folder, dtype), load_networks(folder, dtype)
        # diffusers' own default, without its advice to install an unneeded package.
        memory = {"low_cpu_mem_usage": is_accelerate_available()}
        check_weights(folder, networks)
        pipe = super().from_pretrained(folder, **(others | networks | memory | options))
        pipe._folder = folder
        pipe.use(engine)
        return pipe

    def use(self, engine: EngineName, steps: float = inf) -> None:
        """Switches to an engine for all later runs: see ``EngineName``.

        The codes that two engines draw from the same seed may differ in rare cells, since their logits differ
        by rounding. ``auto`` is the fastest engine for this number of ``steps`` on this machine, which is
        measured once, unless the steps are few.

        Raises:
            ValueError: if there is no such engine, or it cannot be used here.
        """
        condition = () if engine == "torch" else self.condition()
        self.engine = engine_named(engine, self.vqgan, self.transformer, condition, self._folder, steps)

    def condition(self) -> Condition:
        """The unconditional condition, for a batch of one."""
        return self._conditions(self.defaults)[0]

    def to(self, *args: Any, **kwargs: Any) -> "UnleashPipeline":
        """As diffusers' method; switches to torch if the engine does not support the device."""
        moved = super().to(*args, **kwargs)
        if moved.engine.problem(moved.device):
            moved.use("torch")
        return moved

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels the model can be conditioned on; empty if it was trained without."""
        return self.transformer.labels

    @property
    def conditioning(self) -> Conditioning:
        """Whether the model takes labels, prompts or neither."""
        return self.transformer.conditioning

    def blank(self) -> TokenCanvas:
        """A blank canvas of the model's grid size."""
        side = self.transformer.grid_size
        return TokenCanvas.blank(side, side, self.transformer.codebook_size)

    @property
    def defaults(self) -> Settings:
        """The default settings: the model's ``sampling_defaults``."""
        return defaults(self.config, self.scheduler.config)

    def __call__(
        self,
        canvas: TokenCanvas | None = None,
        num_inference_steps: int | None = None,
        *,
        settings: Settings | None = None,
        num_images: int = 1,
        callback_on_step_end: StepCallback | None = None,
        **sampling: Any,
    ) -> UnleashPipelineOutput:
        """Fills ``canvas`` with seeds ``seed``, ``seed + 1``, …; each image depends on its own seed only.

        A canvas of another size than the model's, up to 64×64 cells, is evaluated in overlapping windows;
        :meth:`evaluations` gives their number.

            pipe(canvas, settings=Settings(steps=8, label="church-day"))  # all settings are these
            pipe(canvas, num_inference_steps=8, label="church-day")       # the others are the model's

        Args:
            canvas: the initial canvas; None: a blank one.
            num_inference_steps: the same as ``steps``.
            settings: all settings; None: the model's ``defaults``.
            num_images: number of images.
            callback_on_step_end: see ``StepCallback``.
            sampling: single :class:`~unleash.canvas.settings.Settings` by name, which replace those.

        Raises:
            ValueError: if a value is out of range, the model lacks the label, or the canvas is of another
                codebook.
        """
        if not 1 <= num_images <= MAX_COUNT:
            raise ValueError(f"num_images must be from 1 to {MAX_COUNT:,}, not {quoted(num_images)}")
        canvas = self.blank() if canvas is None else canvas
        settings = self._settings(settings, num_inference_steps=num_inference_steps, **sampling)
        seeds = [settings.numbered(i).seed for i in range(num_images)]
        # On CPUs a batch is not faster, and its rounding would depend on its size.
        together = 1 if self.device.type == "cpu" or settings.reuse > 1 else num_images
        batches = [seeds[i : i + together] for i in range(0, num_images, together)]
        codes = [self._finish(canvas, settings, batch, callback_on_step_end) for batch in batches]
        canvases = [canvas.filled(grid.cpu().numpy()) for grid in torch.cat(codes)]
        return UnleashPipelineOutput([self.render(filled, settings.detail) for filled in canvases], canvases)

    def stream(
        self,
        canvas: TokenCanvas | None = None,
        num_inference_steps: int | None = None,
        *,
        settings: Settings | None = None,
        start: Progress | None = None,
        **sampling: Any,
    ) -> Iterator[Step]:
        """Fills ``canvas`` and yields every step with its picture; arguments as in a call.

        The iterator may be closed at any step, and several may run at once. A step's canvas is
        a canvas like any other: to change the label half way, run it with the other label.

            for step in pipe.stream(label="church-day"):
                if step.index == step.total // 2:
                    break
            out = pipe(step.canvas, label="church-night")

        To resume a run towards the same picture, give its initial canvas and settings, and as ``start``
        the ``progress`` of its last step:

            for step in pipe.stream(seed=3, start=step.progress):
                ...

        Raises:
            ValueError: as a call, and if ``start`` is not progress of a run of this canvas and settings; both
                with the first step.
        """
        canvas = self.blank() if canvas is None else canvas
        settings = self._settings(settings, num_inference_steps=num_inference_steps, **sampling)
        return self._steps(canvas, settings, start)

    def evaluations(
        self,
        canvas: TokenCanvas | None = None,
        num_inference_steps: int | None = None,
        *,
        settings: Settings | None = None,
        **sampling: Any,
    ) -> int:
        """The number of transformer evaluations of a run; guidance doubles it, and each region adds its own.

        Exact for the orders random, halton and raster, which only evaluate windows with a cell to
        be revealed. An upper bound for the others, which evaluate every window with an unknown
        cell, and with ``correction_order="confidence"``, which may redraw any cell.
        """
        canvas = self.blank() if canvas is None else canvas
        self.check(canvas)
        settings = self._settings(settings, num_inference_steps=num_inference_steps, **sampling)
        side, total = self.transformer.window_size, 0
        unknown = torch.from_numpy(canvas.unknown)[None]
        regions, planned = self._regions(canvas, settings), _planned(settings)

        def count(codes: Tensor, asked: Tensor) -> tuple[Tensor, Tensor]:
            nonlocal total
            scale = guidance_at(_masked(codes, 1)[0], settings)
            for cells, own in regions:
                guided = scale != 1 and (own.label or own.prompt or own.negative_prompt)
                seen = windows.windows_of((asked if planned else unknown) & cells, side)
                total += len(seen) * (2 if guided else 1)
            return torch.zeros(1, codes[0].numel(), 1), asked

        # When each cell is revealed does not depend on the codes, so one code is enough.
        generators = [Generator().manual_seed(settings.seed)]
        for _ in reveal(count, unknown.long(), 1, settings, generators, self.scheduler.config["information"]):
            pass
        return total

    def evaluations_at_most(self, canvas: TokenCanvas, settings: Settings) -> int:
        """A quick upper bound of :meth:`evaluations`; for most orders at most 1.5 times as large.

        A window is evaluated at most once a step, and at most once for each cell in it that is revealed.
        """
        self.check(canvas)
        settings, side, total = self._settings(settings), self.transformer.window_size, 0
        unknown = torch.from_numpy(canvas.unknown)[None]
        steps = min(settings.steps, int(unknown.sum()))
        again = int(steps * settings.correction)
        for cells, own in self._regions(canvas, settings):
            guided = settings.guidance_scale != 1 and (own.label or own.prompt or own.negative_prompt)
            for held in windows.cells_of_windows(unknown & cells, side):
                seen = min(steps - again, held) + min(again, held) if _planned(settings) else steps
                total += seen * (2 if guided else 1)
        return total

    def inspect(
        self, canvas: TokenCanvas, label: str | None = None, guidance_scale: float = 1.0, spacing: int = 4
    ) -> inspector.Inspection:
        """The model's predictions for every cell given all others, ignoring the canvas's rules.

        Takes at most ``spacing²`` evaluations and slightly underestimates the model's certainty; a spacing
        as large as the grid is exact. See :func:`unleash.sampling.inspector.inspect`.

        Raises:
            ValueError: if the model lacks the label, or the canvas is of another codebook.
        """
        return inspector.inspect(self._predictions(canvas, label, guidance_scale), canvas, spacing)

    def inspecting(
        self, canvas: TokenCanvas, label: str | None = None, guidance_scale: float = 1.0, spacing: int = 4
    ) -> Work[inspector.Inspection]:
        """As :meth:`inspect`, with a pause after each evaluation."""
        return inspector.inspecting(self._predictions(canvas, label, guidance_scale), canvas, spacing)

    def inspect_cell(
        self,
        canvas: TokenCanvas,
        cell: Cell,
        top: int = 8,
        label: str | None = None,
        guidance_scale: float = 1.0,
    ) -> inspector.CellInspection:
        """The model's predictions for one cell given all others: exact, in one evaluation.

        Raises:
            ValueError: as :meth:`inspect`, and if the cell is off the grid.
        """
        return inspector.inspect_cell(self._predictions(canvas, label, guidance_scale), canvas, cell, top)

    def check(self, canvas: TokenCanvas) -> None:
        """Checks that a canvas fits this model.

        Raises:
            ValueError: if it has another codebook.
        """
        size = self.transformer.codebook_size
        if canvas.codebook_size != size:
            raise ValueError(
                f"the canvas has {canvas.height}×{canvas.width} cells and {canvas.codebook_size} codes; "
                f"this model fills up to {MAX_SIDE}×{MAX_SIDE} cells with {size} codes"
            )

    def render(self, canvas: TokenCanvas, detail: Detail = "full") -> Image.Image:
        """Decodes a canvas without unknown cells.

        Args:
            canvas: the canvas.
            detail: ``full``; ``preview`` is faster and less sharp, or the same as ``full`` for a model
                without preview decoder; ``large`` has twice as many pixels per side.

        Raises:
            ValueError: if a cell is unknown, the canvas is of another codebook, or the model lacks the
                detail.
        """
        self.check(canvas)
        self._check_detail(detail)
        if canvas.unknown.any():
            raise ValueError(f"{int(canvas.unknown.sum())} cells of the canvas are unknown; fill them first")
        return self._decode(torch.from_numpy(canvas.codes), detail)

    @torch.no_grad()
    def logits(self, tokens: Tensor, label: str | None = None) -> Tensor:
        """The model's predictions for every cell, without guidance.

        Args:
            tokens: (B, h, w) long, up to 64×64 cells: codes from 0 to K - 1, K where masked.
            label: one of ``labels``, or a prompt for models that take them; None for the unconditional
                prediction.

        Returns:
            (B, h * w, K) float; on a grid of another size than the model's, log-probabilities averaged over
            overlapping windows. The model was trained to predict masked cells only.

        Raises:
            ValueError: if the tokens are not valid, or the model lacks the label.
        """
        size = self.transformer.codebook_size
        if tokens.ndim != 3 or tokens.dtype != torch.long or not 0 < max(tokens.shape[1:]) <= MAX_SIDE:
            raise ValueError(
                f"tokens must be (B, h, w) long, up to {MAX_SIDE}×{MAX_SIDE}, "
                f"not {tuple(tokens.shape)} {str(tokens.dtype).removeprefix('torch.')}"
            )
        if tokens.numel() == 0 or tokens.min() < 0 or tokens.max() > size:
            raise ValueError(f"tokens must be codes from 0 to {size - 1}, or {size} where a cell is masked")
        conditions = self._conditions(self._settings(**self._asking(label)))
        return self._predict(tokens, torch.ones_like(tokens, dtype=torch.bool), conditions, 1)[0].float()

    @torch.no_grad()
    def encode(self, image: Image.Image) -> TokenCanvas:
        """Encodes a picture whose sides are multiples of the cell size; every cell is kept."""
        pixels = torch.from_numpy(np.array(image.convert("RGB"))).to(self.device)
        images = rearrange(pixels, "h w c -> 1 c h w").to(self.dtype) / 255
        codes = self.vqgan.encode(images)[0].cpu().numpy()
        return TokenCanvas.from_codes(codes, self.vqgan.codebook_size)

    def _settings(self, settings: Settings | None = None, **sampling: Any) -> Settings:
        """The settings, by default the model's, with single ones replaced; validated for the model."""
        chosen = (self.defaults if settings is None else settings).changed(**sampling)
        if chosen.label is not None and chosen.label not in self.labels:
            known = "it takes a prompt" if self.conditioning == "text" else known_labels(self.labels)
            raise ValueError(f"the model has no label {quoted(chosen.label)}; {known}")
        if (chosen.prompt or chosen.negative_prompt) and self.conditioning != "text":
            raise ValueError(f"the model takes no prompt; {known_labels(self.labels)}")
        for region in chosen.regions:
            if self.conditioning != "text" and region.shows not in self.labels:
                raise ValueError(
                    f"a region shows {quoted(region.shows)}, which the model cannot; "
                    f"{known_labels(self.labels)}"
                )
        schedule_of(chosen.schedule, self.scheduler.config["information"])
        self._check_detail(chosen.detail)
        if chosen.reuse > 1 and not can_reuse(self.transformer):
            raise ValueError("this model evaluates all cells at every step: set reuse to 1")
        return chosen

    def _check_detail(self, detail: Detail) -> None:
        if detail not in (can := {"preview", *self.vqgan.details}):
            raise ValueError(
                f"the model has no detail {quoted(detail)}; its details are {', '.join(sorted(can))}"
            )

    def _asking(self, label: str | None) -> dict[str, Any]:
        """The label as a setting: ``label``, or ``prompt`` for models that take prompts."""
        return {"prompt" if self.conditioning == "text" else "label": label}

    @torch.no_grad()
    def _conditions(self, settings: Settings) -> list[Condition]:
        """The condition and, with guidance, the one to guide away from."""
        asked = settings.prompt if self.conditioning == "text" else settings.label
        read = None if self.text_encoder is None else self._read_text
        conditions = [self.transformer.condition(asked, read)]
        if (asked or settings.negative_prompt) and settings.guidance_scale != 1:
            conditions.append(self.transformer.condition(settings.negative_prompt, read))
        return conditions

    def _regions(self, canvas: TokenCanvas, settings: Settings) -> list[tuple[Tensor, Settings]]:
        """Parts of the canvas, (1, h, w) bool, with their settings: the regions and the rest.

        Raises:
            ValueError: if a region is off the grid.
        """
        left = np.ones((canvas.height, canvas.width), dtype=bool)
        parts = []
        for region in reversed(settings.regions):
            cells = np.zeros_like(left)
            rows, cols = np.array(region.cells).T
            if rows.max() >= canvas.height or cols.max() >= canvas.width:
                raise ValueError(
                    f"the region that shows {quoted(region.shows)} has a cell that is off the grid "
                    f"of {canvas.height}×{canvas.width} cells"
                )
            cells[rows, cols] = True
            parts.append((cells & left, settings.changed(**self._asking(region.shows))))
            left &= ~cells
        return [
            (torch.from_numpy(cells)[None], own) for cells, own in (*parts, (left, settings)) if cells.any()
        ]

    def _read_text(self, prompt: str) -> Any:
        """The text encoder's output for a prompt, truncated to its maximum length."""
        length = self.tokenizer.model_max_length
        words = self.tokenizer(
            prompt, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        )
        return self.text_encoder(
            words.input_ids.to(self.text_encoder.device), return_dict=True, output_hidden_states=True
        )

    def _finish(
        self, canvas: TokenCanvas, settings: Settings, seeds: Sequence[int], callback: StepCallback | None
    ) -> Tensor:
        codes = torch.from_numpy(canvas.codes).repeat(len(seeds), 1, 1)
        with self.progress_bar(total=settings.steps) as bar:
            for frame in self._run(canvas, settings, seeds, reuse=self._reuse(canvas, settings)):
                bar.total = frame.total
                codes = frame.codes
                if callback is not None:
                    answer = callback(self, frame.index - 1, frame.total - frame.index + 1, {"codes": codes})
                    codes.copy_(answer.get("codes", codes))
                bar.update()
        return codes

    def _steps(self, canvas: TokenCanvas, settings: Settings, start: Progress | None) -> Iterator[Step]:
        if not canvas.unknown.any():
            yield Step(
                0,
                0,
                canvas,
                np.zeros_like(canvas.unknown),
                partial(self.render, canvas, settings.detail),
                canvas.codes,
                None,
                self.engine.name,
            )
            return
        engine, reuse = self.engine.name, self._reuse(canvas, settings, start)
        for frame in self._run(canvas, settings, [settings.seed], start, reuse):
            codes = frame.codes[0].cpu().numpy()
            filled = canvas.filled(codes, partial=True)
            revealed = frame.revealed[0].cpu().numpy()
            unseen = frame.guess[0] == canvas.mask_token
            guess = torch.where(unseen, self._plain_code(), frame.guess[0])
            last = frame.index == frame.total
            yield Step(
                frame.index,
                frame.total,
                filled,
                revealed,
                partial(self._decode, guess, settings.detail if last else "preview"),
                guess.cpu().numpy(),
                None if last else _progress(frame, settings, reuse),
                engine,
            )

    def _reuse(self, canvas: TokenCanvas, settings: Settings, start: Progress | None = None) -> Reuse | None:
        """What a run of one image reuses between its steps; None if every evaluation is full.

        Raises:
            ValueError: if the engine cannot, or ``start`` lacks the codes of the last full evaluation.
        """
        side = self.transformer.grid_size
        if settings.reuse == 1 or canvas.base.shape != (side, side):
            return None
        if not self.engine.reuses:
            raise ValueError(
                f'the engine "{self.engine.name}" evaluates all cells at every step: set reuse to 1'
            )
        if start is None:
            return Reuse(self.engine, settings.reuse)
        if start.evaluated is None:
            raise ValueError("the progress lacks the codes of the last full evaluation, which reuse needs")
        base = torch.from_numpy(start.evaluated)[None].to(self.device)
        return Reuse(self.engine, settings.reuse, start.step, base)

    def _run(
        self,
        canvas: TokenCanvas,
        settings: Settings,
        seeds: Sequence[int],
        start: Progress | None = None,
        reuse: Reuse | None = None,
    ) -> Iterator[Revealed]:
        """A run with one image per seed; the codes may be changed in place."""
        self.check(canvas)
        self._check_direction(canvas, settings)
        shape, size = (canvas.height, canvas.width), canvas.codebook_size
        bias = torch.from_numpy(rules.log_bias(canvas.rules, shape, size)) if canvas.rules else None
        parts = [_Part(cells, self._conditions(own)) for cells, own in self._regions(canvas, settings)]
        engine = self.engine  # fixed for the whole run

        @torch.no_grad()
        def predict(codes: Tensor, asked: Tensor) -> tuple[Tensor, Tensor]:
            scales = {guidance_at(share, settings) for share in _masked(codes, size)}
            if len(scales) > 1:  # in the random order images differ in their number of filled cells
                each = [predict(*image) for image in zip(codes.split(1), asked.split(1), strict=True)]
                return torch.cat([logits for logits, _ in each]), torch.cat([seen for _, seen in each])
            if reuse is not None:
                reuse.begin(codes)
            logits, seen = self._predict_parts(codes, asked, parts, scales.pop(), engine, reuse)
            return logits if bias is None else logits + bias.to(logits), seen

        codes = torch.from_numpy(canvas.codes).repeat(len(seeds), 1, 1).to(self.device)
        generators = [Generator().manual_seed(seed) for seed in seeds]
        stand = None if start is None else (start.step, _state(start, canvas, settings, self.device))
        curve = self.scheduler.config["information"]
        return reveal(predict, codes, size, settings, generators, curve, stand)

    def _predict_parts(
        self,
        codes: Tensor,
        asked: Tensor,
        parts: Sequence[_Part],
        guidance_scale: float,
        engine: Engine,
        reuse: Reuse | None,
    ) -> tuple[Tensor, Tensor]:
        """As :meth:`_predict`, with each part's own conditions; parts without requested cells are skipped.

        The prediction for a cell is that under its own condition, given the codes of all parts.
        """
        parts = [part for part in parts if (asked & part.cells.to(asked.device)).any()] or parts[-1:]
        if len(parts) == 1:
            return self._predict_part(codes, asked, parts[0], guidance_scale, engine, reuse)
        logits, seen = None, torch.zeros_like(asked)
        for part in parts:
            cells = part.cells.to(asked.device)
            own, there = self._predict_part(codes, asked & cells, part, guidance_scale, engine, reuse)
            logits = own if logits is None else torch.where(cells.flatten(1)[..., None], own, logits)
            seen |= there & cells
        assert logits is not None
        return logits, seen

    def _predict_part(
        self,
        codes: Tensor,
        asked: Tensor,
        part: _Part,
        guidance_scale: float,
        engine: Engine,
        reuse: Reuse | None,
    ) -> tuple[Tensor, Tensor]:
        """As :meth:`_predict`, with the conditions of a part; few cells are computed if others are reused."""
        if reuse is None:
            return self._predict(codes, asked, part.conditions, guidance_scale, engine)
        conditions = part.conditions[:1] if guidance_scale == 1 else part.conditions
        logits, seen = reuse.logits((part, len(conditions)), codes, asked, joined(conditions))
        return _guided(logits, len(conditions), guidance_scale), seen

    def _predict(
        self,
        codes: Tensor,
        asked: Tensor,
        conditions: Sequence[Condition],
        guidance_scale: float,
        engine: Engine | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Logits (B, h * w, K) on a grid of any size, and the cells (B, h, w) bool where they are valid."""
        computing = engine or self.engine
        return windows.predict(
            lambda seen: _logits(computing, seen, conditions, guidance_scale),
            codes.to(self.device),
            asked.to(self.device),
            self.transformer.window_size,
            self.transformer.codebook_size,
        )

    def _predictions(
        self, canvas: TokenCanvas, label: str | None, guidance_scale: float
    ) -> inspector.Predictions:
        self.check(canvas)
        conditions = self._conditions(self._settings(**self._asking(label), guidance_scale=guidance_scale))

        @torch.no_grad()
        def predictions(codes: NDArray[np.int64], asked: NDArray[np.bool_]) -> NDArray[np.float32]:
            tokens, cells = (torch.from_numpy(array)[None] for array in (codes, asked))
            logits, _ = self._predict(tokens, cells, conditions, guidance_scale)
            return logits.float().log_softmax(-1).view(*codes.shape, -1).cpu().numpy()

        return predictions

    def _plain_code(self) -> Tensor:
        """The code nearest to the mean of all, shown for cells without a prediction."""
        vectors = self.vqgan.code_vectors.detach()
        return (vectors - vectors.mean(0)).square().sum(1).argmin()

    def _check_direction(self, canvas: TokenCanvas, settings: Settings) -> None:
        cells = int(canvas.unknown.sum())
        one_by_one = settings.reveal_order == "raster" and settings.steps >= cells and not settings.correction
        if self.transformer.causal and not one_by_one:
            raise ValueError(
                "this model fills one cell at a time from left to right: set reveal_order to "
                f'"raster", steps to at least {cells} for {cells} masked cells, and correction to 0'
            )

    @torch.no_grad()
    def _decode(self, codes: Tensor, detail: Detail) -> Image.Image:
        draw = partial(self.engine.decode, detail=detail)
        pixels = windows.decode(draw, codes[None].to(self.device))[0]
        return Image.fromarray(rearrange(pixels * 255, "c h w -> h w c").round().byte().cpu().numpy())


def _logits(engine: Engine, codes: Tensor, conditions: Sequence[Condition], guidance_scale: float) -> Tensor:
    """Logits (B, h * w, K) under the first condition, by classifier-free guidance away from the second.

    Ho & Salimans 2022; with one condition, or a scale of 1, these are the plain logits.
    """
    conditions = conditions[:1] if guidance_scale == 1 else conditions
    each = joined([repeated(condition, len(codes)) for condition in conditions])
    logits = engine.logits(codes.repeat(len(conditions), 1, 1), each)
    return _guided(logits, len(conditions), guidance_scale)


def _guided(logits: Tensor, conditions: int, guidance_scale: float) -> Tensor:
    """Guidance from the logits (conditions * B, ...) under one condition or two."""
    if conditions == 1:
        return logits
    conditional, unconditional = logits.chunk(2)
    return torch.lerp(unconditional, conditional, guidance_scale)


def _progress(frame: Revealed, settings: Settings, reuse: Reuse | None) -> Progress:
    state, weighs = frame.state, _weighs(settings)
    codes, filled_at, confidence = (
        tensor[0].cpu().numpy() for tensor in (state.codes, state.filled_at, state.confidence)
    )
    evaluated = None if reuse is None or reuse.base is None else reuse.base[0].cpu().numpy()
    return Progress(frame.index, codes, filled_at, confidence if weighs else None, evaluated)


def _state(start: Progress, canvas: TokenCanvas, settings: Settings, device: torch.device) -> State:
    """The state of a run of one image.

    Raises:
        ValueError: if it does not fit the canvas and the settings.
    """
    codes = start.canvas(canvas).codes
    if start.confidence is None and _weighs(settings):
        raise ValueError("the progress lacks the confidence that this correction needs")
    chances = np.ones(codes.shape, np.float32) if start.confidence is None else start.confidence
    return State(*(torch.from_numpy(array)[None].to(device) for array in (codes, start.filled_at, chances)))


def _planned(settings: Settings) -> bool:
    """Whether it is known beforehand which cells each step reveals."""
    return settings.reveal_order in BLIND and not _weighs(settings)


def _weighs(settings: Settings) -> bool:
    """Whether a run needs the probabilities with which its codes were drawn."""
    return settings.correction > 0 and settings.correction_order == "confidence"


def _masked(codes: Tensor, mask_token: int) -> list[float]:
    """The share of masked cells in each image of codes (B, h, w)."""
    return (codes == mask_token).float().mean((1, 2)).tolist()
