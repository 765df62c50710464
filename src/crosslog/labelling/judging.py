"""Which templates to judge first: those whose verdict helps most, given the verdicts so far.

A verdict helps where it may find many anomalies, so the worth of judging a template is the chance that it is anomalous,
one standard deviation added to that as the bonus of the uncertain (the upper confidence bound of Auer 2002), times the
order of magnitude of its occurrences. The chance is the mean of a beta distribution that starts from a prior and counts
evidence as judgements: every judged template adds what its vector's closeness is worth, and so does the closest
anomalous and the closest normal template of other systems. What resembles nothing judged has little evidence and thus a
large deviation: the new comes early by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

Chances = NDArray[np.float64]

# Picked on Thunderbird and the simulated systems, BGL left out; widths from .2 to .5 differ little.
WIDTH = 0.3  # of the kernel, in cosine: a vector at 1 - WIDTH counts as 1/e of a judgement
PRIOR, SUSPICIOUS = 0.1, 0.3  # chance of an anomaly before any evidence, without and with a failure word
JUDGED_AT_ONCE = 512  # templates compared with all others at once: bounds the memory
SHARES = {"normal": 0.0, "anomalous": 1.0, "depends": 0.5}


@dataclass(frozen=True)
class KnownVectors:
    """Vectors of templates that are anomalous, and normal, elsewhere: (n, dim) each, of length one."""

    anomalous: NDArray[np.float32]
    normal: NDArray[np.float32]


@dataclass
class Belief:
    """Evidence for and against each of n templates, in judgements."""

    weight: Chances  # (n,) order of magnitude of the occurrences
    anomalous: Chances  # (n,)
    normal: Chances  # (n,)
    vectors: NDArray[np.float32] | None  # (n, dim) of length one; without, judging one says nothing of another
    left: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.left = np.ones(len(self.weight), dtype=bool)

    @property
    def chance(self) -> Chances:
        """(n,) how likely each is anomalous."""
        return np.asarray(self.anomalous / (self.anomalous + self.normal))

    @property
    def doubt(self) -> Chances:
        """(n,) standard deviation of the chance."""
        return np.sqrt(self.chance * (1 - self.chance) / (self.anomalous + self.normal + 1))

    @property
    def worth(self) -> Chances:
        """(n,) what judging each would help."""
        return np.asarray((self.chance + self.doubt) * self.weight)

    def judge(self, number: int, share: float) -> None:
        """Take in a verdict: 1 anomalous, 0 normal, a half for `depends`."""
        self.judge_all(np.array([number]), np.array([share]))

    def judge_all(self, numbers: NDArray[np.intp], shares: Chances) -> None:
        """Take in several verdicts; no table of all pairs is ever in memory."""
        self.left[numbers] = False
        for start in range(0, len(numbers), JUDGED_AT_ONCE):
            some, told = numbers[start : start + JUDGED_AT_ONCE], shares[start : start + JUDGED_AT_ONCE]
            if self.vectors is None:
                self.anomalous[some] += told
                self.normal[some] += 1 - told
            else:
                kernel = _kernel(self.vectors[some] @ self.vectors.T)
                self.anomalous += told @ kernel
                self.normal += (1 - told) @ kernel

    def next(self) -> int:
        """The one left that is worth most; the first of equals."""
        return int(np.argmax(np.where(self.left, self.worth, -np.inf)))


def order_templates(
    templates: pl.DataFrame, vectors: NDArray[np.float32] | None = None, known: KnownVectors | None = None
) -> pl.DataFrame:
    """The templates not judged yet, most helpful first, as things stand; ask again after a verdict.

    Parameters
    ----------
    templates : key, occurrences, first_line, verdict, suspicious (whether the text has a failure word)
    vectors : (n, dim) of length one, in the order of `templates`; without, templates say nothing of one another
    known : vectors of what is known of other systems

    Returns
    -------
    pl.DataFrame
        key, worth, chance, doubt; of equal worth, what the log showed last comes first
    """
    belief = form_belief(templates, vectors, known)
    judged = [(number, SHARES[verdict]) for number, verdict in enumerate(templates["verdict"]) if verdict]
    belief.judge_all(np.array([at for at, _ in judged], dtype=np.intp), np.array([share for _, share in judged]))
    frame = templates.select("key", "first_line").with_columns(
        worth=pl.Series(belief.worth), chance=pl.Series(belief.chance), doubt=pl.Series(belief.doubt)
    )
    left = frame.filter(pl.Series(belief.left)).sort("worth", "first_line", "key", descending=[True, True, False])
    return left.drop("first_line")


def form_belief(
    templates: pl.DataFrame, vectors: NDArray[np.float32] | None = None, known: KnownVectors | None = None
) -> Belief:
    """What is believed of the templates (see `order_templates`) before any of their verdicts is taken in."""
    prior = np.where(templates["suspicious"].to_numpy(), SUSPICIOUS, PRIOR)
    anomalous, normal = prior, 1 - prior
    if vectors is not None and known is not None:
        anomalous, normal = anomalous + _closest(vectors, known.anomalous), normal + _closest(vectors, known.normal)
    weight = np.log1p(templates["occurrences"].to_numpy().astype(np.float64))
    return Belief(weight, anomalous, normal, vectors)


def _closest(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> Chances:
    if len(others) == 0:
        return np.zeros(len(vectors))
    parts = (vectors[start : start + JUDGED_AT_ONCE] for start in range(0, len(vectors), JUDGED_AT_ONCE))
    return _kernel(np.concatenate([np.zeros(0, np.float32), *((part @ others.T).max(axis=1) for part in parts)]))


def _kernel(cosine: NDArray[np.float32]) -> Chances:
    return np.exp((cosine.astype(np.float64) - 1) / WIDTH)
