"""What a model's authors say of it, as the page shows it."""

from pathlib import Path

from unleash.models.cards import parsed, read_card

ROOT = Path(__file__).parents[1]


def test_the_bundled_model_says_what_it_is():
    card = read_card(ROOT / "weights" / "scenes")
    assert card is not None
    assert card.licence == "mit"
    assert card.text.startswith("# Scenes")
    assert "samples.png)" not in card.text
    assert "](training" not in card.text
    assert "sha256" not in card.text


def test_nothing_of_a_card_is_fetched_from_elsewhere():
    card = parsed(
        "---\r\nlicense: 'apache-2.0'\r\n---\r\nSee ![x](https://a/b.png) and <IMG src=https://a/c.png> "
        "[![badge](https://a/d.svg)](https://a), [here](../file) and [there](https://a/page)."
    )
    assert card.licence == "apache-2.0"
    assert ".png" not in card.text
    assert ".svg" not in card.text
    assert "here and [there](https://a/page)" in card.text


def test_a_card_without_header_states_no_licence(tmp_path):
    assert parsed("# A model\n\nlicense: mine\n").licence is None
    assert read_card(tmp_path) is None
    (tmp_path / "README.md").write_bytes(b"\xff\xfe odd")
    assert "odd" in read_card(tmp_path).text
