"""Every odd picture file: what it shows, or one line that says why it cannot be opened."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from picture_files import CASES, chunk, grey_tiff, ink_profile, saved
from PIL import Image, ImageCms, PngImagePlugin, features

from unleash.images.fitting import to_cells, to_shape, to_square
from unleash.images.masks import read_mask
from unleash.images.reading import MAX_RESULT, picture_size, read_picture
from unleash.images.recipes import carried_recipe, read_recipe
from unleash.models.locating import HOME
from unleash.operations.opening import compare, open_picture
from unleash.pipeline import UnleashPipeline

RAMP = np.tile(np.array([0, 64, 128, 255]), (8, 2))

pytestmark = pytest.mark.filterwarnings("error")


def read(image, kind="PNG", **options):
    return np.array(read_picture(BytesIO(saved(image, kind, **options))))


def with_chunk(png, kind, data, behind_pixels=False):
    at = png.rindex(b"IEND") - 4 if behind_pixels else 33
    return BytesIO(png[:at] + chunk(kind, data) + png[at:])


# -- tones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["grey16.png", "grey16.tif"])
def test_sixteen_bits_are_a_ramp(name):
    values = np.array(read_picture(CASES / name))[0, :, 0]
    assert np.array_equal(values, np.arange(256))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    "values",
    [
        (RAMP * 257).astype(np.uint16),
        (RAMP * 257).astype(np.int32),
        (RAMP * 257).astype(np.uint32),
        (RAMP * 16_843_009).astype(np.uint32),
        (RAMP / 255 * (2**31 - 1)).astype(np.int32),
        RAMP.astype(np.int32),
        RAMP.astype(np.float32),
        (RAMP / 255).astype(np.float32),
        (RAMP * 257).astype(np.float32),
        RAMP.astype(np.uint8),
    ],
    ids=lambda values: f"{values.dtype} to {values.max():.4g}",
)
def test_numbers_of_any_kind_and_byte_order_are_a_ramp(values, order):
    if order == ">" and values.dtype == np.uint32:
        pytest.skip("Pillow reads no such file")
    assert np.abs(np.array(read_picture(grey_tiff(values, order)))[..., 0].astype(int) - RAMP).max() <= 1


def test_what_is_no_number_is_black_and_what_overshoots_is_white():
    values = np.array([[np.nan, -np.inf, -3, 0, 0.5, 1, 1.7, np.inf]], dtype=np.float32)
    assert np.array(read_picture(grey_tiff(values)))[0, :, 0].tolist() == [0, 0, 0, 0, 128, 255, 255, 0]


def test_negative_whole_numbers_are_black():
    values = np.array([[-5, 0, 65_535]], dtype=np.int32)
    assert np.array(read_picture(grey_tiff(values)))[0, :, 0].tolist() == [0, 0, 255]


def test_sixteen_bits_a_channel_keep_their_colours():
    assert np.array(read_picture(CASES / "rgb16.png"))[0, 0].tolist() == [0, 255, 128]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("LA", "PNG"),
        ("RGBA", "PNG"),
        ("RGB", "BMP"),
        ("CMYK", "TIFF"),
        ("CMYK", "JPEG"),
        ("YCbCr", "TIFF"),
        ("LAB", "TIFF"),
        ("RGBA", "WEBP"),
        ("1", "TIFF"),
    ],
)
def test_every_mode_shows_its_colours(mode, kind):
    grey = mode in ("1", "L", "LA")
    colour = (255, 255, 255) if grey else (200, 60, 40)
    image = Image.new("RGB", (16, 16), colour)
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(image, *profiles, outputMode="LAB")
    else:
        image = image.quantize(4) if mode == "P" else image.convert(mode)
    options = {"WEBP": {"lossless": True}, "TIFF": {"compression": "tiff_lzw"}}.get(kind, {})
    assert np.abs(read(image, kind, **options)[3, 3].astype(int) - colour).max() <= 3


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_on_white(mode):
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0)).convert(mode)
    options = {"transparency": 0} if mode == "P" else {}
    assert (read(image, **options) == 255).all()


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow reads no AVIF")
def test_avif_opens_upright_whatever_its_metadata():
    image = Image.new("RGB", (32, 16), (200, 60, 40))
    exif = Image.Exif()
    exif[274] = 6
    exif[270] = "a word " * 1000
    assert read(image, "AVIF", exif=exif).shape == (32, 16, 3)


# -- colour profiles -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "srgb"), [("p3.png", (219, 37, 13)), ("adobe.png", (231, 57, 34))])
def test_a_profile_is_converted_to_srgb(name, srgb):
    assert np.abs(np.array(read_picture(CASES / name))[0, 0].astype(int) - srgb).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"] + ["AVIF"] * features.check("avif"))
def test_a_profile_is_found_in_every_format(kind):
    with Image.open(CASES / "p3.png") as given:
        profile = given.info["icc_profile"]
    quality = {"quality": 100} if kind in ("JPEG", "WEBP", "AVIF") else {}
    seen = read(Image.new("RGB", (32, 32), (200, 60, 40)), kind, icc_profile=profile, **quality)[9, 9]
    assert np.abs(seen.astype(int) - (219, 37, 13)).max() <= 6


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_are_converted_by_their_profile(kind):
    cyan, paper = (Image.new("CMYK", (16, 16), (ink, 0, 0, 0)) for ink in (255, 0))
    assert np.abs(read(cyan, kind, icc_profile=ink_profile())[5, 5].astype(int) - (255, 0, 0)).max() <= 8
    assert np.abs(read(paper, kind, icc_profile=ink_profile())[5, 5].astype(int) - 255).max() <= 3
    assert np.abs(read(cyan, kind)[5, 5].astype(int) - (0, 255, 255)).max() <= 3


def test_a_grey_picture_with_a_profile_of_colours_stays_grey():
    with Image.open(CASES / "adobe.png") as given:
        profile = given.info["icc_profile"]
    seen = read(Image.new("L", (8, 8), 100), icc_profile=profile)[0, 0].astype(int)
    assert np.abs(seen - 100).max() <= 3


def test_srgb_changes_no_pixel():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(read(Image.fromarray(noise), icc_profile=profile), noise)


@pytest.mark.parametrize("profile", [b"", b"broken", bytes(200), b"\xff" * 5000])
@pytest.mark.parametrize(("mode", "kind"), [("RGB", "PNG"), ("L", "PNG"), ("CMYK", "JPEG"), ("CMYK", "TIFF")])
def test_a_broken_profile_is_ignored(profile, mode, kind):
    image = Image.new(mode, (16, 16))
    assert np.array_equal(read(image, kind, icc_profile=profile), read(image, kind))


def test_the_profile_of_other_channels_is_ignored():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert (read(Image.new("RGB", (8, 8), (9, 8, 7)), icc_profile=profile) == (9, 8, 7)).all()


# -- shapes and turns ------------------------------------------------------------------------------


def test_exif_turns_a_picture():
    assert picture_size(CASES / "exif6.png") == read_picture(CASES / "exif6.png").size == (40, 80)
    # The red that its file has on the left is at the top.
    assert np.array(read_picture(CASES / "exif6.png"))[0, -1].tolist() == [255, 0, 0]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_turn_of_every_format(kind, turn):
    image = Image.fromarray(np.kron([[0, 90, 180], [120, 210, 255]], np.ones((16, 16))).astype(np.uint8))
    exif = Image.Exif()
    exif[274] = turn
    turned = {3: 180, 6: 270, 8: 90}
    mirrored = {2: 0, 4: 180, 5: 90, 7: 270}
    upright = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if turn in mirrored else image
    upright = upright.rotate(turned.get(turn, mirrored.get(turn, 0)), expand=True)
    seen = read(image, kind, exif=exif)[..., 0].astype(int)
    assert np.abs(seen - np.array(upright)).max() <= 6


@pytest.mark.parametrize("size", [(5000, 3), (3, 5000), (5000, 1), (1, 1), (700, 2)])
def test_a_thin_picture_opens_in_every_fit(size):
    image = Image.new("RGB", size, (200, 30, 30))
    for fit in ("crop", "whole"):
        square = np.array(to_square(image, 256, fit))
        assert square.shape == (256, 256, 3)
        assert square[128, 128].tolist() == [200, 30, 30]
    for fitted in (to_shape(image, 16, 16, 64), to_cells(image, 256, 16, 64)):
        assert min(fitted.size) == 256
        assert max(fitted.size) <= 1024
    assert read_picture(CASES / "s5000x3.png").size == (5000, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_large_picture_is_reduced_and_keeps_its_look(kind):
    small = np.kron([[0, 250], [180, 90]], np.ones((2, 2))).astype(np.uint8)
    image = Image.fromarray(small).resize((4000, 2999), Image.Resampling.NEAREST)
    image.save(file := BytesIO(), kind, **({"method": 0} if kind == "WEBP" else {}))
    seen = read_picture(file)
    assert picture_size(file) == (4000, 2999)
    assert 2**20 < seen.width * seen.height <= MAX_RESULT
    assert abs(seen.width / seen.height - 4 / 3) < 0.01
    assert np.abs(np.array(seen.resize((4, 4), Image.Resampling.BOX))[..., 0] - small.astype(int)).max() <= 4


def test_of_several_frames_the_first_is_shown():
    red, blue = (Image.new("RGB", (16, 16), colour) for colour in ("red", "blue"))
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        assert (read(red, kind, save_all=True, append_images=[blue])[4, 4] // 250 == (1, 0, 0)).all(), kind


def test_a_frame_larger_than_its_gif_says_is_seen_whole():
    file = BytesIO()
    Image.new("P", (20, 10)).save(file, "GIF")
    data = bytearray(file.getvalue())
    data[6:10] = struct.pack("<HH", 2, 2)
    assert read_picture(BytesIO(data)).size == (20, 10)


# -- what stands beside the pixels ------------------------------------------------------------------


def test_text_never_stops_the_pixels():
    assert np.array(read_picture(CASES / "t_zTXt.png"))[0, 0].tolist() == [200, 30, 30]


@pytest.mark.parametrize("behind_pixels", [False, True])
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (b"tEXt", b"a\0" + b" " * 2**21),
        (b"zTXt", b"a\0\0" + zlib.compress(bytes(2**21))),
        (b"zTXt", b"a\0\0broken"),
        (b"zTXt", b"a"),
        (b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(2**21))),
        (b"iTXt", b"\xff"),
        (b"iCCP", b"a\0\0" + zlib.compress(bytes(2**23))),
        (b"iCCP", b"a\0\0broken"),
        (b"eXIf", b"II*\0broken"),
        (b"eXIf", b""),
        (b"tIME", b""),
        (b"acTL", b""),
        (b"pHYs", b""),
        (b"cHRM", b"1"),
    ],
)
def test_no_chunk_stops_the_pixels(kind, data, behind_pixels):
    good = saved(Image.new("RGB", (8, 8), (1, 2, 3)))
    assert (np.array(read_picture(with_chunk(good, kind, data, behind_pixels))) == (1, 2, 3)).all()


def test_nothing_in_a_jpeg_stops_the_pixels():
    image = Image.new("RGB", (16, 16), (200, 30, 30))
    image.save(file := BytesIO(), "JPEG")
    plain, data = np.array(read_picture(file)), file.getvalue()
    for marker, content in [
        (0xE1, b"Exif\0\0II*\0" + b"\xff" * 9000),
        (0xE2, b"MPF\0" + b"\xff" * 90),
        (0xE2, b"ICC_PROFILE\0\x09\x01"),
        (0xED, b"Photoshop 3.0\0" + b"8BIM" * 99),
        (0xFE, b"comment" * 999),
    ]:
        segment = bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content
        odd = BytesIO(data[:2] + segment * 50 + data[2:])
        assert np.array_equal(np.array(read_picture(odd)), plain)


def test_the_recipe_is_read_whatever_stands_beside_it(tmp_path):
    kept = (CASES / "kept_rgb.png").read_bytes()
    odd = with_chunk(kept, b"zTXt", b"a\0\0" + zlib.compress(bytes(2**21)))
    (tmp_path / "odd.png").write_bytes(odd.getvalue())
    assert carried_recipe(tmp_path / "odd.png") == read_recipe(CASES / "kept_rgb.png")


def test_a_recipe_behind_the_pixels_is_found():
    assert read_recipe(CASES / "resaved.png").codes is not None


@pytest.fixture(scope="module")
def scenes() -> UnleashPipeline:
    """The bundled model, which made the cases."""
    return UnleashPipeline.from_pretrained(HOME / "weights" / "scenes")


@pytest.mark.parametrize("name", ["kept_rgb.png", "kept_oxipng.png"])
def test_kept_pixels_are_found_whatever_the_mode_of_the_file(scenes, name):
    opened = open_picture(scenes, "weights/scenes", CASES / name)
    with Image.open(CASES / name) as file:
        expected = np.array(file.convert("RGB"))
    assert opened.canvas == read_recipe(CASES / name).result
    assert not opened.drawn
    assert not opened.changed
    assert np.array_equal(np.array(opened.image), expected)


@pytest.mark.parametrize("name", ["edited_palette.png", "cropped.png"])
def test_a_picture_that_was_changed_opens_as_it_looks(scenes, name):
    opened = open_picture(scenes, "./weights/scenes/", CASES / name)
    assert opened.changed
    assert opened.canvas == scenes.encode(opened.image)
    assert np.array_equal(
        np.array(opened.image), np.array(to_square(read_picture(CASES / name), 256, "crop"))
    )


def test_a_picture_saved_again_opens_with_its_recipe(scenes):
    opened = open_picture(scenes, "weights/scenes", CASES / "resaved.png")
    assert (opened.drawn, opened.changed) == (True, False)
    assert opened.canvas == read_recipe(CASES / "resaved.png").result


def test_an_opaque_alpha_channel_hides_no_kept_pixels(scenes, tmp_path):
    path, recipe = tmp_path / "alpha.png", read_recipe(CASES / "kept_rgb.png")
    with Image.open(CASES / "kept_rgb.png") as kept:
        text = PngImagePlugin.PngInfo()
        text.add_text("unleash", kept.info["unleash"])
        kept.convert("RGBA").save(path, pnginfo=text)
        expected = np.array(kept)

    def shown():
        return compare(path, recipe, (256, 256), lambda: scenes.render(recipe.result))

    assert np.array_equal(np.array(shown().own), expected)
    Image.new("RGBA", (256, 256)).save(path, pnginfo=text)
    assert shown().kind == "drawn", "what is transparent is not finished"


# -- masks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "share"),
    [("mask16dark.png", 0.25), ("mask16soft.png", 0.5), ("m_rgba_onepixel254.png", 0.25)],
)
def test_a_mask_marks_its_share(name, share):
    assert (read_mask(CASES / name, (256, 256)) > 0.5).mean() == share


def marked(tmp_path, grey, alpha=None):
    image = Image.fromarray(grey)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    image.save(tmp_path / "mask.png")
    return read_mask(tmp_path / "mask.png", image.size) > 0.5


def test_alpha_counts_only_where_it_separates(tmp_path):
    left, top = (np.zeros((64, 64), np.uint8) for _ in range(2))
    left[:, :32], top[:16] = 255, 255
    assert np.array_equal(marked(tmp_path, left, top), top > 0), "opaque is marked"
    for stray in (0, 100, 254):
        alpha = np.full((256, 256), 255, np.uint8)
        alpha[200, 200] = stray
        grey = np.kron(left, np.ones((4, 4), np.uint8))
        assert np.array_equal(marked(tmp_path, grey, alpha), grey > 0), "a stray pixel changes nothing"
    assert np.array_equal(marked(tmp_path, left, np.full((64, 64), 200, np.uint8)), left > 0)
    stroke = np.zeros((256, 256), np.uint8)
    stroke[7, 9] = 255
    for colour in (0, 255):
        assert np.array_equal(marked(tmp_path, np.full_like(stroke, colour), stroke), stroke > 0)
    one_cell = np.zeros((1024, 1024), np.uint8)
    one_cell[512:528, 512:528] = 255
    assert np.array_equal(marked(tmp_path, np.full_like(one_cell, 255), one_cell), one_cell > 0)


def test_a_wholly_transparent_mask_marks_nothing(tmp_path):
    white = np.full((8, 8), 255, np.uint8)
    with pytest.raises(ValueError, match="is empty; mark"):
        marked(tmp_path, white, white * 0)


@pytest.mark.parametrize("top", [1.0, 255.0])
def test_a_mask_of_floats_is_a_mask(tmp_path, top):
    values = np.kron([[0, top], [0, 0]], np.ones((8, 8))).astype(np.float32)
    (tmp_path / "mask.tif").write_bytes(grey_tiff(values).getvalue())
    assert (read_mask(tmp_path / "mask.tif", (16, 16)) > 0.5).mean() == 0.25


def test_a_turned_mask_fits_its_turned_picture(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    mask = Image.fromarray(np.array([[255, 0, 0]], np.uint8))
    mask.save(tmp_path / "mask.png", exif=exif)
    assert read_mask(tmp_path / "mask.png", (1, 3))[:, 0].tolist() == [1, 0, 0]


def test_one_pixel_of_a_huge_mask_still_marks(tmp_path):
    grey = np.zeros((4001, 4003), np.uint8)
    grey[4000, 4002] = 255
    Image.fromarray(grey).save(tmp_path / "mask.png")
    mask = read_mask(tmp_path / "mask.png", (4003, 4001))
    assert (mask > 0.5).sum() == 1
    assert mask[-1, -1] == 1


# -- refusals --------------------------------------------------------------------------------------


def test_only_the_formats_of_the_list_are_opened(tmp_path):
    for kind in ("ICO", "PPM", "TGA", "EPS", "PDF", "PCX", "SGI", "DDS", "JPEG2000"):
        path = tmp_path / f"other.{kind.lower()}"
        Image.new("RGB", (16, 16)).save(path, kind)
        with pytest.raises(ValueError, match=r"other\.\w+ is not a picture; expected PNG, JPEG, WEBP"):
            read_picture(path)


def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    with pytest.raises(ValueError, match="there is no file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(ValueError, match="is not a file"):
        read_picture(tmp_path)
    with pytest.raises(ValueError, match="is not a file"):
        read_picture("/dev/zero")


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"] + ["AVIF"] * features.check("avif")
)
def test_a_broken_file_gives_a_picture_or_one_line(kind):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8))
    noise.save(file := BytesIO(), kind)
    good, random = file.getvalue(), np.random.default_rng(1)
    for _ in range(150):
        data = bytearray(good)
        for at in random.integers(0, min(len(data), 400), 3):
            data[at] = random.integers(256)
        try:
            outcome = read_picture(BytesIO(data[: random.integers(8, len(data) + 1)])).mode
        except ValueError as error:
            outcome = str(error)
        assert outcome == "RGB" or outcome.startswith("the picture ")
        assert "\n" not in outcome
        assert len(outcome) < 300
