"""The pictures to begin with."""

from types import SimpleNamespace

import gradio as gr
import pytest

from unleash.studio.server import handlers
from unleash.studio.server.handlers import Handlers, News, examples, label_of
from unleash.studio.server.lesson import Lesson


class Studio(Handlers):
    """Opens nothing: what is asked of it is all that counts here."""

    def about(self, *_):
        return SimpleNamespace(labels=["church-night", "church-day"])

    def open_file(self, path, *_):
        return News({"kind": "canvas", "path": path}, ("given", "seen"))


def ask(data):
    event = gr.EventData(None, data)
    return Studio({"tiny": "tiny"}).open_example("tiny", event)


def test_there_are_eight_and_their_names_say_what_they_show():
    shown = {label_of(path) for path in examples()}
    assert len(shown) == len(examples()) == 8
    assert {"church-night", "bedroom-rain"} <= shown


def test_an_example_sets_the_label_that_it_shows():
    names = [label_of(path) for path in examples()]
    news = ask({"index": names.index("church-night")})
    assert (news.label, news.pair) == ("church-night", (None, None))
    assert news.message["path"] == examples()[names.index("church-night")]


def test_a_model_without_the_label_keeps_its_own():
    names = [label_of(path) for path in examples()]
    assert ask({"index": names.index("bedroom-rain")}).label is None


@pytest.mark.parametrize("data", [None, {}, 3, {"index": -1}, {"index": 8}, {"index": True}, {"index": "0"}])
def test_what_a_page_may_send_is_checked(data):
    with pytest.raises(gr.Error, match="no such example"):
        ask(data)
    with pytest.raises(gr.Error, match="no such example"):
        Lesson(Studio({"tiny": "tiny"})).look_at_example(gr.EventData(None, data))


def test_the_lesson_needs_a_picture():
    with pytest.raises(gr.Error, match="There is no picture: choose one"):
        Lesson(Studio({"tiny": "tiny"})).look(None)


def test_where_no_pictures_are_bundled_there_are_none(monkeypatch, tmp_path):
    monkeypatch.setattr(handlers, "EXAMPLES", tmp_path)
    assert examples() == []
