"""CLAP: the library searched by what recordings sound like, through transformers."""

from plugins.clap.listener import clap

__all__ = ["clap"]
