"""Diffusion pipelines of random numbers, a few kilobytes each, saved as diffusers saves them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any


def save_stable_audio(folder: Path) -> Path:
    """A Stable Audio pipeline at 4 kHz whose longest window is 512 samples."""
    torch, diffusers, transformers = _libraries()
    torch.manual_seed(0)
    words = importlib.import_module("tokenizers")
    vocabulary = {"<pad>": 0, "<unk>": 1, "</s>": 2, "rain": 3, "wind": 4}
    spoken = words.Tokenizer(words.models.WordLevel(vocabulary, unk_token="<unk>"))
    spoken.pre_tokenizer = words.pre_tokenizers.Whitespace()
    pipeline = diffusers.StableAudioPipeline(
        vae=diffusers.AutoencoderOobleck(
            encoder_hidden_size=6, downsampling_ratios=[1, 4, 8], decoder_channels=3,
            decoder_input_channels=4, audio_channels=2, channel_multiples=[2, 4, 4],
            sampling_rate=4000,
        ),
        text_encoder=transformers.T5EncoderModel(_t5(transformers, 8)),
        projection_model=diffusers.StableAudioProjectionModel(
            text_encoder_dim=8, conditioning_dim=8, min_value=0, max_value=32
        ),
        tokenizer=transformers.PreTrainedTokenizerFast(
            tokenizer_object=spoken, pad_token="<pad>", unk_token="<unk>", eos_token="</s>",
            model_max_length=16,
        ),
        transformer=diffusers.StableAudioDiTModel(
            sample_size=16, in_channels=4, num_layers=1, attention_head_dim=4,
            num_key_value_attention_heads=2, out_channels=4, cross_attention_dim=8,
            time_proj_dim=8, global_states_input_dim=16, cross_attention_input_dim=8,
        ),
        scheduler=diffusers.EDMDPMSolverMultistepScheduler(
            solver_order=2, prediction_type="v_prediction", sigma_data=1.0,
            sigma_schedule="exponential",
        ),
    )  # fmt: skip
    pipeline.save_pretrained(str(folder))
    return folder


def save_audioldm2(folder: Path) -> Path:
    """An AudioLDM 2 pipeline."""
    torch, diffusers, transformers = _libraries()
    torch.manual_seed(0)
    language = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(n_embd=8, n_head=2, n_layer=1, vocab_size=8, n_positions=99)
    )
    language.config.max_new_tokens = 4
    pipeline = diffusers.AudioLDM2Pipeline(
        vae=_autoencoder(diffusers),
        text_encoder=_clap(transformers),
        text_encoder_2=transformers.T5EncoderModel(_t5(transformers, 16)),
        projection_model=diffusers.AudioLDM2ProjectionModel(
            text_encoder_dim=8, text_encoder_1_dim=16, langauge_model_dim=8
        ),
        language_model=language,
        tokenizer=transformers.RobertaTokenizer(
            vocab={"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "r": 4, "a": 5, "i": 6, "n": 7},
            merges=[], model_max_length=16,
        ),
        tokenizer_2=transformers.T5Tokenizer(
            vocab=[("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -2.0), ("\u2581rain", -1.0)],
            extra_ids=0, model_max_length=16,
        ),
        feature_extractor=transformers.ClapFeatureExtractor(feature_size=8, sampling_rate=48000),
        unet=diffusers.AudioLDM2UNet2DConditionModel(
            block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=8, sample_size=32,
            in_channels=4, out_channels=4, attention_head_dim=2,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=([None, 8, 16], [None, 8, 16]),
        ),
        scheduler=diffusers.DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
            set_alpha_to_one=False,
        ),
        vocoder=transformers.SpeechT5HifiGan(
            transformers.SpeechT5HifiGanConfig(
                model_in_dim=8, sampling_rate=16000, upsample_initial_channel=16,
                upsample_rates=[2, 2], upsample_kernel_sizes=[4, 4], resblock_kernel_sizes=[3],
                resblock_dilation_sizes=[[1]], normalize_before=False,
            )
        ),
    )  # fmt: skip
    pipeline.save_pretrained(str(folder))
    return folder


def _libraries() -> tuple[Any, Any, Any]:
    from plugins.torchvision_on_cpu import mend_torchvision

    torch = importlib.import_module("torch")
    mend_torchvision()
    importlib.import_module("tokenizers.models")
    importlib.import_module("tokenizers.pre_tokenizers")
    return torch, importlib.import_module("diffusers"), importlib.import_module("transformers")


def _t5(transformers: Any, width: int) -> Any:
    return transformers.T5Config(
        vocab_size=8, d_model=width, d_kv=4, d_ff=16, num_layers=1, num_heads=2
    )


def _autoencoder(diffusers: Any) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=[8, 16], in_channels=1, out_channels=1, norm_num_groups=8,
        down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=4,
    )  # fmt: skip


def _clap(transformers: Any) -> Any:
    words = {
        "vocab_size": 8, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1,
        "num_attention_heads": 2, "projection_dim": 8, "bos_token_id": 0, "eos_token_id": 2,
        "pad_token_id": 0, "max_position_embeddings": 40,
    }  # fmt: skip
    sound = {
        "spec_size": 64, "window_size": 4, "num_mel_bins": 64, "intermediate_size": 16,
        "hidden_size": 16, "depths": [1, 1], "num_attention_heads": [1, 1],
        "num_hidden_layers": 2, "projection_dim": 8, "patch_size": 4, "patch_stride": 4,
        "patch_embeds_hidden_size": 16,
    }  # fmt: skip
    return transformers.ClapModel(
        transformers.ClapConfig(text_config=words, audio_config=sound, projection_dim=8)
    )
