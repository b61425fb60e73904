"""Weights of learned parts: what is known of them, where they lie, and how they are fetched."""
