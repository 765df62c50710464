"""What varies is a file found by its name."""

from __future__ import annotations

import pytest

from crosslog import plugins
from crosslog.plugins import PluginError


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PluginError, match=r"no src/crosslog/logs/formats/nginx\.py; there are: bgl, cfdr_syslog"):
        plugins.load("logs.formats", "nginx")


@pytest.mark.parametrize(
    "kind", ["logs.formats", "logs.mining", "embedding.encoders", "detection.detectors", "reporting"]
)
def test_every_plugin_file_holds_exactly_one_public_class(kind: str) -> None:
    assert plugins.names(kind)
    for name in plugins.names(kind):
        assert isinstance(plugins.load(kind, name), type)


def test_a_block_with_a_missing_and_an_unknown_field_names_both() -> None:
    with pytest.raises(PluginError, match=r"missing \['max_children'\], unknown \['max_childs'\]"):
        plugins.build("logs.mining", "ft_tree", {"max_childs": 4, "kept_words": 3, "short": 5})
