"""CLAP of random numbers, a few kilobytes, saved as transformers saves it."""

from __future__ import annotations

import importlib
from pathlib import Path

RATE_HZ = 8000
WINDOW_S = 2


def save_clap(folder: Path, seed: int = 0) -> Path:
    """A CLAP that listens at 8 kHz in windows of two seconds and answers eight numbers."""
    from plugins.torchvision_on_cpu import mend_torchvision

    torch = importlib.import_module("torch")
    mend_torchvision()
    transformers = importlib.import_module("transformers")
    transformers.utils.logging.disable_progress_bar()  # it would leave a thread behind
    torch.manual_seed(seed)
    words = {
        "vocab_size": 16, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1,
        "num_attention_heads": 2, "projection_dim": 8, "bos_token_id": 0, "eos_token_id": 2,
        "pad_token_id": 0, "max_position_embeddings": 40,
    }  # fmt: skip
    sound = {
        "spec_size": 64, "window_size": 4, "num_mel_bins": 64, "intermediate_size": 16,
        "hidden_size": 32, "depths": [1, 1], "num_attention_heads": [1, 1],
        "num_hidden_layers": 2, "projection_dim": 8, "patch_size": 4, "patch_stride": 4,
        "patch_embeds_hidden_size": 16,
    }  # fmt: skip
    config = transformers.ClapConfig(text_config=words, audio_config=sound, projection_dim=8)
    network = transformers.ClapModel(config)
    for parameter in network.parameters():  # as they begin, all sounds would be alike
        torch.nn.init.normal_(parameter, std=0.3)
    network.save_pretrained(str(folder))
    letters = {letter: index for index, letter in enumerate("rainwdoslm", start=4)}
    transformers.RobertaTokenizer(
        vocab={"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, **letters},
        merges=[],
        model_max_length=16,
    ).save_pretrained(str(folder))
    transformers.ClapFeatureExtractor(
        feature_size=64,
        sampling_rate=RATE_HZ,
        hop_length=256,
        max_length_s=WINDOW_S,
        fft_window_size=512,
        frequency_min=50,
        frequency_max=4000,
        truncation="rand_trunc",
        padding="repeatpad",
    ).save_pretrained(str(folder))
    return folder
