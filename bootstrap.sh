#!/usr/bin/env bash
# Makes .venv from requirements.lock, or does nothing when it is up to date. Safe to interrupt and run again.
# PYTHON=python3.12 chooses the interpreter (3.11 to 3.13).
set -euo pipefail
cd "$(dirname "$0")"

stamp=.venv/.crosslog-stamp
wanted=$({ cat requirements.lock pyproject.toml bootstrap.sh; pwd; } | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then
    echo "crosslog needs Python 3.11, 3.12 or 3.13; '$python' is $("$python" --version 2>&1)." >&2
    echo "Name another one, for example: PYTHON=python3.12 make demo" >&2
    exit 1
fi

say() { printf '\033[1m[bootstrap]\033[0m %s\n' "$*"; }
say "$("$python" --version), environment in .venv (about 2.5 GB, once; a minute or two)"
# Anew where it is broken, of another Python, or was made elsewhere: its scripts hold the folder's name.
if ! .venv/bin/python -c '' 2>/dev/null || ! grep -qF "$PWD/.venv" .venv/bin/activate ||
    [ "$("$python" --version)" != "$(.venv/bin/python --version)" ]; then
    rm -rf .venv
    "$python" -m venv .venv
fi
.venv/bin/python -m uv --version >/dev/null 2>&1 || .venv/bin/python -m pip install --quiet uv

# uv does not read pip's settings: hand on a folder of wheels, where pip has one.
UV_FIND_LINKS=${UV_FIND_LINKS:-$(.venv/bin/python -m pip config get global.find-links 2>/dev/null || true)}
UV_FIND_LINKS=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}
if [ -n "$UV_FIND_LINKS" ]; then export UV_FIND_LINKS; else unset UV_FIND_LINKS; fi
# PyPI's torch for Linux brings CUDA along. Where no local wheel of it lies, let uv pick the build for this machine.
if [ "$(uname -s)" = Linux ] && ! ls "${UV_FIND_LINKS:-/nonexistent}"/torch-* >/dev/null 2>&1; then
    export UV_TORCH_BACKEND=${UV_TORCH_BACKEND:-auto}
fi

say "installing $(grep -c '==' requirements.lock) pinned packages"
.venv/bin/python -m uv pip install --python .venv/bin/python --quiet --compile-bytecode -r requirements.lock
.venv/bin/python -m uv pip install --python .venv/bin/python --quiet --no-deps -e .
echo "$wanted" > "$stamp"
say "ready"
