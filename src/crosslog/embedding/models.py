"""Where a model's files lie and what they are, without loading the model: a folder, a package, or a name on the Hub."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from crosslog.faults import UserError

PACKAGE_PREFIX = "package:"
ARITHMETIC = "float64"  # what networks compute in: see RoundedEncoder
# What decides a model's vectors: weights, configuration, vocabulary. Read-me files and pictures do not.
DECISIVE = (".safetensors", ".bin", ".json", ".txt", ".model")
BLOCK_BYTES = 1 << 20
WHERE_FROM = (
    "put its files (config.json, model.safetensors, the tokenizer's) into a folder and name the folder in params.yaml "
    "instead, or set HF_HOME to a Hugging Face cache that holds them"
)

Loaded = TypeVar("Loaded")


class ModelError(UserError, ValueError):
    """A model cannot be found or read; the message says what to change in params.yaml."""


def locate(model: str) -> Path | None:
    """The folder that holds a model's files, or None for a name on the Hub.

    Parameters
    ----------
    model : `package:<name>` for weights inside an installed package (its `MODEL_DIR`), a folder, or a name on the Hub

    Raises
    ------
    ModelError
        If the package is not installed or has no `MODEL_DIR`, or a path that looks like a folder is not there.
    """
    if model.startswith(PACKAGE_PREFIX):
        return _packaged(model.removeprefix(PACKAGE_PREFIX))
    if Path(model).is_dir():
        return Path(model)
    if model.startswith((".", "/", "~")) or model.count("/") > 1:
        raise ModelError(f"embed.options.model: there is no folder {model}")
    return None


def _packaged(package: str) -> Path:
    try:
        return Path(importlib.import_module(package).MODEL_DIR)
    except ModuleNotFoundError:
        raise ModelError(f"embed.options.model: package {package} is not installed: pip install it") from None
    except AttributeError:
        raise ModelError(f"embed.options.model: package {package} names no MODEL_DIR") from None


def loaded(model: str, load: Callable[[str, bool], Loaded]) -> Loaded:
    """What `load(place, local_only)` makes of a model's files: a folder's, or the Hugging Face cache's, or the Hub's.

    The cache comes before the Hub, so a model that is there needs no network, nor a minute of attempts to reach one.

    Raises
    ------
    ModelError
        If the files are nowhere or are no such model.
    """
    folder = locate(model)
    place, ways = (model, (True, False)) if folder is None else (str(folder), (True,))
    reasons: list[str] = []
    for local_only in ways:
        try:
            return load(place, local_only)
        except (OSError, ValueError) as error:
            reasons.append((str(error).splitlines() or [type(error).__name__])[0])
    advice = "" if folder is not None else f"; {WHERE_FROM}"
    raise ModelError(f"embed.options.model: {model} cannot be loaded: {reasons[-1]}{advice}")


def identity(encoder: str, model: str, options: Mapping[str, Any]) -> str:
    """`<encoder>-<model>-<digest>`, where the digest covers the options and the model's files (a Hub model's name)."""
    folder = locate(model)
    source = {"hub": model} if folder is None else {"files": fingerprint(folder)}
    content = json.dumps({"encoder": encoder, "arithmetic": ARITHMETIC, **options, **source}, sort_keys=True)
    name = re.sub(r"[^A-Za-z0-9]+", "_", model.removeprefix(PACKAGE_PREFIX).rstrip("/").rsplit("/", 1)[-1])
    return f"{encoder}-{name}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


@lru_cache(maxsize=8)
def fingerprint(folder: Path) -> str:
    """SHA-256 over the names and contents of the files that decide a model's vectors."""
    digest = hashlib.sha256()
    paths = sorted(path for path in folder.rglob("*") if path.suffix in DECISIVE)
    if not any(path.suffix in (".safetensors", ".bin") for path in paths):
        raise ModelError(f"{folder} holds no weights (.safetensors or .bin)")
    for path in paths:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def hidden_size(folder: Path) -> int:
    """Numbers in a vector of a Transformer encoder, from its configuration."""
    settings = configuration(folder)
    return int(settings.get("hidden_size") or settings["dim"])  # DistilBERT calls it `dim`


def configuration(folder: Path, name: str = "config.json") -> Any:
    """The content of one of a model's JSON files."""
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / name} cannot be read: {error}") from None
