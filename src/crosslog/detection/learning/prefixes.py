"""Windows as a tree of their prefixes: what starts alike, from the same zero state, is computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crosslog.detection.learning.runs import order_by_prefix


class Step(NamedTuple):
    """The prefixes of one length: rows of a table, and parents among the step before; None where those are the same."""

    rows: Tensor
    parents: Tensor | None


@dataclass(frozen=True, eq=False)
class Prefixes:
    """A forest of the prefixes of windows; the state at a node is that of every window that begins with its prefix.

    Attributes
    ----------
    rows : (nodes,) int64, the row of a table that each prefix ends with; shorter prefixes first
    parents : (nodes,) int64, the node of the prefix that is one event shorter; 0 for prefixes of one event
    sizes : nodes of each length, from one event on
    """

    rows: Tensor
    parents: Tensor
    sizes: list[int]

    def to(self, device: torch.device) -> Prefixes:
        """The same tree on a device."""
        return Prefixes(self.rows.to(device), self.parents.to(device), self.sizes)

    @cached_property
    def steps(self) -> list[Step]:
        """The nodes of each length."""
        parts = list(zip(*(torch.split(part, self.sizes) for part in (self.rows, self.parents)), strict=True))
        starts = np.cumsum([0, *self.sizes]).tolist()
        rest = [
            Step(rows, None if len(rows) == self.sizes[before] else parents - starts[before])
            for before, (rows, parents) in enumerate(parts[1:])
        ]
        return [Step(parts[0][0], None), *rest]

    @cached_property
    def of_nodes(self) -> Prefixes:
        """The same tree over a table with one row per node, such as the states of a layer below."""
        return Prefixes(torch.arange(len(self.rows), device=self.rows.device), self.parents, self.sizes)


def build_prefixes(ids: NDArray[np.integer]) -> tuple[Prefixes, NDArray[np.int64]]:
    """The distinct prefixes of (n, length) windows, on the CPU, and the (n, length) node of each event."""
    order = order_by_prefix(ids)
    ranked = ids[order]
    new = np.ones(ids.shape, dtype=np.bool_)
    new[1:] = np.logical_or.accumulate(ranked[1:] != ranked[:-1], axis=1)
    sizes = new.sum(axis=0)
    ranked_nodes = np.cumsum(new, axis=0) - 1 + np.cumsum(sizes) - sizes
    parents = np.zeros(sizes.sum(), dtype=np.int64)
    parents[sizes[0] :] = ranked_nodes[:, :-1].T[new[:, 1:].T]
    nodes = np.empty(ids.shape, dtype=np.int64)
    nodes[order] = ranked_nodes
    rows = torch.from_numpy(ranked.T[new.T].astype(np.int64))
    return Prefixes(rows, torch.from_numpy(parents), sizes.tolist()), nodes
