"""Sound by diffusion from words: Stable Audio Open and AudioLDM 2, through diffusers."""

from plugins.diffusion_audio.generator import audioldm2, stable_audio_open

__all__ = ["audioldm2", "stable_audio_open"]
