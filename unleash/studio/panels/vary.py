"""The tab "Vary": more like the present picture, and the same in another light."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from unleash.studio.varying import Varying, lights


@dataclass(frozen=True)
class VaryPanel:
    """The components of the tab."""

    strength: gr.Slider
    more: gr.Button
    light: gr.Dropdown
    relight: gr.Button

    def follow(self, event: Any, varying: Varying, model: gr.Dropdown, **options: Any) -> None:
        """Offer the labels of the model that is chosen after ``event``."""
        event.success(varying.lights, [model, self.light], [self.light, self.relight], **options)


def lay_out(labels: Sequence[str]) -> VaryPanel:
    """The tab of a model with these labels."""
    with gr.Tab("Vary", elem_id="vary"):
        strength = gr.Slider(
            0,
            1,
            value=0.5,
            step=0.05,
            label="Strength",
            info="The share of cells drawn again; pins stay",
            elem_id="strength",
        )
        more = gr.Button("More like this", elem_id="more")
        light = lights(list(labels))
        relight = gr.Button("Re-light", visible=bool(labels), elem_id="relight")
    return VaryPanel(strength, more, light, relight)


def wire(
    panel: VaryPanel,
    varying: Varying,
    asked: Sequence[Component],
    settings: Sequence[Component],
    told: Sequence[Component],
    **options: Any,
) -> list[Any]:
    """Let the buttons run; the events, for Stop to cancel.

    Args:
        panel: the tab.
        varying: its listeners.
        asked: canvas, model, lock and number of pictures.
        settings: the controls of a run.
        told: filmstrip and seed.
        options: of the events.
    """
    more = panel.more.click(varying.more, [*asked, panel.strength, *settings], told, **options)
    relight = panel.relight.click(
        varying.relight, [*asked, panel.strength, panel.light, *settings], told, **options
    )
    return [more, relight]
