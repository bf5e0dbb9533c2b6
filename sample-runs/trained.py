"""What training left behind of one run, ready to be written down.

Knows: the files of a run's work directory, the full set of its parameters,
and its metrics as rows.  Must not know: any published layout.
"""
import json
import platform

import numpy
import PIL
import torch
import torchvision

import detectors
import plans
import scenes
import street
import train

DATA = "street"                         # the name of the data set
COCO_NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10",
              "AR100", "ARs", "ARm", "ARl"]
PLAIN_NAMES = {"step": "step", "epoch": "epoch", "wall_time": "wall_time",
               "lr": "lr", "grad_norm": "train/grad_norm"}


def loss_name(name):
    """One name style for all detectors' parts: loss_bbox_regression."""
    return name if name.startswith("loss") else f"loss_{name}"


class Trained:
    """One finished run."""

    def __init__(self, plan, run, folder):
        self.plan, self.run, self.folder = plan, run, folder
        self.history = self._json("history.json")
        self.timing = self._json("timing.json")
        self.status = self._json("status.json")
        self.evaluations = {}           # by epoch, where boxtop made one
        if (folder / "scores.json").exists():
            self.evaluations = {int(epoch): found for epoch, found
                                in self._json("scores.json").items()}

    def _json(self, name):
        return json.loads((self.folder / name).read_text())

    @property
    def steps(self):
        """One dict a training step."""
        return self.history["steps"]

    @property
    def epochs(self):
        """One dict an epoch."""
        return self.history["epochs"]

    def losses(self):
        """The names of the loss's parts, as the detector gives them."""
        known = set(PLAIN_NAMES) | {"loss"}
        return [name for name in self.steps[0] if name not in known]

    def predictions(self):
        """The prediction files to publish, in the order of epochs."""
        files = sorted((self.folder / "predictions").glob("epoch_*.json"))
        return files if self.run.keep_all else files[-1:]

    def scores(self, epoch):
        """The COCO metrics, the best F1 and each class's AP of an epoch.

        Empty when the epoch was not evaluated, or is not published.
        """
        found = self.evaluations.get(epoch)
        if not found:
            return {}
        values = {name: found["stats"][name] for name in COCO_NAMES}
        values["F1"] = found["best_f1"]["f1"] or 0.0
        for row in found["per_class"]:
            values[f"AP/{row['name']}"] = row["AP"]
        return values

    def images(self):
        """The numbers of every validation picture, last published epoch."""
        last = max(self.evaluations, default=None)
        return [] if last is None else self.evaluations[last]["images"]

    def costs(self):
        """What the model takes: time a picture, memory."""
        return {"time/ms_per_image": self.timing["ms_per_image"],
                "memory/peak_rss_mb": self.epochs[-1]["peak_rss_mb"]}

    def parameters(self):
        """Everything that was set, nested as in a training script."""
        plan, run = self.plan, self.run
        model = {"name": run.detector, "backbone": "resnet18",
                 "backbone_weights": run.backbone,
                 "fpn_channels": detectors.CHANNELS,
                 "parameters": self.history["parameters"]}
        if run.detector == "fcos":
            model["box_bias"] = run.box_bias or 0.0
        return {
            "model": model,
            "optimizer": {"name": "AdamW", "lr": run.lr,
                          "weight_decay": run.weight_decay,
                          "max_gradient_norm": train.MAX_GRADIENT},
            "schedule": {"name": "cosine", "epochs": plan.epochs,
                         "steps": plan.epochs * plans.steps_per_epoch(plan),
                         "trained_epochs": len(self.epochs),
                         "warmup_steps": self.history["warmup_steps"],
                         "final_lr_factor": train.FINAL_LR},
            "data": {"name": DATA, "train_images": plan.train_scenes,
                     "val_images": plan.val_scenes, "batch_size": plan.batch,
                     "width": scenes.WIDTH, "height": scenes.HEIGHT,
                     "augmentation": street.AUGMENTATION},
            "inference": {"max_detections": detectors.MAX_DETECTIONS,
                          "min_score": detectors.MIN_SCORE},
            "seed": run.seed, "device": "cpu", "threads": 1,
            "versions": {"python": platform.python_version(),
                         "torch": str(torch.__version__),
                         "torchvision": torchvision.__version__,
                         "numpy": numpy.__version__,
                         "pillow": PIL.__version__}}

    def rows(self):
        """The metrics: a dict a step and a dict an epoch, in step order.

        A row holds only what was measured then.
        """
        ends = {row["step"]: row for row in self.epochs}
        for row in self.steps:
            yield {PLAIN_NAMES.get(name) or f"train/{loss_name(name)}": value
                   for name, value in row.items()}
            if row["step"] in ends:
                yield self._end_row(ends[row["step"]])

    def _end_row(self, end):
        row = {"step": end["step"], "epoch": end["epoch"],
               "wall_time": end["wall_time"],
               "val/detections": end["detections"],
               "time/train_s": end["train_s"],
               "time/ms_per_image_training": end["ms_per_image"]}
        row.update({f"val/{name}": value for name, value
                    in self.scores(end["epoch"]).items()})
        if end is self.epochs[-1]:
            row.update(self.costs())
        return row


def flat(nested, prefix=""):
    """{"a": {"b": 1}} -> {"a.b": 1}."""
    values = {}
    for name, value in nested.items():
        if isinstance(value, dict):
            values.update(flat(value, f"{prefix}{name}."))
        else:
            values[prefix + name] = value
    return values
