"""Which runs are made, with which settings: the only table of them.

Knows: names and numbers.  Must not know: how anything is done.
"""
from dataclasses import dataclass, field
from typing import List, Optional


@dataclass(frozen=True)
class Run:
    """One training run."""

    name: str                           # and its directory
    detector: str                       # a key of detectors.BUILDERS
    layout: str                         # a key of layouts.LAYOUTS
    note: str                           # one sentence for people
    backbone: str = "scratch"           # or "crops": trained on crops first
    box_bias: Optional[float] = None    # see detectors.build
    seed: int = 0
    lr: float = 5e-4
    weight_decay: float = 0.01
    epochs: Optional[int] = None        # stop early; None: the whole schedule


@dataclass(frozen=True)
class Plan:
    """A set of runs on one data set."""

    name: str
    train_scenes: int
    val_scenes: int
    epochs: int                         # the length the schedule is set for
    runs: List[Run] = field(default_factory=list)
    batch: int = 4


QUICK = Plan("quick", train_scenes=200, val_scenes=32, epochs=5, runs=[
    Run("fasterrcnn-r18", "fasterrcnn", "plain",
        "Faster R-CNN from random weights"),
    Run("retinanet-r18", "retinanet", "plain",
        "RetinaNet from random weights"),
    Run("fcos-r18", "fcos", "plain",
        "FCOS from random weights, box regression started at 2.0",
        box_bias=2.0),
    Run("fcos-r18-stock-start", "fcos", "plain",
        "FCOS as TorchVision starts it"),
])

PLANS = {plan.name: plan for plan in [QUICK]}
