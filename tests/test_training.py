"""Training: small runs from end to end, and the pieces they are made of."""

import json
import math
import shutil

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from unleash import VQGAN, BidirectionalTransformer, UnleashPipeline
from unleash.images.tensors import chw
from unleash.models.families.absorbing.vqgan import Quantizer
from unleash.models.usage import perplexity
from unleash.sampling.orders import halton_ranks
from unleash.scenes.splits import FIRST_TRAINING_SEED, held_out_scene, training_scene
from unleash.training.bundle import bundle, score
from unleash.training.clock import Clock
from unleash.training.crops import detailed_crops
from unleash.training.discriminator import PatchDiscriminator, adaptive_weight, discriminator_loss
from unleash.training.learning_rate import warmup_stable_decay
from unleash.training.linear import start_from_principal_components
from unleash.training.objective import cell_weights, corrupted, mask_codes, mask_regions, masked_loss
from unleash.training.prior_trainer import PriorRun, train_prior
from unleash.training.quantizer import EMACodebook, GumbelCodebook, annealed
from unleash.training.run import read_run
from unleash.training.sheets import save_samples
from unleash.training.sources import DrawnScenes
from unleash.training.translate import together, translated
from unleash.training.vqgan_trainer import CODEBOOK, VQGANRun, train_vqgan
from unleash.training.warm import warm_started

TINY = {
    "channels": 32,
    "channel_mult": (1, 1),
    "num_res_blocks": 1,
    "attn_resolutions": (),
    "emb_dim": 4,
    "codebook_size": 16,
    "patch_size": 8,
    "unit_codes": True,
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a VQGAN and a prior that were trained for a few steps, stopped and resumed."""
    out = tmp_path_factory.mktemp("runs")
    run = VQGANRun(model=TINY, batch_size=1, crop=64, autoencoder_steps=1, checkpoint_every=2, steps=2)
    train_vqgan(run, out / "vqgan")
    train_vqgan(run.model_copy(update={"steps": 3, "discriminator_start": 2, "log_every": 1}), out / "vqgan")
    small = {"width": 32, "num_layers": 1, "num_heads": 2}
    prior = PriorRun(
        vqgan=out / "vqgan" / "vqgan", model=small, pictures=16, steps=2, batch_size=8, checkpoint_every=2
    )
    train_prior(prior, out / "prior")
    train_prior(prior.model_copy(update={"steps": 3}), out / "prior")
    return out


def test_a_resumed_training_goes_on_where_it_was(trained):
    sheets = [path.name for path in sorted((trained / "vqgan").glob("sheet-*.png"))]
    assert sheets == ["sheet-000002.png", "sheet-000003.png"]
    state = torch.load(trained / "prior" / "checkpoint" / "custom_checkpoint_1.pkl", weights_only=True)
    assert state["step"] == 3


def test_a_training_leaves_sheets_and_logs(trained):
    assert Image.open(trained / "prior" / "samples-000003.png").size == (8 * 128, 128)
    assert list((trained / "vqgan" / "logs").rglob("events.out.tfevents.*"))


def test_the_trained_networks_bundle_into_a_model_that_is_scored(trained, tmp_path):
    bundle(trained / "vqgan" / "vqgan", trained / "prior" / "transformer", tmp_path / "model")
    kept = {path.name for path in (tmp_path / "model" / "training").iterdir()}
    assert kept == {"vqgan.yaml", "prior.yaml"}
    assert read_run(PriorRun, tmp_path / "model" / "training" / "prior.yaml").batch_size == 8
    assert not any(str(trained) in path.read_text() for path in (tmp_path / "model").rglob("*.json"))
    pipe = UnleashPipeline.from_pretrained(tmp_path / "model")
    assert pipe.labels[0] == "church-day"
    scores = score(pipe, DrawnScenes(pipe.vqgan.config["image_size"]), 16)
    assert 0 < scores.codes_used <= 1
    assert 1 <= scores.perplexity <= 16
    assert 5 < scores.psnr < 60
    assert 0 < scores.nats < 2 * math.log(16)
    assert 0 < scores.region_nats < 2 * math.log(16)
    assert scores.region_nats != scores.nats
    save_samples(pipe, tmp_path / "samples.png", rows=1)
    assert Image.open(tmp_path / "samples.png").size == (8 * 128, 128)


def test_frozen_codes_keep_their_meaning(trained, tmp_path):
    start = trained / "vqgan" / "vqgan"
    run = VQGANRun(warm_start=start, freeze_codes=True, steps=2, batch_size=1, crop=64)
    train_vqgan(run, tmp_path)
    before, after = VQGAN.from_pretrained(start), VQGAN.from_pretrained(tmp_path / "vqgan")
    images = torch.rand(1, 3, 64, 64)
    assert torch.equal(before.encode(images), after.encode(images))
    assert not torch.equal(before.pixels(before.latents(images)), after.pixels(after.latents(images)))


def test_the_linear_path_starts_as_the_best_linear_autoencoder():
    vqgan = VQGAN(**TINY | {"unit_codes": False, "linear_path": True, "emb_dim": 24, "patch_size": 4})
    pictures = [held_out_scene(i).picture for i in range(8)]
    start_from_principal_components(vqgan, pictures)
    images = torch.stack([chw(picture) for picture in pictures]).float() / 255
    with torch.no_grad():
        error = (vqgan.pixels(vqgan.latents(images)) - images).square().mean()
    assert float(error) < 0.1 * float(images.var())
    with pytest.raises(ValueError, match="linear_path"):
        start_from_principal_components(VQGAN(**TINY), pictures)


def test_training_scenes_are_never_held_out():
    assert training_scene(0).seed == FIRST_TRAINING_SEED
    assert held_out_scene(8 * FIRST_TRAINING_SEED - 1).seed < FIRST_TRAINING_SEED


def test_crops_prefer_detail():
    picture = torch.zeros(1, 3, 256, 256, dtype=torch.uint8)
    picture[..., 128:] = torch.randint(0, 256, (1, 3, 256, 128), dtype=torch.uint8)
    crops = detailed_crops(picture, 128, 64, torch.Generator().manual_seed(0))
    assert crops.shape == (64, 3, 128, 128)
    assert crops.max() <= 1
    share = (crops[:, :, ::2, ::2].diff().abs().mean((1, 2, 3)) > 0.15).float().mean()
    assert share > 0.6  # half of all places have less


def test_kmeans_finds_clusters_and_the_running_mean_follows_them():
    torch.manual_seed(0)
    centres = F.normalize(torch.randn(4, 8))
    latents = F.normalize(centres.repeat(64, 1) + 0.01 * torch.randn(256, 8))
    codebook = EMACodebook(Quantizer(4, 8, unit_codes=True), unit_codes=True, decay=0.5)
    codebook.start_from(latents)
    moved = F.normalize(latents + 0.2)
    for _ in range(20):
        _, _, codes = codebook(moved[:, :, None, None])
        codebook.update(moved[:, :, None, None], codes)
    assert codes.unique().numel() >= 3
    _, commitment, _ = codebook(moved[:, :, None, None])
    assert commitment < 0.02


def test_dead_codes_are_revived():
    torch.manual_seed(0)
    codebook = EMACodebook(Quantizer(8, 4, unit_codes=False), unit_codes=False, decay=0.5)
    codebook.quantizer.embedding.weight.data.fill_(100.0)
    codebook.sums.fill_(100.0)
    z = torch.randn(1, 4, 8, 8)
    for _ in range(30):
        codebook.update(z, codebook(z)[2])
    assert codebook(z)[2].unique().numel() > 4


def test_the_gumbel_quantiser_learns_codes_that_are_encoded_by_nearest_ones():
    torch.manual_seed(0)
    quantizer = Quantizer(16, 4, unit_codes=False)
    codebook = GumbelCodebook(quantizer, unit_codes=False)
    latents = 3 * torch.randn(2, 4, 4, 4)
    optimizer = torch.optim.Adam(codebook.parameters(), 0.05)
    codebook.start_from(latents.movedim(1, -1).flatten(0, 2))
    before = quantizer.embedding.weight.clone()
    errors = []
    for step in range(100):
        codebook.temperature = annealed(step / 100)
        vectors, divergence, _ = codebook(latents)
        error = F.mse_loss(vectors, latents)
        (error + 1e-3 * divergence).backward()
        optimizer.step()
        optimizer.zero_grad()
        errors.append(float(error.detach()))
    assert not torch.equal(before, quantizer.embedding.weight)
    assert min(errors[-10:]) < errors[0]
    codebook.temperature = 1e-3
    vectors, _, codes = codebook(latents)
    assert torch.equal(codes, quantizer(latents))
    assert torch.allclose(vectors, quantizer.vectors(codes), atol=1e-5)


def test_the_divergence_is_zero_where_all_codes_are_as_likely():
    codebook = GumbelCodebook(Quantizer(8, 4, unit_codes=True), unit_codes=True)
    _, divergence, _ = codebook(torch.zeros(1, 4, 2, 2))
    assert float(divergence.detach()) == pytest.approx(0, abs=1e-5)


def test_the_quantiser_passes_gradients_straight_through():
    z = torch.randn(1, 4, 2, 2, requires_grad=True)
    vectors, _, _ = EMACodebook(Quantizer(8, 4, unit_codes=False), unit_codes=False)(z)
    vectors.sum().backward()
    assert torch.equal(z.grad, torch.ones_like(z))


def test_perplexity_counts_equally_frequent_codes():
    assert perplexity(torch.arange(10), 16) == pytest.approx(10)
    assert perplexity(torch.zeros(10, dtype=torch.long), 16) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["mlm", "elbo"])
def test_ignorance_costs_log_k(kind):
    codes = torch.randint(0, 16, (4000, 16))
    _, masked, time = mask_codes(codes, 16, torch.Generator().manual_seed(0))
    logits = torch.zeros(int(masked.sum()), 16)
    loss = masked_loss(logits, codes[masked], cell_weights(masked, time, kind))
    assert float(loss) == pytest.approx(math.log(16), rel=0.05)


def test_the_reweighted_elbo_weighs_t_by_what_is_left():
    codes = torch.zeros(2, 4, dtype=torch.long)
    everything = torch.ones(2, 4, dtype=torch.bool)
    time = torch.tensor([0.25, 1.0])
    logits = torch.zeros(8, 16)
    loss = masked_loss(logits, codes.flatten(), cell_weights(everything, time, "reweighted_elbo"))
    assert float(loss) == pytest.approx(math.log(16) * (1.0 + 0.25) / 2, rel=1e-4)


def test_masks_have_every_size_and_at_least_one_cell():
    codes = torch.zeros(8000, 16, dtype=torch.long)
    tokens, masked, time = mask_codes(codes, 16, torch.Generator().manual_seed(0))
    assert torch.equal(tokens == 16, masked)
    assert masked.any(1).all()
    assert masked[time > 0.9].float().mean() == pytest.approx(float(time[time > 0.9].mean()), abs=0.01)
    assert masked.float().mean() == pytest.approx(17 / 32, abs=0.03)


def test_masked_regions_are_rectangles_that_the_halton_order_has_begun_to_fill():
    codes = torch.zeros(2000, 64, dtype=torch.long)
    tokens, masked, time = mask_regions(codes, 16, torch.Generator().manual_seed(0))
    assert torch.equal(tokens == 16, masked)
    assert torch.equal(masked.sum(1), (time * 64).round().long())
    assert masked.any(0).all()
    assert masked.any(1).all()
    ranks = halton_ranks(8, 8)
    whole = 0
    for cells in masked:
        rows, cols = torch.where(cells.view(8, 8))
        box = torch.zeros(8, 8, dtype=torch.bool)
        box[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1] = True
        late = ranks >= ranks[cells].min()
        assert torch.equal(cells, box.flatten() & late)
        whole += torch.equal(cells, late)
    assert 900 < whole < 1500  # half by design, and small regions by chance


def test_a_share_of_the_masks_is_of_regions():
    codes = torch.zeros(4000, 64, dtype=torch.long)
    known = {}
    for share in (0.0, 0.5, 1.0):
        tokens, masked, _ = corrupted(codes, 16, False, torch.Generator().manual_seed(0), share)
        assert torch.equal(tokens == 16, masked)
        known[share] = (~masked).float().mean()
    assert known[1.0] - known[0.0] > 0.1  # most rectangles are smaller than the grid
    assert known[0.5] == pytest.approx(float(known[0.0] + known[1.0]) / 2, abs=0.02)


def test_the_prior_learns_what_is_always_the_same():
    torch.manual_seed(0)
    model = BidirectionalTransformer(16, 4, 32, 1, 2)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    codes, generator = torch.arange(16).repeat(8, 1), torch.Generator().manual_seed(0)
    for _ in range(60):
        tokens, masked, time = mask_codes(codes, 16, generator)
        loss = masked_loss(model(tokens, cells=masked), codes[masked], cell_weights(masked, time, "mlm"))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert float(loss.detach()) < 0.2


def test_the_hinge_is_satisfied_beyond_the_margin():
    far = torch.full((4,), 2.0)
    assert discriminator_loss([torch.cat([far, -far])]) == 0
    assert discriminator_loss([torch.cat([-far, far])]) == 3
    assert discriminator_loss([torch.cat([far, -far]), torch.cat([-far, far])]) == 1.5


def test_the_discriminator_soon_tells_blurred_pictures_from_sharp_ones():
    torch.manual_seed(0)
    scenes = DrawnScenes(128)
    sharp = torch.stack([scenes[position][0] for position in range(16)]).float() / 255
    blurred = F.avg_pool2d(F.pad(sharp, (1, 1, 1, 1), mode="replicate"), 3, 1)
    network = PatchDiscriminator(channels=16)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, betas=(0.5, 0.9))
    losses = []
    for _ in range(60):
        chosen = torch.randperm(16)[:4]
        loss = discriminator_loss([network(torch.cat([sharp[chosen], blurred[chosen]]))])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert sum(losses[-10:]) / 10 < 0.75  # 1 if it knows nothing
    spoiled = sharp[:1].clone()
    spoiled[..., -8:, :8] = 5
    assert torch.allclose(network(spoiled)[..., :12, 4:], network(sharp[:1])[..., :12, 4:], atol=1e-3)


def test_the_adaptive_weight_balances_gradients():
    weight = adaptive_weight(4 * torch.ones(3), 2 * torch.ones(3))
    assert float(weight) == pytest.approx(2, rel=1e-3)


def test_the_learning_rate_rises_stays_and_falls_to_zero():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    clock = Clock(1000)
    rate = warmup_stable_decay(optimizer, clock, 0.25, warmup=10)
    seen = []
    for _ in range(1001):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        clock.step += 1
        rate.step()
    assert seen[0] == pytest.approx(0.1)
    assert set(seen[10:750]) == {1.0}
    assert seen[875] == pytest.approx(0.5)
    assert seen[1000] == 0


def test_a_warm_start_keeps_what_fits_and_makes_the_rest_anew(trained, tmp_path):
    start = trained / "vqgan" / "vqgan"
    changes = {"codebook_size": 24, "decoder_shape": {"num_res_blocks": 2}}
    vqgan, new = warm_started(VQGAN, start, changes)
    before = VQGAN.from_pretrained(start)
    assert vqgan.config.codebook_size == 24
    assert CODEBOOK in new
    assert not any(name.startswith("encoder.") for name in new)
    assert torch.equal(vqgan.encoder.blocks[0].weight, before.encoder.blocks[0].weight)
    weights = {name: tensor for name, tensor in vqgan.state_dict().items() if name.endswith("conv1.weight")}
    assert new & set(weights)
    assert all(0.01 < tensor.std() < 1 for tensor in weights.values())
    run = VQGANRun(warm_start=start, model=changes, steps=2, autoencoder_steps=1, batch_size=2, crop=64)
    train_vqgan(run, tmp_path)
    after = VQGAN.from_pretrained(tmp_path / "vqgan")
    assert after.encode(torch.rand(8, 3, 64, 64)).max() < 24
    assert after.config.decoder_shape == changes["decoder_shape"]


def test_a_warm_start_changes_what_an_older_config_lacks(trained, tmp_path):
    start = shutil.copytree(trained / "vqgan" / "vqgan", tmp_path / "older")
    config = json.loads((start / "config.json").read_text())
    del config["preview_shape"]
    (start / "config.json").write_text(json.dumps(config))
    vqgan, new = warm_started(VQGAN, start, {"preview_shape": {"num_res_blocks": 2}})
    assert vqgan.details == ("preview", "full")
    assert all(name.startswith("preview_decoder.") for name in new)


def test_codes_that_are_not_there_cannot_be_frozen(tmp_path):
    with pytest.raises(ValueError, match="warm_start"):
        train_vqgan(VQGANRun(model=TINY, freeze_codes=True, steps=1), tmp_path)


def test_a_prior_says_the_same_of_codes_that_only_changed_their_numbers():
    torch.manual_seed(0)
    prior = BidirectionalTransformer(16, 4, 32, 1, 2, ("day", "night")).eval()
    old = torch.randperm(16)  # the old number of each new code
    counts = 1000 * torch.nn.functional.one_hot(old, 16).float()
    after = translated(prior, counts).eval()
    tokens = torch.randint(0, 17, (2, 16))
    before = torch.cat([old, torch.tensor([16])])[tokens]  # the mask token stays the last
    with torch.no_grad():
        torch.testing.assert_close(after(tokens), prior(before)[:, :, old], atol=1e-3, rtol=0)
    assert after.config.label_names == ("day", "night")


def test_codes_that_never_occurred_begin_as_the_mean_of_those_that_did():
    prior = BidirectionalTransformer(2, 4, 32, 1, 2)
    counts = torch.tensor([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    rows = prior.head.weight
    torch.testing.assert_close(
        translated(prior, counts).head.weight[2], 0.75 * rows[0] + 0.25 * rows[1], atol=1e-5, rtol=0
    )


def test_codes_of_other_cells_cannot_be_compared():
    fine = VQGAN(**TINY | {"image_size": 64})
    coarse = VQGAN(**TINY | {"image_size": 64, "patch_size": 16})
    with pytest.raises(ValueError, match="cells per picture"):
        together(fine, coarse, [torch.zeros(1, 3, 64, 64, dtype=torch.uint8)])
