"""A small transformer encoder over text, of the size of BERT-Tiny's encoder.

Vaswani et al., "Attention Is All You Need", NIPS 2017; Turc et al., "Well-Read Students Learn Better", 2019 (2 layers,
128 features, 2 heads). Built from torch's own ``nn.TransformerEncoder``.
"""

from __future__ import annotations

import torch
from torch import nn


class TransformerEncoder(nn.Module):
    """int64 [N, length] of token numbers from 0 to vocabulary - 1, to logits [N, classes]."""

    def __init__(
        self,
        vocabulary: int = 4096,
        length: int = 32,
        features: int = 128,
        depth: int = 2,
        heads: int = 2,
        classes: int = 8,
    ) -> None:
        super().__init__()
        self.token = nn.Embedding(vocabulary, features)
        self.position = nn.Parameter(torch.zeros(1, length, features))
        layer = nn.TransformerEncoderLayer(features, heads, 4 * features, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.head = nn.Linear(features, classes)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits of the classes, from the mean over the tokens."""
        x = self.encoder(self.token(tokens) + self.position)
        logits: torch.Tensor = self.head(x.mean(1))
        return logits
