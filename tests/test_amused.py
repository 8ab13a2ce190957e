"""aMUSEd is what diffusers' own pipeline of it is, on small components with random weights."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import diffusers
import pytest
import torch

from tests.test_outline import check_outline
from unleash import Settings, TokenCanvas, UnleashPipeline
from unleash.canvas.settings import Region
from unleash.models.checkpoints import CheckpointError
from unleash.models.conversion import convert
from unleash.models.folders import describe
from unleash.sampling.codes import sample_codes
from unleash.sampling.noise import noise

transformers = pytest.importorskip("transformers")

SIDE, CODES, VOCABULARY = 6, 24, 40
PROMPT, OTHER = "a red church", "blur"
VQ_FILE = "vqvae/diffusion_pytorch_model.safetensors"
UVIT_FILE = "transformer/diffusion_pytorch_model.safetensors"


def tokenizer(folder):
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    files = str(folder / "vocab.json"), str(folder / "merges.txt")
    return transformers.CLIPTokenizer(*files, model_max_length=77), len(words)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """diffusers' pipeline; what its networks are made of has the published names and proportions."""

    torch.manual_seed(0)
    words, size = tokenizer(tmp_path_factory.mktemp("words"))
    reader = transformers.CLIPTextConfig(
        vocab_size=size,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        projection_dim=12,
        bos_token_id=size - 2,
        eos_token_id=size - 1,
        pad_token_id=size - 1,
    )
    uvit = diffusers.UVit2DModel(
        hidden_size=32,
        cond_embed_dim=12,
        micro_cond_encode_dim=8,
        micro_cond_embed_dim=40,
        encoder_hidden_size=16,
        vocab_size=VOCABULARY,
        codebook_size=CODES,
        in_channels=16,
        block_out_channels=16,
        num_res_blocks=1,
        downsample=True,
        upsample=True,
        block_num_heads=2,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        sample_size=SIDE,
    )
    vq = diffusers.VQModel(
        block_out_channels=[8] * 5,
        down_block_types=["DownEncoderBlock2D"] * 5,
        up_block_types=["UpDecoderBlock2D"] * 5,
        latent_channels=8,
        norm_num_groups=8,
        num_vq_embeddings=CODES,
        layers_per_block=1,
        mid_block_add_attention=False,
        lookup_from_codebook=True,
        sample_size=SIDE,
    )
    for weights in (*uvit.parameters(), *vq.parameters()):
        if weights.ndim > 1:  # strong enough that prompt and cells matter
            torch.nn.init.normal_(weights, std=0.3)
    text = transformers.CLIPTextModelWithProjection(reader)
    pipe = diffusers.AmusedPipeline(
        vq.eval(), words, text.eval(), uvit.eval(), diffusers.AmusedScheduler(mask_token_id=VOCABULARY - 1)
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


@pytest.fixture(scope="module")
def published(theirs, tmp_path_factory):
    """A folder as the Hub has it."""
    folder = tmp_path_factory.mktemp("published")
    theirs.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def ours(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("converted") / "model"
    convert(published / VQ_FILE, published / UVIT_FILE, folder)
    pipe = UnleashPipeline.from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def test_its_outline(ours):
    check_outline(Path(ours.config["_name_or_path"]), ours)


def test_it_opens_in_a_program_that_began_without_transformers(ours):
    code = (
        "import sys; from unleash.operations.loading import load\n"
        "load('weights/scenes'); assert 'transformers' not in sys.modules\n"
        f"pipe = load({str(ours.config['_name_or_path'])!r}); assert 'transformers' in sys.modules\n"
        f"print(pipe(prompt={PROMPT!r}, num_inference_steps=2, seed=3).canvases[0].codes.tolist())"
    )
    home = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=True)
    expected = ours(prompt=PROMPT, num_inference_steps=2, seed=3).canvases[0].codes.tolist()
    assert json.loads(done.stdout) == expected


@torch.no_grad()
def test_the_same_logits(ours, theirs):
    tokens = torch.randint(0, CODES + 1, (2, SIDE, SIDE), generator=torch.Generator().manual_seed(1))
    masked = tokens.where(tokens < CODES, VOCABULARY - 1)
    for prompt in (PROMPT, OTHER, None):
        words = theirs.tokenizer(
            prompt or "", return_tensors="pt", padding="max_length", truncation=True, max_length=77
        )
        read = theirs.text_encoder(words.input_ids, output_hidden_states=True)
        expected = theirs.transformer(
            masked,
            micro_conds=torch.tensor([[SIDE * 16.0, SIDE * 16.0, 0, 0, 6]]).expand(2, -1),
            pooled_text_emb=read.text_embeds.expand(2, -1),
            encoder_hidden_states=read.hidden_states[-2].expand(2, -1, -1),
        )
        logits = ours.logits(tokens, prompt)
        torch.testing.assert_close(logits, expected.flatten(2).transpose(1, 2), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_the_same_codes_and_pixels_of_pictures(ours, theirs):
    images = torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(2))
    codes = ours.vqgan.encode(images)
    _, _, (_, _, expected) = theirs.vqvae.quantize(theirs.vqvae.encode(images).latents)
    assert torch.equal(codes.flatten(), expected)
    pixels = theirs.vqvae.decode(codes, force_not_quantize=True, shape=(2, SIDE, SIDE, 8)).sample
    torch.testing.assert_close(ours.vqgan.decode(codes), pixels.clip(0, 1), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("negative", [None, OTHER])
def test_with_the_same_noise_its_own_pipeline_draws_the_same_codes(ours, theirs, negative, monkeypatch):
    """Its order is our confidence, with noise that falls from 2 to 0; ours is 0 at the last step likewise.

    Its counts are rounded down and ours to the nearest, which is the same for 36 cells in 5 steps.
    """
    steps, scale, seed = 5, 3.0, 7
    generator = [torch.Generator().manual_seed(seed)]
    drawn = [noise(torch.zeros(1, SIDE, SIDE, dtype=torch.long), generator) for _ in range(steps)]
    uniform, gumbel = iter([d.uniform for d in drawn]), iter([d.gumbel for d in drawn])
    monkeypatch.setattr(
        torch, "multinomial", lambda probs, *_, **__: sample_codes(probs.log(), next(uniform)[0])[:, None]
    )
    monkeypatch.setattr("diffusers.schedulers.scheduling_amused.gumbel_noise", lambda *_, **__: next(gumbel))
    expected = theirs(
        PROMPT,
        negative_prompt=negative,
        num_inference_steps=steps,
        guidance_scale=scale,
        output_type="latent",
    ).images[0]
    out = ours(
        num_inference_steps=steps,
        reveal_order="confidence",
        choice_temperature=2 * steps / (steps - 1),
        guidance_scale=scale,
        prompt=PROMPT,
        negative_prompt=negative,
        seed=seed,
    )
    assert out.canvases[0].codes.tolist() == expected.tolist()


def test_prompts_are_read_once_a_run(ours, monkeypatch):
    read, seen = ours._read_text, []
    monkeypatch.setattr(ours, "_read_text", lambda prompt: (seen.append(prompt), read(prompt))[1])
    ours(num_inference_steps=4, prompt=PROMPT, negative_prompt=OTHER)
    assert seen == [PROMPT, OTHER]
    seen.clear()
    ours(num_inference_steps=4, prompt=PROMPT, guidance_scale=1.0)
    assert seen == [PROMPT]


def test_prompts_matter_and_labels_do_not_exist(ours):
    codes = [ours(prompt=prompt, seed=1).canvases[0].codes.tolist() for prompt in (PROMPT, OTHER)]
    assert codes[0] != codes[1]
    with pytest.raises(ValueError, match="no label 'church'; it takes a prompt"):
        ours(label="church")


@torch.no_grad()
def test_regions_have_prompts_of_their_own(ours):
    """With temperature 0 and one step, every code is the likeliest under the prompt of its cell."""
    top = tuple((row, col) for row in range(2) for col in range(SIDE))
    settings = Settings(steps=1, temperature=0, prompt=PROMPT, regions=(Region(shows=OTHER, cells=top),))
    codes = ours(settings=settings).canvases[0].codes
    tokens = torch.from_numpy(ours.blank().codes)[None]
    here, there = (ours.logits(tokens, prompt)[0] for prompt in (OTHER, PROMPT))
    expected = torch.cat([here[: len(top)], there[len(top) :]]).argmax(-1)
    assert codes.flatten().tolist() == expected.tolist()
    assert ours.evaluations(settings=settings) == 2


def test_models_of_labels_take_no_prompt(pipe):
    with pytest.raises(ValueError, match="takes no prompt; its labels are day, night"):
        pipe(prompt="a church")


def test_a_grid_of_any_size_is_seen_at_once(ours):
    canvas = TokenCanvas.blank(5, 9, CODES)
    assert ours.evaluations(canvas, 3, prompt=PROMPT, guidance_scale=2.0, reveal_order="halton") == 6
    out = ours(canvas, 3, prompt=PROMPT)
    assert out.images[0].size == (9 * 16, 5 * 16)


def test_what_it_says_of_itself(ours):
    found = describe(ours.config["_name_or_path"])
    assert (found.family, found.conditioning, found.labels) == ("amused", "text", ())
    assert (found.grid_size, found.cell_size, found.codebook_size) == (SIDE, 16, CODES)
    assert ours.defaults.guidance_scale == 10.0


def test_without_transformers_one_line_says_what_to_install(ours, monkeypatch):
    monkeypatch.setattr("unleash.models.folders.find_spec", lambda _: None)
    with pytest.raises(CheckpointError, match=r'needs transformers: pip install "unleash\[text\]"'):
        UnleashPipeline.from_pretrained(ours.config["_name_or_path"])


def test_a_damaged_or_missing_text_encoder_is_named_in_one_line(ours, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(ours.config["_name_or_path"], folder)
    for spoil in (lambda part: (part / "config.json").write_text("{"), shutil.rmtree):
        spoil(folder / "text_encoder")
        with pytest.raises(CheckpointError, match="text_encoder cannot be read") as told:
            UnleashPipeline.from_pretrained(folder)
        assert "\n" not in str(told.value)


def test_its_files_alone_are_too_little(published, tmp_path):
    for name in ("vqvae", "transformer"):
        (tmp_path / name).symlink_to(published / name)
    with pytest.raises(CheckpointError, match="has no text_encoder"):
        convert(tmp_path / VQ_FILE, tmp_path / UVIT_FILE, tmp_path / "out")
