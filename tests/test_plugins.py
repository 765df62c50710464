"""What varies is a file found by its name."""

from __future__ import annotations

import pytest

from crosslog import plugins
from crosslog.plugins import PluginError


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PluginError, match=r"no src/crosslog/logs/formats/nginx\.py; there are: bgl, cfdr_syslog"):
        plugins.load("logs.formats", "nginx")


@pytest.mark.parametrize("kind", ["logs.formats", "logs.mining", "embedding.encoders", "detection.detectors"])
def test_every_plugin_file_holds_exactly_one_public_class(kind: str) -> None:
    assert plugins.names(kind)
    for name in plugins.names(kind):
        assert isinstance(plugins.load(kind, name), type)


def test_every_file_of_reporting_defines_a_chapter() -> None:
    assert plugins.names("reporting")
    for name in plugins.names("reporting"):
        assert plugins.load_function("reporting", name, "chapter").__name__ == "chapter"


def test_a_file_without_the_function_of_its_kind_is_named() -> None:
    with pytest.raises(PluginError, match=r"reporting/outcome\.py must define verse\(\)"):
        plugins.load_function("reporting", "outcome", "verse")
    with pytest.raises(PluginError, match=r"reporting/outcome\.py must define percent\(\)"):
        plugins.load_function("reporting", "outcome", "percent")  # which it imports
    with pytest.raises(PluginError, match=r"no src/crosslog/reporting/chapters\.py; there are: ablations"):
        plugins.load_function("reporting", "chapters", "chapter")


def test_a_block_with_a_missing_and_an_unknown_field_names_both() -> None:
    with pytest.raises(PluginError, match=r"missing \['max_children'\], unknown \['max_childs'\]"):
        plugins.build("logs.mining", "ft_tree", {"max_childs": 4, "kept_words": 3, "short": 5})
