"""Evaluation: figures that are known beforehand, and the commands from end to end."""

import json
import math
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from unleash import AbsorbingDiffusionScheduler, BidirectionalTransformer, UnleashPipeline
from unleash.canvas.settings import Settings
from unleash.cli import app
from unleash.evaluation import comparison, tradeoff
from unleash.evaluation.comparison import compared
from unleash.evaluation.density import density_and_coverage
from unleash.evaluation.elbo import negative_elbo
from unleash.evaluation.features import FeatureNetwork, efficientnet, features, inception
from unleash.evaluation.frechet import Moments, distance_to, frechet_distance, moments
from unleash.evaluation.names import named, pixels_shown
from unleash.evaluation.neighbours import nearest
from unleash.evaluation.reconstruction import ssim
from unleash.evaluation.samples import sample
from unleash.images.code_names import CodeName, load_names, save_names
from unleash.images.tensors import psnr
from unleash.sampling.information import measured
from unleash.scenes import Element


def test_the_frechet_distance_of_gaussians_is_the_closed_form():
    a = Moments(torch.tensor([0.0, 1.0]).double(), torch.diag(torch.tensor([4.0, 9.0]).double()))
    b = Moments(torch.tensor([3.0, 1.0]).double(), torch.diag(torch.tensor([1.0, 16.0]).double()))
    assert frechet_distance(a, b) == pytest.approx(3**2 + (2 - 1) ** 2 + (3 - 4) ** 2)


def test_the_frechet_distance_of_covariances_that_do_not_commute():
    generator = torch.Generator().manual_seed(0)
    roots = torch.randn(2, 6, 6, generator=generator).double()
    a, b = (Moments(torch.zeros(6).double(), root @ root.T) for root in roots)
    product = torch.linalg.eigvals(a.covariance @ b.covariance).real.sqrt().sum()
    expected = a.covariance.trace() + b.covariance.trace() - 2 * product
    assert frechet_distance(a, b) == pytest.approx(float(expected))
    assert frechet_distance(b, a) == pytest.approx(float(expected))


def test_fewer_pictures_than_features_do_no_harm():
    a = moments(torch.randn(20, 200, generator=torch.Generator().manual_seed(0)) + 5)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-4)
    moved = Moments(a.mean + 0.5, a.covariance)
    assert frechet_distance(a, moved) == pytest.approx(200 * 0.25, abs=1e-4)
    with pytest.raises(ValueError, match="at least 2"):
        moments(torch.zeros(1, 3))


def test_density_and_coverage_of_known_points():
    real = torch.arange(10.0)[:, None]  # with k = 1, each ball has a radius of 1 and is open
    assert density_and_coverage(real, torch.tensor([[2.5], [2.5]]), k=1) == (2.0, 0.2)
    assert density_and_coverage(real, torch.tensor([[100.0]]), k=1) == (0.0, 0.0)
    assert density_and_coverage(real, real + 0.5, k=1) == (pytest.approx(1.9), 1.0)
    with pytest.raises(ValueError, match="more than 10"):
        density_and_coverage(real, real, k=10)


def test_two_sets_drawn_alike_have_density_one_and_the_papers_coverage():
    points = torch.randn(2, 600, 4, generator=torch.Generator().manual_seed(0))
    density, coverage = density_and_coverage(*points)
    assert density == pytest.approx(1, abs=0.1)
    assert coverage == pytest.approx(1 - 0.5**5, abs=0.03)


def test_equal_pictures_have_a_similarity_of_one_and_constant_ones_what_the_formula_says():
    images = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert ssim(images, images).tolist() == pytest.approx([1, 1])
    dark = torch.full((1, 3, 16, 16), 0.01)
    expected = (2 * 0.01 * 0.03 + 1e-4) / (0.01**2 + 0.03**2 + 1e-4)
    assert float(ssim(dark, dark + 0.02)) == pytest.approx(expected, abs=1e-4)


def test_the_similarity_in_one_window_is_the_formula_in_numpy():
    x, y = np.random.default_rng(0).random((2, 11, 11))
    line = np.exp(-((np.arange(11) - 5) ** 2) / 4.5)
    weights = np.outer(line, line) / line.sum() ** 2
    mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
    variance_x, variance_y = (weights * (x - mean_x) ** 2).sum(), (weights * (y - mean_y) ** 2).sum()
    covariance = (weights * (x - mean_x) * (y - mean_y)).sum()
    expected = (2 * mean_x * mean_y + 1e-4) * (2 * covariance + 9e-4)
    expected /= (mean_x**2 + mean_y**2 + 1e-4) * (variance_x + variance_y + 9e-4)
    found = ssim(*(torch.from_numpy(z)[None, None].float() for z in (x, y)))
    assert float(found) == pytest.approx(expected, abs=1e-5)
    with pytest.raises(ValueError, match="11"):
        ssim(torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8))


def test_an_error_of_a_tenth_is_twenty_decibels():
    images = torch.full((1, 3, 4, 4), 0.5)
    assert float(psnr(images + 0.1, images)) == pytest.approx(20, abs=1e-3)


def test_a_model_that_knows_nothing_pays_log_k_and_one_that_knows_all_nothing():
    model = BidirectionalTransformer(16, 16, 32, 1, 2).eval()
    scheduler = AbsorbingDiffusionScheduler(codebook_size=16)
    codes = torch.zeros(8, 16, 16, dtype=torch.long)
    generator = torch.Generator().manual_seed(0)
    torch.nn.init.zeros_(model.head.weight)
    nats = negative_elbo(model, scheduler, codes, None, 32, generator)
    assert nats.shape == (8,)
    assert float(nats.mean()) / 256 / math.log(2) == pytest.approx(4, rel=0.03)
    torch.nn.init.ones_(model.norm.bias)
    model.head.weight.data[0] = 1.0
    torch.nn.init.zeros_(model.norm.weight)
    assert float(negative_elbo(model, scheduler, codes, None, 4, generator).max()) < 1e-3 * 256


def test_the_bound_weighs_masked_cells_by_what_is_masked(monkeypatch):
    model = BidirectionalTransformer(2, 2, 32, 1, 2).eval()
    torch.nn.init.zeros_(model.head.weight)
    scheduler = AbsorbingDiffusionScheduler(codebook_size=2, num_train_timesteps=4)
    seen = []

    def one_masked(codes, t, _generator):
        seen.extend(t.tolist())
        return codes.index_fill(2, torch.tensor([0]), 2).index_fill(1, torch.tensor([0]), 0)

    monkeypatch.setattr(scheduler, "add_noise", one_masked)
    codes = torch.zeros(1, 2, 2, dtype=torch.long)
    nats = negative_elbo(model, scheduler, codes, None, 4, torch.Generator().manual_seed(0))
    assert seen == [1, 2, 3, 4]  # one from each quarter
    assert float(nats) == pytest.approx(math.log(2) * (1 + 1 / 2 + 1 / 3 + 1 / 4))


def test_the_nearest_come_first():
    distances, indices = nearest(torch.tensor([[0.0]]), torch.tensor([[5.0], [1.0], [-2.0]]), 2)
    assert distances.tolist() == [[1, 2]]
    assert indices.tolist() == [[1, 2]]


def test_codes_are_named_after_most_of_their_pixels():
    elements = torch.full((1, 4, 4), Element.SKY, dtype=torch.uint8)
    elements[0, 2:, :2] = Element.ROOF
    elements[0, 3, 1] = Element.TOWER
    elements[0, 2:, 2:] = Element.WINDOW
    codes = torch.tensor([[[2, 2], [0, 2]]])
    pixels = pixels_shown(codes, elements, 4)
    assert pixels.sum(1).tolist() == [4, 0, 12, 0]
    assert named(pixels) == (CodeName("roof", 0.75), None, CodeName("sky", 0.6667), None)


def test_names_are_read_as_they_were_written(tmp_path):
    assert load_names(tmp_path, 2) == ()
    (tmp_path / "vqgan").mkdir()
    path = save_names((CodeName("sky", 0.5), None), tmp_path)
    assert json.loads(path.read_text()) == [{"name": "sky", "share": 0.5}, None]
    assert load_names(tmp_path, 2) == (CodeName("sky", 0.5), None)
    with pytest.raises(ValueError, match="names 2 codes; the codebook has 3"):
        load_names(tmp_path, 3)
    for wrong in ("{", "3", '["sky"]', '[{"name": "sky"}]', '[{"name": "sky", "share": 2}]'):
        path.write_text(wrong)
        with pytest.raises(ValueError, match=r"names\.json is not a valid list"):
            load_names(tmp_path, 1)


def test_imagenet_features_tell_pictures_apart_and_batches_do_not_matter():
    network = efficientnet()
    pictures = torch.randint(0, 256, (10, 3, 32, 32), generator=torch.Generator().manual_seed(0)).byte()
    found = features(network, pictures)
    assert found.shape == (10, 1280)
    assert torch.allclose(features(network, pictures[9:])[0], found[9], atol=1e-3)
    assert (found[0] - found[1]).norm() > 1


def test_sample_i_has_seed_i_and_the_labels_take_turns(pipe):
    asked = []

    class Recorded:
        labels = pipe.labels

        def __call__(self, **arguments):
            settings = arguments["settings"]
            asked.append((settings.seed, settings.label, settings.steps))
            return pipe(**arguments)

    pictures = [sample(Recorded(), Settings(steps=2), i) for i in range(3)]
    assert asked == [(0, "day", 2), (1, "night", 2), (2, "day", 2)]
    assert pictures[0].shape == (3, 32, 32)
    assert pictures[0].dtype == torch.uint8


# -- the commands ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(pipe, tmp_path_factory):
    """A folder with the tiny pipeline, and beside it one of 16 pictures and a file that is none."""
    folder = tmp_path_factory.mktemp("evaluation")
    pipe.save_pretrained(folder / "model")
    (folder / "data").mkdir()
    for seed in range(16):
        noise = np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / "data" / f"{seed:02}.png")
    (folder / "data" / "notes.txt").write_text("not a picture")
    return folder / "model"


@pytest.fixture(autouse=True)
def _quick(tmp_path, monkeypatch):
    """Elsewhere, and with features that cost nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def corners(pictures):
        return pictures[:, :, ::16, ::16].flatten(1).float()

    monkeypatch.setattr(
        "unleash.evaluation.features.efficientnet", lambda: FeatureNetwork("corners", corners)
    )


def run(*arguments):
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(*arguments):
    """The one line that is said about arguments that are wrong."""
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)])
    assert result.exit_code == 2
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("unleash: ")]
    return line


def written(section):
    return json.loads(Path("runs/evaluation/report.json").read_text())["sections"][section]


def figures(section):
    return {figure["name"]: figure["value"] for figure in written(section)["figures"]}


def test_a_distance_of_few_pictures_is_the_same_by_smaller_matrices():
    generator = torch.Generator().manual_seed(0)
    reference = moments(torch.randn(300, 20, generator=generator))
    for count in (2, 15, 90):
        found = torch.randn(count, 20, generator=generator) * 1.5 + 0.3
        expected = frechet_distance(reference, moments(found))
        assert distance_to(reference, found) == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="at least 2"):
        distance_to(reference, torch.zeros(1, 20))


def test_the_error_of_a_difference_is_what_chance_does_to_it():
    """Over many draws of seeds, differences scatter as much as each one says of itself."""
    generator = torch.Generator().manual_seed(0)
    reference = moments(torch.randn(4000, 3, generator=generator))
    differences, errors = [], []
    for _ in range(120):
        one = torch.randn(160, 3, generator=generator)
        other = one * 1.2 + 0.5 * torch.randn(160, 3, generator=generator) + 0.2
        _, row = compared(reference, {"one": one, "other": other})
        differences.append(row.difference)
        errors.append(row.error)
    assert np.mean(errors) == pytest.approx(np.std(differences), rel=0.25)


def test_a_variant_does_not_differ_from_itself():
    found = torch.randn(64, 5, generator=torch.Generator().manual_seed(0))
    first, again = compared(moments(found + 1), {"one": found, "the same": found})
    assert (first.difference, again.difference, again.error) == (0, 0, 0)


def test_settings_are_compared_on_the_same_seeds_and_resumed(model, monkeypatch):
    painted = []
    paint = comparison.sample
    monkeypatch.setattr(
        comparison,
        "sample",
        lambda *given: painted.append((given[1].correction_order, given[2])) or paint(*given),
    )
    data = ("--data", model.parent / "data", "--reference", 16, "--steps", 2)
    variants = ("--variant", "correction_order=confidence,correction=0.5", "--variant", "temperature=5")
    run("compare", "--model", model, *data, "--count", 32, *variants)
    assert len(painted) == 3 * 32
    assert sorted({seed for _, seed in painted}) == list(range(32))
    names = list(figures("compare"))
    assert names[0] == "defaults, 2 steps"
    assert names[2] == "temperature=5, 2 steps"
    painted.clear()
    text = run("compare", "--model", model, *data, "--count", 40, *variants[:2])
    assert sorted(seed for _, seed in painted) == sorted([*range(32, 40)] * 2)
    assert "from that of defaults, 2 steps" in text
    assert "expected NAME=VALUE, such as" in refused(
        "compare", "--model", model, *data, "--variant", "confidence"
    )
    assert "correction_order" in refused(
        "compare", "--model", model, *data, "--variant", "correction_order=up"
    )


def test_the_curve_of_a_model_is_saved_with_it_and_its_schedule_there(pipe):
    pipe.save_pretrained("model")
    assert "no curve" in refused("defaults", "--model", "model", "--schedule", "information")
    run("information", "--model", "model", "--count", 2)
    assert len(figures("information")) == 16
    again = UnleashPipeline.from_pretrained("model")
    curve = again.scheduler.config["information"]
    assert list(figures("information").values()) == list(curve)
    assert all(nats > 0 for nats in curve)
    again.set_progress_bar_config(disable=True)
    assert not again(schedule="information").canvases[0].unknown.any()
    run("defaults", "--model", "model", "--schedule", "information", "--correction-order", "confidence")
    defaults = UnleashPipeline.from_pretrained("model").defaults
    assert (defaults.schedule, defaults.correction_order) == ("information", "confidence")
    assert "correction_order" in refused("defaults", "--model", "model", "--correction-order", "up")


def test_the_curve_is_the_nats_of_masked_cells_by_their_share():
    """A model that knows a cell's code the better, the more cells it sees."""
    codes = torch.arange(64).view(1, 8, 8) % 7

    def ask(tokens, _):
        seen = (tokens != 7).float().mean()
        return torch.nn.functional.one_hot(codes.flatten(1), 7) * (1 + 4 * seen)

    curve = measured(ask, [(codes, None)] * 3, 7, torch.Generator().manual_seed(0), bins=4)
    seen = [1 - share for share in (1 / 8, 3 / 8, 5 / 8, 7 / 8)]
    assert curve == pytest.approx([math.log(1 + 6 * math.exp(-(1 + 4 * s))) for s in seen], abs=1e-3)
    with pytest.raises(ValueError, match="at least one picture"):
        measured(ask, [], 7, torch.Generator())


def test_the_three_distances_stand_beside_each_other(model):
    data = ("--data", model.parent / "data")
    text = run("samples", "--model", model, "--count", 8, *data, "--steps", 2, "--guidance", 3)
    found = figures("samples")
    assert list(found)[:3] == ["FD, samples", "FD, reconstructions", "FD, other pictures"]
    assert all(value > 0 for value in list(found.values())[:3])
    assert found["FD, other pictures"] < found["FD, samples"]
    apart = ["density", "coverage", "density beside reconstructions", "coverage beside reconstructions"]
    assert list(found)[3:] == apart
    assert 0 <= found["coverage"] <= found["coverage beside reconstructions"] <= 1
    assert written("samples")["settings"]["guidance"] == 3
    assert "corners" in text
    assert "has only 16" in refused("samples", "--model", model, "--count", 9, *data)


def test_sections_add_up_to_a_report(model):
    data = ("--data", model.parent / "data")
    assert "run a measurement first" in refused("report")
    run("reconstruction", "--model", model, "--count", 16, *data)
    run("elbo", "--model", model, "--count", 16, *data, "--draws", 2)
    assert 5 < figures("reconstruction")["PSNR"] < 60
    assert -1 < figures("reconstruction")["SSIM"] < 1
    bits = figures("elbo")
    assert bits["bits per dimension"] == pytest.approx(bits["bits per token"] * 16 / (3 * 32 * 32))
    Path("runs/evaluation/report.md").unlink()
    run("report")
    text = Path("runs/evaluation/report.md").read_text()
    assert "## Reconstruction" in text
    assert "## Likelihood of the codes" in text


def test_drawn_scenes_serve_where_no_folder_is_named(model):
    run("elbo", "--model", model, "--count", 2, "--draws", 1)
    assert written("elbo")["settings"]["pictures"] == "drawn held-out scenes"


def test_neighbours_are_a_sheet(model):
    data = ("--data", model.parent / "data")
    rows = ("--rows", 2, "--k", 3, "--steps", 2)
    run("neighbours", "--model", model, "--count", 16, *data, *rows)
    with Image.open("runs/evaluation/neighbours.png") as sheet:
        assert sheet.size == (4 * 32, 2 * 32)
    assert figures("neighbours")["training to training"] > 0
    assert "need at least 4 training pictures, not 3" in refused(
        "neighbours", "--model", model, "--count", 3, *data, *rows
    )


def test_the_table_goes_on_where_it_was(model, monkeypatch):
    table = ("tradeoff", "--model", model, "--count", 4, "--data", model.parent / "data")
    painted = []
    paint = tradeoff.sample
    monkeypatch.setattr(
        tradeoff,
        "sample",
        lambda *given: painted.append((given[1].reveal_order, given[1].steps)) or paint(*given),
    )
    run(*table, "--steps", 2, "--order", "halton", "--order", "random")
    assert painted == [("halton", 2)] * 4 + [("random", 2)] * 4
    painted.clear()
    text = run(*table, "--steps", 2, "--steps", 1, "--order", "halton")
    assert painted == [("halton", 1)] * 4
    assert "| order | 2 steps | 1 steps |" in text
    assert [(c["order"], c["steps"]) for c in written("tradeoff")["cells"]] == [
        ("halton", 2),
        ("random", 2),
        ("halton", 1),
    ]
    assert Path("runs/evaluation/tradeoff.png").stat().st_size > 0
    assert "other settings (guidance 1.0)" in refused(*table, "--guidance", 3)
    assert "order" in refused(*table, "--order", "spiral")


def test_a_table_may_be_of_other_seeds(model, monkeypatch):
    seeds = []
    paint = tradeoff.sample
    monkeypatch.setattr(tradeoff, "sample", lambda *given: seeds.append(given[2]) or paint(*given))
    table = ("tradeoff", "--model", model, "--count", 4, "--data", model.parent / "data", "--steps", 1)
    run(*table, "--order", "halton", "--first-seed", 96)
    assert seeds == [96, 97, 98, 99]
    assert "other settings (first seed 96)" in refused(*table, "--order", "random")


def test_a_table_that_is_stopped_keeps_what_it_has(model, monkeypatch):
    paint = tradeoff.sample

    def stopped(pipe, settings, number):
        if settings.reveal_order == "raster":
            raise KeyboardInterrupt
        return paint(pipe, settings, number)

    monkeypatch.setattr(tradeoff, "sample", stopped)
    arguments = ["--model", model, "--count", 2, "--data", model.parent / "data", "--steps", 1]
    asked = ["evaluate", "tradeoff", *arguments, "--order", "random", "--order", "raster"]
    CliRunner().invoke(app, [str(argument) for argument in asked])
    assert [cell["order"] for cell in written("tradeoff")["cells"]] == ["random"]


def test_names_are_saved_with_the_model(pipe):
    pipe.save_pretrained("model")
    text = run("names", "--model", "model", "--count", 2)
    assert "names.json" in text
    names = load_names(Path("model"), 16)
    assert {name.name for name in names if name} <= {element.name.lower() for element in Element}
    assert any(names)
    run("reconstruction", "--model", "model", "--count", 2)  # which still loads


@pytest.mark.filterwarnings("ignore:.*torch.jit")
@pytest.mark.parametrize("wrong", ["missing.pt", "text.pt", "other.pt"])
def test_an_inception_that_is_none_is_refused(model, wrong):
    Path("text.pt").write_text("no network")
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), "other.pt")
    assert wrong in refused("samples", "--model", model, "--count", 6, "--inception", wrong)


class Every16thPixel(torch.nn.Module):
    """Is called as Inception is."""

    def forward(self, images: torch.Tensor, return_features: bool = False) -> torch.Tensor:
        assert return_features
        return images[:, :, ::16, ::16].float().flatten(1)


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_an_inception_is_named_in_the_report(model):
    torch.jit.save(torch.jit.script(Every16thPixel()), "inception.pt")
    data = ("--data", model.parent / "data", "--inception", "inception.pt")
    run("samples", "--model", model, "--count", 6, *data, "--steps", 1)
    assert written("samples")["settings"]["features"] == "inception.pt (48 features)"


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_an_inception_is_fetched_once_from_an_address(monkeypatch):
    monkeypatch.setenv("TORCH_HOME", "kept")
    torch.jit.save(torch.jit.script(Every16thPixel()), "inception.pt")
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(ValueError, match="could not be downloaded"):
            inception(f"{address}/missing.pt")
        assert inception(f"{address}/inception.pt").name == "inception.pt (48 features)"
        server.shutdown()
    assert inception(f"{address}/inception.pt").name == "inception.pt (48 features)"


def test_what_is_no_report_or_no_folder_of_pictures_is_refused(model):
    assert "nowhere is not a folder" in refused("elbo", "--model", model, "--data", "nowhere")
    Path("empty").mkdir()
    assert "no picture in empty" in refused("elbo", "--model", model, "--data", "empty")
    Path("runs/evaluation").mkdir(parents=True)
    Path("runs/evaluation/report.json").write_text("{}]")
    assert "is not a valid report" in refused("elbo", "--model", model)
