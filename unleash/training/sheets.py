"""Contact sheets: many pictures on one."""

from pathlib import Path

from einops import rearrange
from PIL import Image
from torch import Tensor


def save_sheet(images: Tensor, path: Path, columns: int) -> None:
    """Writes pictures (B, 3, H, W) in [0, 1], ``columns`` to a row, as one PNG; B fills whole rows."""
    sheet = rearrange(images, "(r c) ch h w -> (r h) (c w) ch", c=columns)
    Image.fromarray((sheet * 255).round().byte().cpu().numpy()).save(path)
