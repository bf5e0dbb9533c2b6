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
    keep_all: bool = True               # publish every epoch's predictions


@dataclass(frozen=True)
class Plan:
    """A set of runs on one data set."""

    name: str
    train_scenes: int
    val_scenes: int
    epochs: int                         # the length the schedule is set for
    runs: List[Run] = field(default_factory=list)
    batch: int = 4
    crop_scenes: int = 400              # for runs on the backbone "crops"


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

# FCOS's stock start with seed 2: at the learning rate of the others its boxes'
# right side is 0 everywhere for an epoch and comes back; at 1e-2 it is 0 from
# about step 10 to the end.
FULL = Plan("full", train_scenes=240, val_scenes=40, epochs=10, runs=[
    Run("maskrcnn-r18-pretrained", "maskrcnn", "detectron2",
        "Mask R-CNN on a backbone trained on crops", backbone="crops"),
    Run("fasterrcnn-r18-pretrained", "fasterrcnn", "tensorboard",
        "Faster R-CNN on a backbone trained on crops", backbone="crops"),
    Run("retinanet-r18", "retinanet", "lightning",
        "RetinaNet from random weights"),
    Run("fcos-r18", "fcos", "detr",
        "FCOS from random weights, box regression started at 2.0",
        box_bias=2.0, seed=2),
    Run("fasterrcnn-r18", "fasterrcnn", "tensorboard",
        "Faster R-CNN from random weights"),
    Run("ssd-r18", "ssd", "ultralytics", "SSD from random weights"),
    Run("fcos-r18-stock-start", "fcos", "plain",
        "FCOS as TorchVision starts it, at twenty times the learning rate",
        seed=2, epochs=5, lr=1e-2),
    Run("ssd-r18-seed1", "ssd", "ultralytics",
        "SSD from random weights, another seed", seed=1, keep_all=False),
    Run("ssd-r18-seed2", "ssd", "ultralytics",
        "SSD from random weights, a third seed", seed=2, keep_all=False),
])

PLANS = {plan.name: plan for plan in [QUICK, FULL]}


def steps_per_epoch(plan):
    """Optimiser steps in one epoch; a last, smaller batch is left out."""
    return plan.train_scenes // plan.batch
