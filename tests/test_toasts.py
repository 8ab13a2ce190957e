"""Toasts are text, whatever is in them."""

import asyncio
import re
from pathlib import Path

import gradio as gr
import pytest

from unleash import Settings
from unleash.studio.server import toasts

PACKAGE = Path(__file__).parents[1] / "unleash"
MARKUP = 'the <img src="x"> & <b>model</b>'
TEXT = 'The &lt;img src="x"&gt; &amp; &lt;b&gt;model&lt;/b&gt;'


def test_nothing_but_the_toasts_speaks_by_gradio():
    spoken = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(
            r"\bgr\.(Error|Warning|Info|Success)\(|import .*\b(Error|Warning|Info)\b", path.read_text("utf-8")
        )
    }
    assert spoken == {"studio/server/toasts.py"}


def test_a_person_reads_what_was_written(monkeypatch):
    said = []
    monkeypatch.setattr(gr, "Warning", said.append)
    monkeypatch.setattr(gr, "Info", said.append)
    toasts.warn(MARKUP)
    toasts.inform(MARKUP)
    assert said == [TEXT, TEXT]


def fails(message, visibility, kind=ValueError):
    """What is said of an error in a listener, to the page or to a program."""

    def fail():
        with toasts.toasted():
            raise kind(message)

    return said(toasts.PlainBlocks(), lambda button: button.click(fail, api_visibility=visibility), [])


def said(blocks, wire, inputs):
    with blocks:
        wire(gr.Button())
    with pytest.raises(gr.Error) as caught:
        asyncio.run(blocks.process_api(0, inputs, None))
    assert not caught.value.print_exception, "what is told to a person is not logged as a fault"
    return caught.value.message


def test_a_person_reads_what_was_wrong():
    assert fails(MARKUP, "private") == TEXT
    assert fails(MARKUP, "private", gr.Error) == TEXT, "also of what a component refused, and without quotes"


def test_a_program_reads_it_as_it_is():
    assert fails(MARKUP, "public") == 'The <img src="x"> & <b>model</b>'


def test_what_gradio_says_itself_is_text_too():
    def wire(button):
        button.click(lambda value: value, gr.Dropdown([MARKUP]), api_visibility="private")

    message = said(toasts.PlainBlocks(), wire, ["<i>other</i>"])
    assert message.startswith("Value: &lt;i&gt;other&lt;/i&gt; is not in the list of choices")
    assert "<" not in message


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_inputs_that_are_missing_or_of_no_use_are_told_in_a_line(visibility):
    def wire(button):
        button.click(lambda *_: None, [gr.Number(), gr.Image()], api_visibility=visibility)

    assert said(toasts.PlainBlocks(), wire, [1]).endswith(
        "takes 2 values, not 1; use null for those left open."
    )
    for odd in ("x" * 10**6, {"path": "/etc/passwd"}, [[]] * 10**5, {"path": ["a"]}):
        message = said(toasts.PlainBlocks(), wire, [1, odd])
        assert 0 < len(message) < 300
        assert message.isprintable()


def test_a_toast_is_a_line_of_bounded_length():
    message = fails("<\n" * 10_000, "private")
    assert len(message) < 280 * len("&lt;")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("label", "stem"),
    [
        *((None, "picture-7"), ("church-day", "church-day-7"), ("nuit d'été", "nuit-d-été-7")),
        *(("../../etc/passwd", "-etc-passwd-7"), ("<img src=x>", "-img-src-x--7"), ("a\n\0b", "a-b-7")),
    ],
)
def test_a_label_makes_the_name_of_a_file_that_any_disk_takes(label, stem):
    assert Settings(label=label, seed=7).stem == stem


def test_the_name_of_a_file_is_short():
    assert len(Settings(label="夜" * 200).stem.encode()) < 200
