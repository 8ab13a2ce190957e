"""A setting out of its range is refused in the same words through every door, before anything is done."""

import pytest
from typer.testing import CliRunner

from unleash import Settings
from unleash.cli import app
from unleash.studio.server import controls

BAD = {
    "steps": [0, -1, 4097, 10**30],
    "temperature": [-1, 5e-324, 9e-4, 100.5, 1e308, float("inf"), float("nan")],
    "guidance_scale": [-0.1, 100.5, 1e308, float("inf"), float("nan")],
    "guidance_start": [-0.1, 1.1, float("inf"), float("nan")],
    "guidance_end": [-0.1, 1.1, float("inf"), float("nan")],
    "top_k": [0, -1, 2**16 + 1, 10**30],
    "top_p": [0, -1, 1.1, 1e308, float("nan")],
    "correction": [-0.1, 0.6, float("nan")],
    "choice_temperature": [-0.1, 100.5, float("inf"), float("nan")],
    "moment_exponent": [0.5, 17, float("nan")],
    "reuse": [0, -1, 4097],
    "seed": [-1, 2**53, 10**30],
}
CASES = [(name, value) for name, values in BAD.items() for value in values]


def test_every_number_has_bounds():
    numbers = {
        name
        for name, field in Settings.model_fields.items()
        if field.annotation in (int, float, int | None, float | None)
    }
    assert numbers == set(BAD)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_python_shell_page_and_recipes_refuse_it(name, value, pipe, tmp_path):
    with pytest.raises(ValueError, match=f"{name}: ") as caught:
        pipe(**{name: value})
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 300
    flag = {"guidance_scale": "--guidance"}.get(name, f"--{name.replace('_', '-')}")
    done = CliRunner().invoke(app, ["generate", f"{flag}={value}", "--out", str(tmp_path / "a.png")])
    assert done.exit_code == 2, done.output
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())
    if (name, value) != ("top_k", 0):  # the end of the page's slider, where it is off
        chosen = {known: getattr(Settings(), known) for known in controls.NAMES} | {name: value}
        with pytest.raises(ValueError, match=name):
            controls.settings_to_run(list(chosen.values()), locked=True)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_recipe_with_it_is_none(name, value):
    with pytest.raises(ValueError, match=name):
        Settings(**{name: value})


@pytest.mark.parametrize("value", [-1, 2**53, 10**30])
@pytest.mark.parametrize("command", ["scenes"])
def test_other_seeds_have_the_same_bounds(command, value, tmp_path):
    asked = [command, "--label", "church-day", "--out", str(tmp_path / "out"), f"--seed={value}"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 2
    assert "seed" in done.stderr
    assert not (tmp_path / "out").exists()
