"""The studio for programs."""

from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from unleash.recipe import Recipe, read_recipe


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


def test_only_the_endpoints_for_programs_are_named(client: Client) -> None:
    info = client.view_api(return_format="dict", print_info=False)
    assert list(info["named_endpoints"]) == ["/generate"]
    names = [parameter["parameter_name"] for parameter in info["named_endpoints"]["/generate"]["parameters"]]
    assert {"label", "steps", "order", "schedule", "seed", "recipe"} <= set(names)


def test_generate_gives_a_picture_and_its_recipe_makes_it_again(client: Client) -> None:
    path, recipe = client.predict(label="church-day", steps=4, seed=7, api_name="/generate")
    made = Recipe.from_json(recipe)
    assert made.settings.seed == 7
    assert made.settings.label == "church-day"
    assert read_recipe(Path(path)) == made
    _, again = client.predict(recipe=recipe, api_name="/generate")
    assert Recipe.from_json(again).codes == made.codes


def test_a_bad_value_is_explained(client: Client) -> None:
    with pytest.raises(AppError, match="no label 'castle'"):
        client.predict(label="castle", api_name="/generate")
