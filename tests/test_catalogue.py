"""What the catalogue and the inspector of the studio are told."""

import base64
import json
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from unleash import TokenCanvas, UnleashPipeline
from unleash.images.code_names import CodeName
from unleash.images.codebook import load_thumbnails, save_thumbnails, sheet
from unleash.images.descriptions import words
from unleash.models.thumbnails import thumbnails
from unleash.sampling.work import finished
from unleash.studio.server import menu as models
from unleash.studio.server import predicting
from unleash.studio.server.components.predictions import Question


def picture(*colour: float) -> torch.Tensor:
    return torch.tensor(colour)[:, None, None].expand(3, 8, 8).clone()


def test_words_say_colour_tone_and_texture() -> None:
    upright = picture(0.2, 0.2, 0.8)
    upright[:, :, ::4] = 0.9
    level = upright.transpose(1, 2)
    said = words(
        torch.stack(
            [
                picture(0.9, 0.1, 0.1),
                picture(0.0, 0.0, 0.0),
                picture(0.95, 0.95, 0.95),
                picture(0.4, 0.3, 0.2),
                picture(0.1, 0.7, 0.2),
                upright,
                level,
            ]
        )
    )
    assert said[:5] == [
        ("red", "flat"),
        ("grey", "dark", "flat"),
        ("grey", "light", "flat"),
        ("brown", "flat"),
        ("green", "flat"),
    ]
    assert said[5] == ("blue", "upright")
    assert said[6] == ("blue", "level")


def test_a_sheet_tells_of_every_code(pipe: UnleashPipeline) -> None:
    shown = sheet(thumbnails(pipe.vqgan))
    assert len(shown.words) == 16
    assert sorted(shown.order) == list(range(16))
    with Image.open(BytesIO(shown.webp)) as image:
        assert image.size == shown.image.size == (32 * shown.columns, 32)


def test_thumbnails_come_with_a_model_or_are_made(pipe: UnleashPipeline, tmp_path: Path) -> None:
    pipe.save_pretrained(tmp_path)
    assert load_thumbnails(tmp_path, 16) is None
    made = thumbnails(pipe.vqgan)
    shades = torch.linspace(0, 1, 16)[:, None, None, None].expand_as(made)
    save_thumbnails(shades, tmp_path)
    torch.testing.assert_close(load_thumbnails(tmp_path, 16), shades, atol=0.02, rtol=0)
    assert models.codebook(str(tmp_path)).order == list(range(16)), "what the folder says is shown"


@pytest.mark.parametrize("codes", [128, 16])
def test_thumbnails_of_another_codebook_are_made_anew(
    pipe: UnleashPipeline, tmp_path: Path, codes: int, caplog: pytest.LogCaptureFixture
) -> None:
    pipe.save_pretrained(tmp_path)
    path = save_thumbnails(torch.zeros(codes, 3, 32, 32), tmp_path)
    if codes == 16:
        path.write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"codes\.webp"):
        load_thumbnails(tmp_path, 16)
    assert len(models.codebook(str(tmp_path)).words) == 16
    assert "codes.webp" in caplog.text


@pytest.mark.parametrize("text", [None, "[]", "{", '[{"name": 3}]', '{"a": 1}', "[" * 10**5])
def test_a_model_with_odd_names_goes_without(pipe: UnleashPipeline, tmp_path: Path, text: str | None) -> None:
    pipe.save_pretrained(tmp_path)
    if text is not None:
        (tmp_path / "vqgan" / "names.json").write_text(text)
    assert models.names(str(tmp_path)) == ()


def test_names_of_a_model(pipe: UnleashPipeline, tmp_path: Path) -> None:
    pipe.save_pretrained(tmp_path)
    entries = [{"name": "window", "share": 0.5}] + [None] * 15
    (tmp_path / "vqgan" / "names.json").write_text(json.dumps(entries))
    assert models.names(str(tmp_path)) == (CodeName("window", 0.5), *[None] * 15)


def test_levels_hold_probabilities_to_four_percent() -> None:
    likely = np.array([1, 0.5, 0.013, 0.001, 1e-6, 0], dtype=np.float32)
    with np.errstate(divide="ignore"):
        levels = predicting.levels(np.log(likely))
    assert levels[0] == 255
    assert list(levels[-2:]) == [0, 0]
    back = 2.0 ** ((levels[:4].astype(float) - 255) / predicting.LEVELS_PER_OCTAVE)
    np.testing.assert_allclose(back, likely[:4], rtol=0.02)


def test_the_predictions_of_all_are_what_the_pipeline_says(pipe: UnleashPipeline) -> None:
    codes = np.arange(16).reshape(4, 4)
    canvas = TokenCanvas.from_codes(codes, 16).mask([(0, 0)])
    answer = json.loads(json.dumps(finished(predicting.answer(pipe, Question(3, canvas, None), "day"))))
    seen = pipe.inspect(canvas, "day")
    levels = np.frombuffer(zlib.decompress(base64.b64decode(answer["levels"])), np.uint8).reshape(16, 4, 4)
    likely = np.where(levels, 2.0 ** ((levels.astype(float) - 255) / answer["per_octave"]), 0)
    np.testing.assert_allclose(likely[5], seen.likelihood(5), rtol=0.02, atol=2e-4)
    assert answer["id"] == 3
    assert answer["surprise"][0] is None
    np.testing.assert_allclose(answer["surprise"][1:], seen.surprise.flatten()[1:], atol=1e-3)
    np.testing.assert_allclose(answer["entropy"], seen.entropy.flatten(), atol=1e-3)


def test_the_predictions_of_a_cell_are_exact(pipe: UnleashPipeline) -> None:
    canvas = TokenCanvas.from_codes(np.arange(16).reshape(4, 4), 16)
    answer = finished(predicting.answer(pipe, Question(1, canvas, (2, 1)), None))
    seen = pipe.inspect_cell(canvas, (2, 1))
    assert (answer["kind"], answer["cell"], answer["present"]) == ("cell", [2, 1], 9)
    assert tuple(answer["codes"]) == seen.codes
    assert tuple(answer["probabilities"]) == seen.probabilities


@pytest.mark.parametrize("cell", [[4, 0], [-1, 0], [0], "ab", [True, 1], [0.5, 1]])
def test_a_bad_question_is_refused_in_words(cell: object) -> None:
    asked = {"id": 1, "canvas": TokenCanvas.blank(4, 4, 16).to_dict(), "cell": cell}
    with pytest.raises(ValueError, match=r"cell "):
        Question.from_dict(asked)


@pytest.mark.parametrize("payload", [None, {}, {"id": "x"}, {"id": 1, "canvas": 5}])
def test_no_question_is_refused_too(payload: object) -> None:
    with pytest.raises(ValueError, match=r"no cell was given|canvas"):
        Question.from_dict(payload)


def test_sheets_of_large_codebooks_fit_into_a_file() -> None:
    found = sheet(torch.rand(8200, 3, 1, 1, generator=torch.Generator().manual_seed(0)))
    assert sorted(found.order) == list(range(8200))
    assert found.columns == 64
    rows = found.image.height
    assert rows * 32 < 2**14
