#!/usr/bin/env bash
# Writes requirements.lock from pyproject.toml for Python 3.11 to 3.13: no host, no path, and no CUDA package, because
# torch's own pins bring those along where a GPU build is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$(mktemp)
trap 'rm -f "$lock"' EXIT
UV_FIND_LINKS=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}
if [ -n "$UV_FIND_LINKS" ]; then export UV_FIND_LINKS; else unset UV_FIND_LINKS; fi
.venv/bin/python -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --quiet \
    --no-annotate --no-header --no-emit-index-url --no-emit-find-links --output-file "$lock"
sed -e '/^nvidia-/d;/^cuda-/d;/^triton==/d' -e 's/^torch==\([0-9.]*\).*/torch==\1/' "$lock" | awk '!seen[$0]++' > requirements.lock
if grep -nE '://|^/|find-links|index-url' requirements.lock; then
    echo "requirements.lock names a host or a path" >&2
    exit 1
fi
