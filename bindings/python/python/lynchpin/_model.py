"""Fitted models, under the name that their stub types them by, and what is asked without an
engine."""

from ._lynchpin import Integers, Model, Scores, ask_risk

__all__ = ["Integers", "Model", "Scores", "ask_risk"]
