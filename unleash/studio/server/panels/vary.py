"""The tab "Vary": variations of the current picture, relighting, blending with another picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from unleash.studio.server.asking import RUNS, Told, named
from unleash.studio.server.component import command
from unleash.studio.server.components.blend import Blend
from unleash.studio.server.components.canvas import Canvas
from unleash.studio.server.controls import Amount
from unleash.studio.server.varying import Varying, lights


@dataclass(frozen=True)
class VaryPanel:
    """The components of the tab."""

    strength: Amount
    more: gr.Button
    light: gr.Dropdown
    relight: gr.Button
    other: Blend
    where: gr.Radio
    share: Amount
    blend: gr.Button

    def follow(
        self, event: Any, varying: Varying, model: gr.Dropdown, scene: Component, **options: Any
    ) -> None:
        """Show the labels of the chosen model after ``event``, beginning with those for its scene."""
        event(varying.lights, [model, scene, self.light], [self.light, self.relight], **options)


def lay_out(labels: Sequence[str]) -> VaryPanel:
    """Create the tab for a model with these labels."""
    with gr.Tab("Vary", elem_id="vary"):
        strength = Amount(
            0,
            1,
            value=0.5,
            step=0.05,
            label="Strength",
            info="How much may change; pins stay",
            elem_id="strength",
        )
        more = gr.Button("More like this", elem_id="more")
        light = lights(list(labels), next(iter(labels), None))
        relight = gr.Button("Relight", visible=bool(labels), elem_id="relight")
        other = Blend()
        where = gr.Radio(
            [("In patches", False), ("Where masked", True)], value=False, label="Where", elem_id="blend-where"
        )
        share = Amount(0, 1, value=0.5, step=0.05, label="How much of it", elem_id="blend-share")
        blend = gr.Button("Blend", elem_id="blend")
    return VaryPanel(strength, more, light, relight, other, where, share, blend)


def wire(
    panel: VaryPanel,
    varying: Varying,
    canvas: Canvas,
    asked: Sequence[Component],
    settings: Sequence[Component],
    told: Sequence[Component],
    **options: Any,
) -> None:
    """Connect the buttons.

    Args:
        panel: the tab.
        varying: its listeners.
        canvas: requests the runs.
        asked: canvas, model, lock and number of pictures.
        settings: the controls of a run.
        told: filmstrip and seed.
        options: options of the events.
    """
    runs: dict[str, tuple[Callable[..., Told], list[Component]]] = {
        "more": (varying.more, [panel.strength]),
        "relight": (varying.relight, [panel.strength, panel.light]),
        "blend": (varying.blend, [panel.other, panel.where, panel.share]),
    }
    for kind, (listener, own) in runs.items():
        inputs = [*asked, *own, *settings]
        getattr(panel, kind).click(**command(kind))
        getattr(canvas, kind)(named(listener, inputs), inputs, told, **RUNS, **options)
    panel.where.change(
        lambda masked: gr.Slider(visible=not masked),
        panel.where,
        panel.share,
        queue=False,
        api_visibility="private",
        show_progress="hidden",
    )
