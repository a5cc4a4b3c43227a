"""Edges in bulk, under the name that their stub types them by."""

from ._lynchpin import Components, Edges, Numbers, OrderedEdges, Schedule

__all__ = ["Components", "Edges", "Numbers", "OrderedEdges", "Schedule"]
