"""A linear support vector machine on count vectors (Liang et al. 2007; scikit-learn), trained on the support's labels.

Sizes as a well-known toolkit has them: counts weighed by inverse document frequency, L1 penalty, squared hinge, C = 1.
Score: the logistic function of the margin, .5 on the plane. A support of a single class puts every window on that
class's side, one margin off. A template that the support does not hold has no weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

from crosslog.detection.detector import State
from crosslog.detection.learning.count_detector import CountDetector, learn_rarity, weigh
from crosslog.ranges import Count, Rate

SOLVER_SEED = 0  # the solver goes through the columns in an order that it draws; what it converges to is one


@dataclass(frozen=True)
class Svm(CountDetector):
    """A plane between counts of normal and of anomalous windows."""

    small: ClassVar[Mapping[str, Any]] = {"inverse_penalty": 1.0, "balanced": False, "max_iterations": 1000}

    inverse_penalty: Rate  # scikit-learn's C
    balanced: bool  # weigh both classes equally
    max_iterations: Count

    def learn(self, counts: csr_array, anomalous: NDArray[np.bool_]) -> State:
        """`rarity` and `weights` (columns,), `intercept` (1,)."""
        from sklearn.svm import LinearSVC  # noqa: PLC0415  a second of start-up that score spares

        rarity = learn_rarity(counts)
        if anomalous.all() or not anomalous.any():
            side = 1.0 if anomalous.any() else -1.0
            return {"rarity": rarity, "weights": np.zeros(len(rarity)), "intercept": np.array([side])}
        machine = LinearSVC(
            penalty="l1",
            dual=False,
            C=self.inverse_penalty,
            class_weight="balanced" if self.balanced else None,
            max_iter=self.max_iterations,
            random_state=SOLVER_SEED,
        )
        machine.fit(weigh(counts, rarity), anomalous)
        return {"rarity": rarity, "weights": machine.coef_[0].copy(), "intercept": machine.intercept_.copy()}

    def judge(self, counts: csr_array) -> NDArray[np.floating]:
        """(n,) in (0, 1)."""
        margins: NDArray[np.floating] = weigh(counts, self.state["rarity"]) @ self.state["weights"]
        return expit(margins + self.state["intercept"])  # type: ignore[no-any-return]
