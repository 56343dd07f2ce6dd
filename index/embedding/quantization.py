"""Eight-bit matrices in a torch network, rounded as checkpoints round them, for OpenVINO to multiply."""

from __future__ import annotations

from collections.abc import Collection

import torch

HINTS = {"DYNAMIC_QUANTIZATION_GROUP_SIZE": "384"}
"""Hints to OpenVINO: round that many numbers of a row to eight bits by one scale; our rows have as many."""


def in_eight_bits(network: torch.nn.Module, *, without: Collection[torch.nn.Module] = ()) -> torch.nn.Module:
    """Return the network with the matrices of its linear layers rounded, but for those in `without`."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, torch.nn.Linear) and child not in without:
                setattr(module, name, _EightBitLinear(child))
    return network


class _EightBitLinear(torch.nn.Module):
    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
        self.whole = torch.nn.Parameter(torch.round(weight / scale).to(torch.int8), requires_grad=False)
        self.scale = torch.nn.Parameter(scale, requires_grad=False)
        self.bias = linear.bias

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(tokens, self.whole.to(self.scale.dtype) * self.scale, self.bias)
