"""Words to features for YOLO-World: CLIP's text encoder (ViT-B/32) through transformers.

YOLO-World compares pictures' regions with CLIP's features of the words (Cheng et al., "YOLO-World:
Real-Time Open-Vocabulary Object Detection", CVPR 2024, 3.2). The encoder lies in a folder as
transformers keeps it; only safetensors are read from it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.errors import PluginError
from engine.weights.folder import folder

FOLDER = "clip-vit-base-patch32"
_BATCH = 64
Encoder = Callable[[Sequence[str]], Any]


def encoder_beside(weights: Path) -> Encoder:
    """The encoder in a folder beside the detector's weights, or in the folder of weights.

    It is loaded when it is first asked.
    """
    loaded: list[tuple[Any, Any, Any]] = []

    def encode(words: Sequence[str]) -> Any:
        if not loaded:
            loaded.append(_load(_place(weights)))
        return features(*loaded[0], words)

    return encode


def features(torch: Any, tokenizer: Any, network: Any, words: Sequence[str]) -> Any:
    """Features (n, width) of unit length, a row a phrase."""
    rows = []
    with torch.inference_mode():
        for start in range(0, len(words), _BATCH):
            some = list(words[start : start + _BATCH])
            tokens = tokenizer(some, padding=True, truncation=True, return_tensors="pt")
            rows.append(network(**tokens).text_embeds)
    found = torch.cat(rows).clone()  # (n, width)
    return found / found.norm(dim=-1, keepdim=True)


def _place(weights: Path) -> Path:
    for place in (weights.parent / FOLDER, folder() / FOLDER):
        if (place / "model.safetensors").is_file():
            return place
    raise PluginError(
        "words and vocabularies need CLIP's text encoder, which is not here",
        place=weights.parent / FOLDER,
        remedy=f"put model.safetensors, config.json and the tokenizer's files of openai/{FOLDER} "
        "there; without words the detector looks for the names in its own file",
    )


def _load(place: Path) -> tuple[Any, Any, Any]:
    try:
        torch = importlib.import_module("torch")
        transformers = importlib.import_module("transformers")
        network = transformers.CLIPTextModelWithProjection.from_pretrained(
            place, local_files_only=True, use_safetensors=True
        )
        tokenizer = transformers.CLIPTokenizer.from_pretrained(place, local_files_only=True)
    except Exception as error:  # whatever the libraries say about what lies there
        words = " ".join(str(error).split())[:120]
        raise PluginError(
            f"CLIP's text encoder cannot be loaded ({type(error).__name__}: {words})",
            place=place,
            remedy="install transformers (pip install 'foleystage[learned]'), or fetch the folder "
            "again",
        ) from error
    return torch, tokenizer, network.eval()
