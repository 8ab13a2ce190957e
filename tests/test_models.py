"""The two networks: shapes, ranges and what they refuse."""

import pytest
import torch

from unleash import VQGAN, BidirectionalTransformer

CODES = 16


@pytest.fixture(scope="module")
def vqgan():
    torch.manual_seed(0)
    return VQGAN(
        image_size=32,
        channels=32,
        channel_mult=(1, 2),
        num_res_blocks=1,
        attn_resolutions=(16,),
        emb_dim=8,
        codebook_size=CODES,
        patch_size=1,
    ).eval()


@pytest.fixture(scope="module")
def transformer():
    torch.manual_seed(0)
    model = BidirectionalTransformer(CODES, 4, 32, 2, 4, label_names=("day", "night")).eval()
    for weights in model.parameters():
        torch.nn.init.normal_(weights, std=0.2)
    return model


@torch.no_grad()
@pytest.mark.parametrize("size", [(32, 32), (16, 48)])
def test_pictures_to_codes_and_back(vqgan, size):
    codes = vqgan.encode(torch.rand(2, 3, *size))
    assert codes.shape == (2, size[0] // 2, size[1] // 2)
    assert codes.dtype == torch.long
    assert 0 <= codes.min() <= codes.max() < CODES
    images = vqgan.decode(codes)
    assert images.shape == (2, 3, *size)
    assert 0 <= images.min() <= images.max() <= 1


@torch.no_grad()
def test_every_patch_size_makes_the_same_shapes():
    folded = VQGAN(32, 32, (1, 1), 1, (), 8, CODES, patch_size=4, unit_codes=True)
    assert folded.cell_size == 8
    codes = folded.encode(torch.rand(1, 3, 32, 32))
    assert codes.shape == (1, 4, 4)
    assert folded.decode(codes).shape == (1, 3, 32, 32)


@torch.no_grad()
def test_unit_codes_have_length_one():
    model = VQGAN(32, 32, (1, 1), 1, (), 8, CODES, patch_size=4, unit_codes=True)
    lengths = model.quantizer.embedding.weight.norm(dim=1)
    torch.testing.assert_close(lengths, torch.ones(CODES))
    torch.testing.assert_close(model.latents(torch.rand(1, 3, 32, 32)).norm(dim=1), torch.ones(1, 4, 4))


@torch.no_grad()
def test_a_code_is_the_nearest_vector(vqgan):
    z = torch.randn(2, 8, 3, 5)
    book = vqgan.quantizer.embedding.weight
    distances = (z.movedim(1, -1)[..., None, :] - book).square().sum(-1)
    assert torch.equal(vqgan.quantizer(z), distances.argmin(-1))
    codes = torch.arange(CODES).view(1, 4, 4)
    assert torch.equal(vqgan.quantizer(vqgan.quantizer.vectors(codes)), codes)


@torch.no_grad()
def test_attention_stands_where_the_configuration_says():
    kinds = [
        [type(b).__name__ for b in VQGAN(32, 32, (1, 1), 1, side, 8, CODES).encoder.blocks]
        for side in ((), (32,))
    ]
    assert [kind.count("AttnBlock") for kind in kinds] == [1, 2]
    assert kinds[1].index("AttnBlock") < kinds[1].index("Downsample")


@pytest.mark.parametrize("shape", [(1, 3, 33, 32), (3, 32, 32), (1, 1, 32, 32)])
def test_pictures_of_a_wrong_shape(vqgan, shape):
    with pytest.raises(ValueError, match="H and W multiples of 2"):
        vqgan.encode(torch.zeros(shape))


@pytest.mark.parametrize("codes", [[[[CODES]]], [[[-1]]], [[0]], [[[]]]])
def test_no_codes_of_the_codebook(vqgan, codes):
    with pytest.raises(ValueError, match="whole numbers from 0 to 15"):
        vqgan.decode(torch.tensor(codes, dtype=torch.long))


@torch.no_grad()
def test_every_cell_sees_every_other(transformer):
    blank = torch.full((1, 4, 4), CODES)
    logits = transformer(blank)
    assert logits.shape == (1, 16, CODES)
    for cell in (0, 15):
        known = blank.clone()
        known.view(-1)[cell] = 3
        moved = (transformer(known) - logits).abs().amax(-1)[0]
        assert (moved > 1e-4).all()


@torch.no_grad()
def test_images_of_a_batch_do_not_meet(transformer):
    tokens = torch.randint(0, CODES + 1, (3, 16))
    alone = torch.cat([transformer(row[None]) for row in tokens])
    torch.testing.assert_close(transformer(tokens), alone, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_labels_matter_and_none_is_the_last(transformer):
    tokens = torch.full((1, 16), CODES)
    day, night, none = (transformer(tokens, torch.tensor([i])) for i in range(3))
    assert not torch.allclose(day, night)
    assert not torch.allclose(day, none)
    assert torch.equal(transformer(tokens), none)


def test_tokens_and_labels_that_cannot_be(transformer):
    for token in (-1, CODES + 1):
        with pytest.raises(ValueError, match="from 0 to 15, or the mask token 16"):
            transformer(torch.full((1, 16), token))
    with pytest.raises(ValueError, match="25 cells; this transformer has 16 positions"):
        transformer(torch.zeros(1, 5, 5, dtype=torch.long))
    unlabelled = BidirectionalTransformer(CODES, 4, 32, 1, 4)
    with pytest.raises(ValueError, match="without labels"):
        unlabelled(torch.zeros(1, 16, dtype=torch.long), torch.tensor([0]))


@torch.no_grad()
def test_saved_and_loaded_they_are_the_same(vqgan, transformer, tmp_path):
    codes = torch.randint(0, CODES, (1, 4, 4))
    vqgan.save_pretrained(tmp_path / "vqgan")
    assert torch.equal(VQGAN.from_pretrained(tmp_path / "vqgan").decode(codes), vqgan.decode(codes))
    transformer.save_pretrained(tmp_path / "transformer")
    loaded = BidirectionalTransformer.from_pretrained(tmp_path / "transformer")
    assert torch.equal(loaded(codes), transformer(codes))
    assert tuple(loaded.config.label_names) == ("day", "night")
