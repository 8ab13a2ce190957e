"""One model has one name, however its folder is given."""

from pathlib import Path

import pytest

from unleash.models.locating import HOME, known_as, same_model
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.menu import find, menu, name_of

SCENES = HOME / "weights" / "scenes"


@pytest.fixture
def spellings(tmp_path, monkeypatch):
    """The bundled model by every kind of path."""
    monkeypatch.chdir(HOME)
    (tmp_path / "link").symlink_to(SCENES)
    return [
        "weights/scenes",
        "weights/scenes/",
        "./weights/scenes",
        "weights/../weights/scenes",
        str(SCENES),
        f"{SCENES}/",
        str(tmp_path / "link"),
    ]


def test_every_path_to_a_model_is_one_name(spellings):
    assert {known_as(model) for model in spellings} == {"weights/scenes"}
    assert list(menu(spellings)) == ["scenes"]
    for model in spellings:
        offered = menu([model])
        assert list(offered) == ["scenes"]
        assert name_of(offered, "weights/scenes") == "scenes"
        for recorded in spellings[:-1]:
            assert find(offered, recorded) == "scenes"


def test_adding_a_model_again_by_another_path_adds_nothing(spellings, monkeypatch):
    monkeypatch.setattr("unleash.studio.server.menu.load", lambda _: None)
    handlers = Handlers(menu(), may_add=True)
    assert {handlers.add(model) for model in spellings} == {"scenes"}
    assert len(handlers.offered) == 1


def test_two_models_of_one_last_name_are_both_offered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for owner in ("a", "b"):
        Path(owner, "mine").mkdir(parents=True)
    offered = menu(["a/mine", str(tmp_path / "b" / "mine"), "./b/mine/"])
    assert list(offered) == ["mine", "b/mine", "scenes"]


def test_a_model_elsewhere_is_named_by_its_whole_path_and_a_hub_id_by_itself(tmp_path):
    assert known_as(tmp_path) == tmp_path.resolve().as_posix()
    assert known_as("owner/name") == "owner/name"
    assert same_model("owner/name", "owner/name")
    assert not same_model("owner/name", "owner/other")
