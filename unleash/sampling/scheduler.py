"""Absorbing diffusion over token grids in the manner of a diffusers scheduler."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from diffusers import ConfigMixin, SchedulerMixin
from diffusers.configuration_utils import register_to_config
from diffusers.utils import BaseOutput
from torch import Generator, Tensor

from unleash.canvas.settings import OrderName, ScheduleName, Settings, renamed
from unleash.sampling.information import schedule_of
from unleash.sampling.noise import noise, uniform
from unleash.sampling.plan import Plan, plan
from unleash.sampling.reveal import State, candidates, step


@dataclass
class AbsorbingDiffusionSchedulerOutput(BaseOutput):
    """What a step made of its sample; every tensor has the sample's shape.

    Attributes:
        prev_sample: the next step's sample: as before, with the revealed cells filled, and those masked
            that a corrector step is going to draw again.
        pred_original_sample: the sample with the revealed cells filled, and the likeliest code wherever it
            is unknown.
        revealed: bool, the cells this step filled.
    """

    prev_sample: Tensor
    pred_original_sample: Tensor
    revealed: Tensor


class AbsorbingDiffusionScheduler(SchedulerMixin, ConfigMixin):
    """The forward and reverse process of "Unleashing Transformers" (Bond-Taylor et al., ECCV 2022).

    For those who write the loop themselves: :func:`~unleash.sampling.reveal.reveal` is the loop, and this
    the same in two calls. A cell that is known when a run is planned stays as it is. Samples are (B, h, w) or
    (B, h * w) long; a flat one is taken for a square grid. Image i of a batch depends on its own generator
    alone.

        scheduler.set_timesteps(16, tokens, generators)
        for t in scheduler.timesteps:
            tokens = scheduler.step(transformer(tokens), t, tokens, generators).prev_sample

    Args:
        codebook_size: K; the mask token is index K.
        num_train_timesteps: T of the forward process.
        reveal_order: which cells are revealed first, where a run does not say.
        schedule: how many cells a step reveals, where a run does not say.
        information: the model's information curve, nats of a masked cell by the share of masked cells, see
            :func:`unleash.sampling.information.measured`; the schedule ``information`` needs it.
        order: deprecated, the old name of ``reveal_order``.
    """

    ignore_for_config = ("order",)

    @register_to_config
    def __init__(
        self,
        *,  # Of values given by position, from_config() would restore the defaults.
        codebook_size: int = 1024,
        num_train_timesteps: int = 256,
        reveal_order: OrderName = "halton",
        schedule: ScheduleName = "cosine",
        information: Sequence[float] | None = None,
        order: OrderName | None = None,
    ) -> None:
        if codebook_size < 1 or num_train_timesteps < 1:
            raise ValueError(f"{codebook_size=} and {num_train_timesteps=} must be at least 1")
        Settings(reveal_order=reveal_order, schedule=schedule)
        schedule_of(schedule, information)
        if order is not None:
            self.register_to_config(**renamed({"order": order}))
        self.plan: Plan | None = None
        self.timesteps = torch.arange(0)
        self._state: State | None = None

    @classmethod
    def from_config(cls, config: Any = None, **options: Any) -> Any:
        """As diffusers has it; a configuration of version 0.1 says ``order`` for ``reveal_order``."""
        return super().from_config(renamed(config) if isinstance(config, Mapping) else config, **options)

    def add_noise(
        self, original_samples: Tensor, timesteps: Tensor, generator: Generator | None = None
    ) -> Tensor:
        """Draw x_t from q(x_t | x_0): each cell is masked with probability t / T, whatever the others.

        That is what remains of t steps of which step s masks a known cell with β_s = 1 / (T - s + 1).

        Args:
            original_samples: (B, ...) long.
            timesteps: (B,) long in [0, T].
            generator: for the whole batch.
        """
        total = self.config["num_train_timesteps"]
        if timesteps.shape != original_samples.shape[:1] or timesteps.min() < 0 or timesteps.max() > total:
            raise ValueError(f"add_noise needs one time step from 0 to {total} for each image of the batch")
        rate = (timesteps / total).view(-1, *[1] * (original_samples.ndim - 1))
        drawn = uniform(original_samples.shape, generator).to(original_samples.device)
        return original_samples.masked_fill(drawn < rate.to(drawn), self.config["codebook_size"])

    def set_timesteps(
        self,
        num_inference_steps: int,
        sample: Tensor,
        generators: Sequence[Generator] | None = None,
        **sampling: Any,
    ) -> None:
        """Plan how ``sample`` is filled, and number the steps ``timesteps`` = S, ..., 1.

        S is at most ``num_inference_steps`` and at most the unknown cells of the image with the most.

        Args:
            num_inference_steps: how many evaluations of the transformer may be spent.
            sample: (B, h, w) or (B, h * w) long, K where unknown.
            generators: one for each image; None draws from torch's global one.
            sampling: any of the :class:`~unleash.canvas.settings.Settings`, in place of the configured ones.
        """
        configured = Settings(reveal_order=self.config["reveal_order"], schedule=self.config["schedule"])
        settings = configured.changed(num_inference_steps=num_inference_steps, **sampling)
        self.plan = plan(
            _grids(sample), self.config["codebook_size"], settings, generators, self.config["information"]
        )
        self.timesteps = torch.arange(self.plan.steps, 0, -1)
        self._state = None

    def step(
        self,
        model_output: Tensor,
        timestep: int | Tensor,
        sample: Tensor,
        generators: Sequence[Generator] | None = None,
        *,
        return_dict: bool = True,
        **sampling: Any,
    ) -> AbsorbingDiffusionSchedulerOutput | tuple[Tensor, Tensor, Tensor]:
        """Reveal as many of the unknown cells as are planned, each with a code that is drawn for it.

        Args:
            model_output: (B, h * w, K) logits of the codes; an image that is finished may hold anything.
            timestep: one of ``timesteps``.
            sample: shaped as in :meth:`set_timesteps`.
            generators: one for each image; None draws from torch's global one.
            return_dict: False returns a plain tuple.
            sampling: temperature, top-k, top-p and the like, where they differ from those of the plan.
        """
        planned = self._planned(timestep, sample)
        expected = (len(sample), sample[0].numel(), self.config["codebook_size"])
        if model_output.shape != expected:
            raise ValueError(
                f"the logits must be {expected} for this sample, not {tuple(model_output.shape)}"
            )
        planned = replace(planned, settings=planned.settings.changed(**sampling))
        codes, index = _grids(sample), len(self.timesteps) - int(timestep)
        state = State.of(codes) if self._state is None else replace(self._state, codes=codes)
        drawn = noise(codes, generators)
        asked = candidates(planned, index, state, drawn)
        self._state, *others = step(planned, index, state, drawn, asked, model_output)
        prev_sample, guess, revealed = (tensor.view_as(sample) for tensor in (self._state.codes, *others))
        if not return_dict:
            return prev_sample, guess, revealed
        return AbsorbingDiffusionSchedulerOutput(prev_sample, guess, revealed)

    def _planned(self, timestep: int | Tensor, sample: Tensor) -> Plan:
        if self.plan is None or not 1 <= timestep <= len(self.timesteps):
            raise ValueError(f"step {int(timestep)} is not planned: call set_timesteps() first")
        if len(sample) != len(self.plan.counts):
            raise ValueError(f"the plan is for {len(self.plan.counts)} images, the sample has {len(sample)}")
        return self.plan


def _grids(sample: Tensor) -> Tensor:
    """(B, h, w) of a sample that may be flat."""
    if sample.ndim == 3:
        return sample
    side = round(sample.shape[-1] ** 0.5)
    if sample.ndim != 2 or side**2 != sample.shape[1]:
        raise ValueError(f"a sample is (B, h, w), or (B, h * w) of a square grid, not {tuple(sample.shape)}")
    return sample.view(-1, side, side)
