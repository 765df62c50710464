"""Methods over count vectors, on tables that are worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from detection.made import make_texts, make_windows
from scipy.sparse import csr_array
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from crosslog.detection.detectors.decision_tree import DecisionTree
from crosslog.detection.detectors.invariant_mining import InvariantMining
from crosslog.detection.detectors.log_clustering import LogClustering
from crosslog.detection.detectors.pca import Pca, count_components, find_limit, measure_errors
from crosslog.detection.detectors.svm import Svm
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.count_detector import learn_rarity
from crosslog.detection.learning.count_vectors import count_windows

OPEN, READ, CLOSE, FAIL, NEW = range(5)
TEXTS = make_texts(np.eye(5))


def windows(rows: Sequence[Sequence[int]], anomalous: Sequence[int] = (), bounds: Any = None) -> Windows:
    labels = [[number in anomalous] * len(row) for number, row in enumerate(rows)]
    made = replace(make_windows(rows, labels, TEXTS), unit="session")
    return made if bounds is None else replace(made, bounds=np.array(bounds))


def table(rows: list[list[float]]) -> csr_array:
    return csr_array(np.array(rows, dtype=np.float64))


def test_windows_are_counted_from_bounds_that_overlap() -> None:
    given = windows([[OPEN, READ, READ, CLOSE, OPEN]], bounds=[[0, 3], [2, 5], [4, 5]])
    counts = count_windows(given, given.events.templates, 4)
    assert counts.toarray().tolist() == [[1, 2, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]]


def test_templates_are_counted_by_their_text_and_new_ones_together() -> None:
    method = Pca(variance=0.5, c_alpha=3.0).adapt(windows([[OPEN, READ], [CLOSE, READ]]), [])
    counted = method.count(windows([[READ, READ, NEW, FAIL]])).toarray()[0]
    assert sorted(counted[:3].tolist()) == [0, 0, 2]
    assert counted[3] == 2


def test_rarity_is_the_logarithm_of_the_inverse_share_of_windows() -> None:
    counts = table([[1, 0, 3, 0], [1, 0, 0, 0], [2, 5, 0, 0], [1, 0, 0, 0]])
    assert np.allclose(learn_rarity(counts), np.log([1, 4, 4, 4]))


def test_errors_are_the_squared_lengths_outside_the_normal_space() -> None:
    line = np.array([[1.0], [1.0], [0.0]]) / np.sqrt(2)
    space = {"rarity": np.array([1.0, 2.0, 1.0]), "mean": np.array([0.0, 0.0, 1.0]), "components": line}
    found = measure_errors(table([[2, 1, 1], [2, 0, 1], [0, 0, 3]]), space)
    assert np.allclose(found, [0, 2, 4])  # (2,2,0) lies on the line, (2,0,0) is sqrt(2) off, (0,0,2) is 2 off


@pytest.mark.parametrize(("share", "kept"), [(0.5, 1), (0.6, 1), (0.61, 2), (0.95, 3), (0.0, 1)])
def test_as_many_components_as_carry_the_share(share: float, kept: int) -> None:
    assert count_components(np.array([6.0, 3.0, 1.0, 0.0]), share) == kept
    assert count_components(np.zeros(3), share) == 0


def test_the_limit_is_the_q_statistic() -> None:
    # phi = 3, 5, 9; h = 1 - 2*3*9 / (3*25) = .28; 2*(sqrt(10*.0784))/3 + 1 + 5*.28*(-.72)/9
    base = 2 * np.sqrt(0.784) / 3 + 1 - 0.112
    assert find_limit(np.array([2.0, 1.0]), 2.0) == pytest.approx(3 * base ** (1 / 0.28))
    assert find_limit(np.zeros(2), 2.0) == 0


def test_pca_flags_a_proportion_that_the_support_does_not_have() -> None:
    usual = [[OPEN] * n + [CLOSE] * n for n in (1, 2, 3, 4, 5)] * 4
    method = Pca(variance=0.95, c_alpha=3.2905).adapt(windows([*usual, *[[READ]] * 20]), [])
    scores = method.score(windows([[OPEN, CLOSE] * 3, [OPEN] * 6, [OPEN, CLOSE, NEW]]).withhold())
    assert scores[0] < 0.1
    assert (scores[1:] > 0.5).all()


def test_svm_scores_are_those_of_scikit_learns_machine() -> None:
    rows = [[OPEN, CLOSE], [OPEN, READ, CLOSE], [OPEN, FAIL], [FAIL, READ, FAIL], [READ], [CLOSE, FAIL]]
    support = windows(rows, anomalous=[2, 3, 5])
    method = Svm(inverse_penalty=1.0, balanced=False, max_iterations=1000).adapt(support, [])
    counts = method.count(support)
    own = LinearSVC(penalty="l1", dual=False, random_state=0).fit(
        counts.toarray() * learn_rarity(counts), support.truth
    )
    scores = method.score(support.withhold())
    assert np.allclose(
        scores, 1 / (1 + np.exp(-own.decision_function(counts.toarray() * learn_rarity(counts)))), atol=1e-4
    )
    assert ((scores > 0.5) == support.truth).all()


@pytest.mark.parametrize(("anomalous", "score"), [([], 1 / (1 + np.e)), ([0, 1], np.e / (1 + np.e))])
def test_svm_of_one_class_says_that_class(anomalous: list[int], score: float) -> None:
    method = Svm(inverse_penalty=1.0, balanced=False, max_iterations=10).adapt(windows([[OPEN], [READ]], anomalous), [])
    assert np.allclose(method.score(windows([[OPEN], [NEW]]).withhold()), score)


def test_a_tree_asks_for_the_count_that_parts_the_classes() -> None:
    rows = [[READ], [READ, READ], [READ] * 4, [READ] * 5, [OPEN, READ]]
    method = DecisionTree(least_leaf=1, depth=9).adapt(windows(rows, anomalous=[2, 3]), [])
    asked = windows([[READ] * 3, [READ] * 4, [OPEN], [NEW] * 9]).withhold()
    assert method.score(asked).tolist() == [0, 1, 0, 0]  # the cut lies at 3
    assert method.state["columns"].shape == (1,)


def test_a_trees_shares_are_scikit_learns_own() -> None:
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 4, rng.integers(1, 6)).tolist() for _ in range(60)]
    support = windows(rows, anomalous=np.flatnonzero(rng.random(60) < 0.4).tolist())
    method = DecisionTree(least_leaf=4, depth=3).adapt(support, [])
    counts = method.count(support).toarray()
    own = DecisionTreeClassifier(min_samples_leaf=4, max_depth=3, random_state=0).fit(counts, support.truth)
    assert np.allclose(method.score(support.withhold()), own.predict_proba(counts)[:, 1])


def mine(rows: list[list[int]], **changed: Any) -> InvariantMining:
    return InvariantMining(
        **{"support": 0.9, "tolerance": 0.5, "longest": 3, "scale": 3, "sets": 999, **changed}
    ).adapt(windows(rows), [])


def columns_of(method: InvariantMining) -> dict[int, int]:
    """The column of each template."""
    return {template: int(method.count(windows([[template]])).indices[0]) for template in range(5)}


def test_an_open_for_each_close_is_found_and_its_breach_is_flagged() -> None:
    rng = np.random.default_rng(0)
    usual = [[OPEN, CLOSE] * n + [READ] * rng.integers(1, 9) for n in (1, 2, 3, 4) for _ in range(5)]
    method, at = mine(usual), None
    at = columns_of(method)
    found = {tuple(row) for row in method.state["invariants"].tolist()}
    balance = np.zeros(method.state["invariants"].shape[1], dtype=int)
    balance[[at[OPEN], at[CLOSE]]] = 1, -1
    nothing_new = np.zeros_like(balance)
    nothing_new[at[NEW]] = 1
    assert {tuple(nothing_new.tolist())} < found
    assert found - {tuple(nothing_new.tolist())} <= {tuple(balance.tolist()), tuple((-balance).tolist())}
    scores = method.score(windows([[OPEN, CLOSE, READ], [OPEN, READ, READ], [READ, NEW], [OPEN, NEW]]).withhold())
    assert np.allclose(scores, [0, 1 / 2, 1 / 2, 2 / 3])


def test_two_reads_for_each_open_and_sums_of_three_are_found() -> None:
    rng = np.random.default_rng(1)
    twice = mine([[OPEN] * n + [READ] * 2 * n + [CLOSE] * rng.integers(1, 9) for n in rng.integers(1, 6, 30)])
    assert twice.score(windows([[OPEN, READ, READ, CLOSE], [OPEN, READ, CLOSE]]).withhold()).tolist() == [0, 0.5]
    three = mine([[OPEN] * a + [READ] * b + [CLOSE] * (a + b) for a, b in rng.integers(1, 6, (40, 2))])
    asked = windows([[OPEN, READ, CLOSE, CLOSE], [OPEN, READ, CLOSE]]).withhold()
    assert three.score(asked).tolist() == [0, 0.5]
    assert mine([[OPEN] * a + [READ] * b + [CLOSE] * (a + b) for a, b in rng.integers(1, 6, (40, 2))], longest=2).score(
        asked
    ).tolist() == [0, 0]


def test_a_template_that_hardly_occurs_is_an_invariant_of_its_own() -> None:
    rows = [[OPEN] * n for n in (1, 2, 3, 4, 5)] * 4 + [[OPEN, FAIL]]
    assert mine(rows).score(windows([[OPEN, OPEN], [OPEN, FAIL]]).withhold()).tolist() == [0, 0.5]
    assert mine(rows, support=0.99).score(windows([[OPEN, FAIL]]).withhold()).tolist() == [0]


def test_the_search_ends_at_its_bound_and_says_so() -> None:
    rng = np.random.default_rng(2)
    rows = [[OPEN] * a + [READ] * b + [CLOSE] * c + [FAIL] * c for a, b, c in rng.integers(1, 9, (40, 3))]
    short, whole = mine(rows, sets=2), mine(rows)
    assert (short.state["searched"].item(), short.state["complete"].item()) == (2, 0)
    assert whole.state["complete"].item() == 1
    assert len(whole.state["invariants"]) == 2  # nothing new, and one failure for each close


def test_a_set_that_holds_an_invariant_is_not_looked_at_again() -> None:
    rng = np.random.default_rng(3)
    rows = [[OPEN, CLOSE, FAIL] * a + [READ] * b for a, b in rng.integers(1, 9, (40, 2))]
    method = mine(rows, tolerance=1000.0)  # every direction counts as one: it would go on to the end
    assert (method.state["searched"].item(), method.state["complete"].item()) == (6, 1)  # the pairs of four templates
    assert sorted(np.abs(method.state["invariants"]).sum(axis=1).tolist()) == [1, 2, 2, 2]


def cluster(rows: list[list[int]], sources: Sequence[Episode] = (), **changed: Any) -> LogClustering:
    block = {"with_sources": bool(sources), "distance": 0.3, "bootstrap": 4, **changed}
    return LogClustering(**block).adapt(windows(rows), sources)


KNOWN = [[OPEN], [OPEN, OPEN], [READ], [READ] * 3, [OPEN] * 5, [CLOSE]]


def test_windows_of_the_same_direction_are_one_cluster_and_a_later_one_founds_its_own() -> None:
    method = cluster(KNOWN)
    assert method.state["representatives"].shape[0] == 3
    assert np.allclose(method.score(windows(KNOWN).withhold()), 0)
    assert np.allclose(method.score(windows([[FAIL], [NEW, FAIL]]).withhold()), 1 / 1.3)


def test_a_cosine_of_seven_tenths_is_the_threshold() -> None:
    method = cluster([[OPEN], [READ], [OPEN], [READ]])  # both templates are as rare: weights log 2
    inside, outside = method.score(windows([[OPEN] * 2 + [READ], [OPEN, NEW, NEW]]).withhold())
    assert inside == pytest.approx(1 / (1 + 0.3 / (1 - 2 / np.sqrt(5))), abs=1e-6)  # a new one is weighed log 4
    assert inside < 0.5 < outside


def test_what_sources_have_met_is_known() -> None:
    source = Episode(windows([[FAIL], [FAIL, FAIL]]), None)
    unknown, known = (cluster(KNOWN, sources).score(windows([[FAIL]]).withhold())[0] for sources in ((), (source,)))
    assert known == 0
    assert unknown > 0.5


def test_windows_of_what_all_have_are_alike() -> None:
    method = cluster([[OPEN], [OPEN, OPEN], [OPEN, READ], [OPEN, READ]])
    assert method.score(windows([[OPEN] * 3, [OPEN, NEW]]).withhold()).tolist() == pytest.approx([0, 1 / 1.3])


@pytest.mark.parametrize("method", [Pca, InvariantMining, LogClustering])
def test_methods_without_labels_read_none(method: Any) -> None:
    rows = [[OPEN, CLOSE], [OPEN, READ, CLOSE], [FAIL], [READ, READ]]
    one, other = (method(**method.small).adapt(windows(rows, labels), []).state for labels in ([], [0, 2]))
    assert all(np.array_equal(one[name], other[name]) for name in one)
