from __future__ import annotations

from crosslog.templates import template_key


def test_the_key_of_a_template_is_the_same_in_every_run() -> None:
    assert template_key("widget <*> spun") == "7d99dd2613849df7"
