"""A cluster of one machine computes for many, and its replicas may be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from tests.browser import tiny
from tests.hostile.served import free_port
from unleash import UnleashPipeline
from unleash.images.recipes import carried_recipe

pytest.importorskip("ray")
psutil = pytest.importorskip("psutil")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[1]
RUNS = 20
STEPS = 6


@dataclass
class Cluster:
    """A served model, and the process that serves it."""

    model: Path
    address: str
    process: subprocess.Popen

    @property
    def replicas(self) -> list[psutil.Process]:
        """The processes that compute."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [each for each in family if "ray::ServeReplica" in " ".join(each.cmdline())]


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[Cluster]:
    model, port = tiny.save(tmp_path_factory.mktemp("models") / "tiny"), free_port()
    asked = ["--model", str(model), "--port", str(port), "--replicas", "2", "--engine", "torch"]
    process = subprocess.Popen(
        [sys.executable, "-m", "unleash", "serve-models", *asked],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    assert f"ray://127.0.0.1:{port}" in said
    yield Cluster(model, f"ray://127.0.0.1:{port}", process)
    process.send_signal(signal.SIGINT)
    process.wait(60)


@pytest.fixture(scope="module")
def wanted(cluster: Cluster) -> list[np.ndarray]:
    """The codes of each seed, computed here."""
    pipe = UnleashPipeline.from_pretrained(cluster.model)
    return [codes_of(pipe, seed) for seed in range(RUNS)]


def codes_of(pipe: UnleashPipeline, seed: int) -> np.ndarray:
    return pipe(seed=seed, num_inference_steps=STEPS).canvases[0].codes


def test_two_replicas_give_the_same_pictures(cluster: Cluster, wanted: list[np.ndarray]) -> None:
    assert len(cluster.replicas) == 2
    pipe = UnleashPipeline.from_pretrained(cluster.model, engine=cluster.address)
    with ThreadPoolExecutor(4) as people:
        made = list(people.map(lambda seed: codes_of(pipe, seed), range(RUNS)))
    for got, right in zip(made, wanted, strict=True):
        assert np.array_equal(got, right)


def test_a_replica_that_is_killed_changes_no_picture(cluster: Cluster, wanted: list[np.ndarray]) -> None:
    pipe = UnleashPipeline.from_pretrained(cluster.model, engine=cluster.address)
    with ThreadPoolExecutor(4) as people:
        made = [people.submit(codes_of, pipe, seed) for seed in range(RUNS)]
        while sum(run.done() for run in made) < 4:
            sleep(0.01)
        killed = cluster.replicas[0]
        killed.kill()
        for run, right in zip(made, wanted, strict=True):
            assert np.array_equal(run.result(), right)
    end = monotonic() + 120
    while len(cluster.replicas) < 2 or killed in cluster.replicas:
        assert monotonic() < end, "it is not replaced"
        sleep(0.5)


def test_many_pictures_are_made_by_a_cluster_and_not_twice(
    cluster: Cluster, wanted: list[np.ndarray], environment: dict[str, str], tmp_path: Path
) -> None:
    def generate(count: int) -> None:
        asked = ["--model", str(cluster.model), "--count", str(count), "--steps", str(STEPS)]
        command = [
            sys.executable,
            "-m",
            "unleash",
            "generate",
            *asked,
            "--out",
            str(tmp_path),
            "--engine",
            "ray",
        ]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    generate(3)
    files = sorted(tmp_path.glob("*.png"))
    before = [file.stat().st_mtime_ns for file in files]
    assert [np.array(carried_recipe(file).codes).tolist() for file in files] == [
        codes.tolist() for codes in wanted[:3]
    ]
    files[1].unlink()
    generate(3)
    after = [file.stat().st_mtime_ns for file in files]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]
