"""What is believed of templates, given what is known without labels and the verdicts so far.

The chance that a template is anomalous is the mean of a beta distribution that counts judgements, in two steps. Its
prior starts from the score that needs no label; every verdict moves it at all templates of which the same is known
without labels, and so teaches whether bursts, words or levels matter in this log. To that prior come the verdicts on
templates whose vectors are close. What resembles nothing judged has little evidence, and so a large deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.hints.joining import PART_WEIGHTS

Chances = NDArray[np.float64]

# Picked on Thunderbird, Hadoop, HDFS and the simulated systems, whole and with most of their alerts left out, BGL not
# looked at; all lie on a plateau.
WIDTH = 0.2  # of the kernel of vectors, in cosine: a vector at 1 - WIDTH counts as 1/e of a judgement
PART_WIDTH, PART_SHARE = 0.4, 0.5  # of the kernel of parts, in their distance; what the same parts count
ANY_SHARE = 0.03  # of a judgement that counts for every template's prior
PRIOR_JUDGEMENTS = 2.0  # that the score without labels is worth, and the prior
LEAST_PRIOR = 0.02  # a score is never certain
LEAST_LIKE = 0.2  # of a judgement, for a judged template to be named as alike: a cosine of .68
VERDICT_SHARES = {"normal": 0.0, "anomalous": 1.0, "depends": 0.5}
JUDGED_AT_ONCE = 512  # templates compared with all others at once: bounds the memory


class Evidence:
    """Judgements for and against each of n templates."""

    def __init__(self, anomalous: Chances, normal: Chances) -> None:
        self.anomalous, self.normal = anomalous, normal  # (n,) each

    @property
    def share(self) -> Chances:
        """(n,) of the judgements that say anomalous."""
        return np.asarray(self.anomalous / (self.anomalous + self.normal))

    def add(self, worth: NDArray[np.float64], told: Chances) -> None:
        """Take in m verdicts that are worth (m, n)."""
        self.anomalous = self.anomalous + told @ worth
        self.normal = self.normal + (1 - told) @ worth


@dataclass
class Belief:
    """What is believed of each of n templates."""

    prior: Evidence
    close: Evidence  # of templates whose vectors are close
    parts: NDArray[np.float64]  # (n, parts) what is known without labels
    vectors: NDArray[np.float32] | None  # (n, dim) of length one
    left: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.left = np.ones(len(self.parts), dtype=bool)

    @property
    def chance(self) -> Chances:
        """(n,) how likely each is anomalous."""
        return np.asarray((PRIOR_JUDGEMENTS * self.prior.share + self.close.anomalous) / self._judgements)

    @property
    def doubt(self) -> Chances:
        """(n,) standard deviation of the chance."""
        return np.sqrt(self.chance * (1 - self.chance) / (self._judgements + 1))

    @property
    def _judgements(self) -> Chances:
        return np.asarray(PRIOR_JUDGEMENTS + self.close.anomalous + self.close.normal)

    def judge(self, numbers: NDArray[np.intp], shares: Chances) -> None:
        """Take in verdicts on templates: 1 anomalous, 0 normal, a half for `depends`."""
        self.left[numbers] = False
        for start in range(0, len(numbers), JUDGED_AT_ONCE):
            some, told = numbers[start : start + JUDGED_AT_ONCE], shares[start : start + JUDGED_AT_ONCE]
            self.prior.add(self._compare_parts(some), told)
            self.close.add(self._compare_vectors(some), told)

    def leave_out_own(self, numbers: NDArray[np.intp], shares: Chances) -> Chances:
        """(m,) chances of judged templates, had each not been judged itself."""
        same = ANY_SHARE + PART_SHARE
        of_prior = (self.prior.anomalous[numbers] - same * shares, self.prior.normal[numbers] - same * (1 - shares))
        share = of_prior[0] / (of_prior[0] + of_prior[1])
        found = PRIOR_JUDGEMENTS * share + self.close.anomalous[numbers] - shares
        return np.asarray(found / (self._judgements[numbers] - 1))

    def find_closest(self, numbers: NDArray[np.intp]) -> tuple[NDArray[np.intp], Chances]:
        """(n,) whose vector, of these templates, is closest to each, and what a judgement of it is worth there."""
        closest, most = np.zeros(len(self.left), dtype=np.intp), np.zeros(len(self.left))
        for start in range(0, len(numbers), JUDGED_AT_ONCE):
            some = numbers[start : start + JUDGED_AT_ONCE]
            worth = self._compare_vectors(some)
            nearer = worth.max(axis=0) > most
            closest[nearer], most[nearer] = some[worth.argmax(axis=0)][nearer], worth.max(axis=0)[nearer]
        return closest, most

    def _compare_parts(self, numbers: NDArray[np.intp]) -> NDArray[np.float64]:
        """(m, n) what a judgement of each of m templates is worth at each one's prior."""
        squares = np.square(self.parts).sum(axis=1)
        apart = squares[numbers, None] + squares - 2 * self.parts[numbers] @ self.parts.T
        return np.asarray(ANY_SHARE + PART_SHARE * np.exp(-apart / (2 * PART_WIDTH**2)))

    def _compare_vectors(self, numbers: NDArray[np.intp]) -> NDArray[np.float64]:
        """(m, n) what it is worth besides, where vectors are close; without any, at the very template alone."""
        if self.vectors is None:
            return np.asarray(numbers[:, None] == np.arange(len(self.left)), dtype=np.float64)
        cosines = (self.vectors[numbers] @ self.vectors.T).astype(np.float64)
        return np.asarray(np.exp((cosines - 1) / WIDTH))


def form_belief(scored: pl.DataFrame, vectors: NDArray[np.float32] | None = None) -> Belief:
    """What is believed before any verdict.

    Parameters
    ----------
    scored : as `score_templates` gives it
    vectors : (n, dim) of length one, in its order
    """
    parts = scored.select(pl.col(*PART_WEIGHTS).fill_null(0.0)).to_numpy()
    return start_belief(scored["score"].to_numpy(), parts, vectors)


def start_belief(
    scores: NDArray[np.float64], parts: NDArray[np.float64], vectors: NDArray[np.float32] | None
) -> Belief:
    """The same from plain numbers: (n,) scores, (n, parts) in the order of PART_WEIGHTS, 0 where unknown."""
    prior = scores.clip(LEAST_PRIOR, 1 - LEAST_PRIOR) * PRIOR_JUDGEMENTS
    nothing = np.zeros(len(prior))
    return Belief(Evidence(prior, PRIOR_JUDGEMENTS - prior), Evidence(nothing, nothing), parts, vectors)


def apply_verdicts(
    scored: pl.DataFrame, vectors: NDArray[np.float32] | None, verdicts: Sequence[str | None]
) -> pl.DataFrame:
    """The scores of a log's templates once some are judged; no verdict is ever overruled.

    Parameters
    ----------
    scored : as `score_templates` gives it
    vectors : (n, dim) of length one, or of zero where a template has none, in its order; or None
    verdicts : (n,) `normal`, `anomalous`, `depends`, or empty or None where nobody has judged

    Returns
    -------
    pl.DataFrame
        `scored`, with score as the verdicts leave it: 0 normal, 1 anomalous, .5 depends, of the others the chance,
        which is between 0 and 1. Added are chance and doubt, its standard deviation; verdict, or null; like_row, the
        row of the judged template that says most of one that is not judged, or null where none is alike
    """
    said = pl.Series("verdict", list(verdicts), dtype=pl.String).replace({"": None})
    numbers = said.is_not_null().arg_true().to_numpy().astype(np.intp)
    told = said.replace_strict(VERDICT_SHARES, default=None, return_dtype=pl.Float64)
    belief = form_belief(scored, vectors)
    belief.judge(numbers, told.drop_nulls().to_numpy())
    closest, most = belief.find_closest(numbers)
    believed = scored.with_columns(
        said,
        chance=pl.Series(belief.chance),
        doubt=pl.Series(belief.doubt),
        like_row=pl.Series(closest, dtype=pl.UInt32),
    )
    alike = pl.Series(most >= LEAST_LIKE) & pl.col("verdict").is_null()
    return believed.with_columns(score=told.fill_null(believed["chance"]), like_row=pl.when(alike).then("like_row"))
