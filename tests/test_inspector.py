"""What the inspector tells of a canvas, checked against asking the model cell by cell."""

import numpy as np
import pytest
import torch

from unleash import Inspection, TokenCanvas, UnleashPipeline

CELLS = list(np.ndindex(4, 4))


@pytest.fixture
def canvas(pipe):
    return pipe(seed=3).canvases[0].mask([(0, 0), (2, 2)]).pin((1, 1), 7)


def asked(pipe, canvas, cell, label=None):
    """(K,) what the model gives for one cell that is hidden."""
    codes = torch.from_numpy(canvas.codes)[None]
    codes[0][cell] = 16
    labels = None if label is None else torch.tensor([pipe.labels.index(label)])
    with torch.no_grad():
        return pipe.transformer(codes, labels)[0].view(4, 4, -1)[cell].softmax(-1).numpy()


def count_evaluations(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    batches: list[int] = []
    forward = pipe.transformer.forward

    def counted(tokens, labels=None):
        batches.append(len(tokens))
        return forward(tokens, labels)

    monkeypatch.setattr(pipe.transformer, "forward", counted)
    return batches


@pytest.mark.parametrize("cell", [(0, 0), (1, 1), (3, 2)])
def test_a_cell_is_asked_about_with_its_own_code_hidden(pipe, canvas, cell):
    found = pipe.inspect_cell(canvas, cell, top=5, label="night")
    probs = asked(pipe, canvas, cell, "night")
    assert found.cell == cell
    assert found.codes == tuple(np.argsort(-probs)[:5].tolist())
    assert np.allclose(found.probabilities, np.sort(probs)[::-1][:5], atol=1e-5)
    assert np.isclose(found.entropy, -(probs * np.log2(probs)).sum(), atol=1e-3)
    code = canvas.codes[cell]
    if code == 16:
        assert (found.present, found.surprise) == (None, None)
    else:
        assert found.present == code
        assert np.isclose(found.surprise, -np.log2(probs[code]), atol=1e-3)


def test_a_cell_costs_one_evaluation(pipe, canvas, monkeypatch):
    evaluations = count_evaluations(pipe, monkeypatch)
    pipe.inspect_cell(canvas, (1, 2))
    assert evaluations == [1]


def test_a_spacing_of_the_grids_size_is_exact(pipe, canvas):
    found = pipe.inspect(canvas, spacing=4)
    for cell in CELLS:
        alone = pipe.inspect_cell(canvas, cell)
        assert np.isclose(found.entropy[cell], alone.entropy, atol=1e-3)
        assert np.isclose(found.likelihood(3)[cell], asked(pipe, canvas, cell)[3], atol=1e-5)
        if alone.surprise is None:
            assert np.isnan(found.surprise[cell])
        else:
            assert np.isclose(found.surprise[cell], alone.surprise, atol=1e-3)


def test_the_whole_grid_takes_a_few_evaluations(pipe, canvas, monkeypatch):
    evaluations = count_evaluations(pipe, monkeypatch)
    found = pipe.inspect(canvas, spacing=2)
    assert sum(evaluations) == 4
    assert found.entropy.shape == found.surprise.shape == (4, 4)
    assert ((found.entropy >= 0) & (found.entropy <= 4)).all()
    evaluations.clear()
    assert np.isnan(pipe.inspect(pipe.blank()).surprise).all()
    assert sum(evaluations) == 1


def test_any_size_is_inspected_and_rules_are_not_the_models_opinion(pipe):
    canvas = TokenCanvas.from_codes(np.arange(45).reshape(5, 9) % 16, 16)
    found = pipe.inspect(canvas, spacing=3)
    assert found.surprise.shape == (5, 9)
    ruled = pipe.inspect(canvas.allow(np.ones((5, 9), bool), [1]), spacing=3)
    assert np.array_equal(ruled.log_probs, found.log_probs)
    assert np.allclose(sum(found.likelihood(code) for code in range(16)), 1, atol=1e-4)


def test_the_most_surprising_are_kept_cells_and_never_pins(pipe, canvas):
    found = pipe.inspect(canvas)
    worst = found.most_surprising(3)
    assert len(worst) == 3
    bits = np.where(canvas.kept, found.surprise, -1)
    assert [bits[cell] for cell in worst] == sorted(bits.ravel().tolist(), reverse=True)[:3]
    everything = found.most_surprising(99)
    assert len(everything) == 13
    assert (1, 1) not in everything
    assert canvas.mask(everything).unknown.sum() == 15
    assert found.most_surprising(0) == []


def test_certainty_is_no_bits_even_where_codes_are_impossible():
    log_probs = np.full((1, 1, 4), -np.inf, np.float32)
    log_probs[..., 2] = 0
    found = Inspection(TokenCanvas.from_codes([[2]], 4), log_probs)
    assert (found.entropy.item(), found.surprise.item()) == (0, 0)


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda p, c: p.inspect(c, label="noon"), "no label 'noon'"),
        (lambda p, c: p.inspect(c, spacing=0), "at least 1 cell, not 0"),
        (lambda p, _: p.inspect(TokenCanvas.blank(4, 4, 9)), "9 codes"),
        (lambda p, c: p.inspect_cell(c, (4, 0)), r"cell \(4, 0\) is off the grid"),
        (lambda p, c: p.inspect_cell(c, (0, 0), top=0), "at least 1 code"),
        (lambda p, c: p.inspect(c).likelihood(16), "code 16 is not in the codebook"),
        (lambda p, c: p.inspect(c).most_surprising(-1), "not -1"),
    ],
)
def test_bad_values_are_named(pipe, canvas, ask, complaint):
    with pytest.raises(ValueError, match=complaint):
        ask(pipe, canvas)
