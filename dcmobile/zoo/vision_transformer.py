"""A small vision transformer: DeiT-Tiny, patches of 16x16.

Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021; sizes of DeiT-Tiny (Touvron et al., ICML 2021).
5,717,416 parameters at 224x224. Names of weights are DeiT's (those of timm).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    """Self-attention with one projection for queries, keys and values."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(features, 3 * features)
        self.proj = nn.Linear(features, features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, tokens, features] to the same."""
        samples, tokens, features = x.shape
        qkv = self.qkv(x).reshape(samples, tokens, 3, self.heads, features // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        projected: torch.Tensor = self.proj(y.transpose(1, 2).reshape(samples, tokens, features))
        return projected


class Mlp(nn.Module):
    """Two linear layers, four times as wide between them."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(features, 4 * features)
        self.fc2 = nn.Linear(4 * features, features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, tokens, features] to the same."""
        y: torch.Tensor = self.fc2(F.gelu(self.fc1(x)))
        return y


class Block(nn.Module):
    """Attention and an MLP, each on normalised tokens with a shortcut around."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(features, eps=1e-6)
        self.attn = Attention(features, heads)
        self.norm2 = nn.LayerNorm(features, eps=1e-6)
        self.mlp = Mlp(features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N, tokens, features] to the same."""
        x = x + self.attn(self.norm1(x))
        y: torch.Tensor = x + self.mlp(self.norm2(x))
        return y


class PatchEmbedding(nn.Module):
    """A token for each patch."""

    def __init__(self, features: int, patch: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, features, patch, patch)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """[N, 3, H, W] to [N, H W / patch^2, features]."""
        y: torch.Tensor = self.proj(image)
        return y.flatten(2).transpose(1, 2)


class VisionTransformer(nn.Module):
    """float32 [N, 3, size, size] to logits [N, classes]. size: a multiple of 16."""

    def __init__(
        self, size: int = 224, features: int = 192, depth: int = 12, heads: int = 3, classes: int = 1000
    ) -> None:
        super().__init__()
        self.patch_embed = PatchEmbedding(features, 16)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, features))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + (size // 16) ** 2, features))
        self.blocks = nn.Sequential(*(Block(features, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(features, eps=1e-6)
        self.head = nn.Linear(features, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of the classes, from the class token."""
        x = self.patch_embed(image)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embed
        x = self.norm(self.blocks(x))
        logits: torch.Tensor = self.head(x[:, 0])
        return logits
