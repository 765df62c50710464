"""Groups texts with Drain3 in its default configuration, in Drain3's own environment.

Usage: drain3_groups.py; reads a JSON list of texts, prints the number of each one's group as a JSON list.
"""

from __future__ import annotations

import json
import sys

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig


def main() -> None:
    """Mine the texts in their order."""
    miner = TemplateMiner(config=TemplateMinerConfig())
    print(json.dumps([miner.add_log_message(text)["cluster_id"] for text in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
