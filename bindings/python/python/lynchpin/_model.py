"""Fitted models, under the name that their stub types them by."""

from ._lynchpin import Integers, Model, Scores

__all__ = ["Integers", "Model", "Scores"]
