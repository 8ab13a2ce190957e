"""What `pip install unleash` gives: everything that the studio opens with, nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

import unleash

ROOT = Path(__file__).parents[1]
OFFLINE = {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    site = tmp_path_factory.mktemp("site")
    _pip("install", "--no-deps", "--no-index", "--target", site, wheel)
    return site


def test_holds_the_package_its_model_and_its_examples(wheel):
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    inside = {
        "unleash": "unleash",
        "weights": "unleash/weights",
        "assets/examples": "unleash/assets/examples",
    }
    files = subprocess.run(
        ["git", "ls-files", *inside], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if files.returncode:
        pytest.skip("not a clone of the repository")
    prefix = re.compile("|".join(f"^{folder}(?=/)" for folder in inside))
    assert held == {prefix.sub(lambda found: inside[found[0]], name) for name in files.stdout.split()}
    assert wheel.name.startswith(f"unleash-{unleash.__version__}-")
    assert wheel.stat().st_size < 100e6, "PyPI takes no more than 100 MB"


@pytest.mark.slow
def test_opens_on_its_own_model_in_an_empty_folder_without_network(installed, tmp_path):
    environment = {
        **os.environ,
        **OFFLINE,
        "PYTHONPATH": str(installed),
        "GRADIO_TEMP_DIR": str(tmp_path / "cache"),
    }
    code = "import unleash; print(unleash.__file__); from unleash.studio import serve; serve(port=None)"
    empty = tmp_path / "empty"
    empty.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=empty,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as studio:
        try:
            said = [studio.stdout.readline()]
            assert Path(said[0].strip()).is_relative_to(installed)
            while not (address := re.search(r"http://127\.0\.0\.1:\d+", said[-1])):
                said.append(studio.stdout.readline())
                assert said[-1], "the studio ended:\n" + "".join(said)
            with urlopen(address[0], timeout=60) as page:
                shown = page.read().decode()
            assert "church-day" in shown
            assert "church-day-108.png" in shown
        finally:
            studio.terminate()
    assert list(empty.iterdir()) == []


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
