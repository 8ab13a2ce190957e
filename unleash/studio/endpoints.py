"""The studio for programs: endpoints with typed inputs, for ``gradio_client`` and MCP."""

from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from gradio.data_classes import FileData

from unleash.orders import OrderName, ScheduleName
from unleash.recipe import Recipe, Settings, write_png
from unleash.studio.handlers import Handlers
from unleash.studio.models import find, known_as
from unleash.studio.runs import arguments
from unleash.studio.toasts import toasted


def generate_endpoint(handlers: Handlers) -> Callable[..., Any]:
    """The endpoint ``generate`` of a studio."""
    first = next(iter(handlers.offered))

    def generate(
        label: str | None = None,
        steps: int = 16,
        order: OrderName = "halton",
        schedule: ScheduleName = "cosine",
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        guidance_scale: float = 1.0,
        seed: int = 0,
        recipe: str | None = None,
        model: str = first,
    ) -> tuple[dict, str]:
        """Make a picture, or make the picture of a recipe again.

        Args:
            label: one of the model's labels; None: none.
            steps: how many evaluations of the transformer may be spent.
            order: which cells come first: halton, confidence, entropy, random or raster.
            schedule: how many cells a step reveals: cosine, linear or arccos.
            temperature: divides the logits; 0 takes the likeliest code.
            top_k: draw from the k likeliest codes only; None: from all.
            top_p: draw from the fewest codes that together have this probability; None: from all.
            guidance_scale: 1 follows the label as learned, more exaggerates it.
            seed: the same seed gives the same picture.
            recipe: JSON of a recipe; its canvas and settings are used and all of the above are not.
            model: a name in the studio's menu.

        Returns:
            The PNG, which carries its recipe, and the recipe as JSON.
        """
        with toasted():
            if recipe is not None:
                wanted = Recipe.from_json(recipe)
                name = find(handlers.offered, wanted.model) or model
                canvas, settings = wanted.canvas, wanted.settings
            else:
                name, canvas = model, None
                settings = Settings(
                    steps=steps,
                    order=order,
                    schedule=schedule,
                    temperature=temperature,
                    top_k=top_k,
                    top_p=top_p,
                    label=label,
                    guidance_scale=guidance_scale,
                    seed=seed,
                )
            pipe = handlers.pipeline(name)
            canvas = pipe.blank() if canvas is None else canvas
            out = pipe(canvas, **arguments(settings))
        made = Recipe(
            model=known_as(handlers.offered[name]),
            canvas=canvas,
            settings=settings,
            codes=out.canvases[0].codes.tolist(),
        )
        path = Path(mkdtemp(prefix="unleash-")) / f"unleash-{settings.seed}.png"
        write_png(out.images[0], made, path)
        return FileData(path=str(path)).model_dump(), made.to_json()

    return generate
