"""Published form: the shared data set, and one directory a run.

Knows: what files a run directory holds and how they are written, from what
train.py left in the work directory.  Must not know: how those were computed;
it never computes a result, it only rounds and arranges.

Layouts: `plain` is boxtop's own: config.json, metrics.csv,
predictions/epoch_NNN.json, dataset.json, system.csv, status.json.
"""
import csv
import json
import platform
import shutil

import numpy
import PIL
import torch
import torchvision

import detectors
import scenes
import street
import train

STREET = "street"                       # directory of the shared data set


def _compact(value):
    return json.dumps(value, separators=(",", ":")) + "\n"


def _pretty(value):
    return json.dumps(value, indent=2) + "\n"


def write_street(plan, work, out):
    """The validation pictures and their ground truth, shared by all runs."""
    seeds = json.loads((work / plan.name / "split.json").read_text())["val"]
    images = out / STREET / "images"
    if images.exists():
        shutil.rmtree(images)
    images.mkdir(parents=True)
    for index, seed in enumerate(seeds, start=1):
        shutil.copyfile(work / "scenes" / f"{seed}.jpg",
                        images / scenes.file_name(index))
    truth = scenes.ground_truth(work / "scenes", seeds)
    (out / STREET / "instances.json").write_text(_compact(truth))


def parameters(plan, run, history, timing):
    """Everything that was set for a run, nested as in a training script."""
    epochs = run.epochs or plan.epochs
    steps_per_epoch = plan.train_scenes // plan.batch
    model = {"name": run.detector, "backbone": "resnet18",
             "backbone_weights": run.backbone, "fpn_channels":
             detectors.CHANNELS, "parameters": history["parameters"]}
    if run.detector == "fcos":
        model["box_bias"] = run.box_bias or 0.0
    return {
        "model": model,
        "optimizer": {"name": "AdamW", "lr": run.lr,
                      "weight_decay": run.weight_decay,
                      "max_gradient_norm": train.MAX_GRADIENT},
        "schedule": {"name": "cosine", "epochs": plan.epochs,
                     "steps": plan.epochs * steps_per_epoch,
                     "trained_epochs": epochs,
                     "warmup_steps": history["warmup_steps"],
                     "final_lr_factor": train.FINAL_LR},
        "data": {"name": STREET, "train_images": plan.train_scenes,
                 "val_images": plan.val_scenes, "batch_size": plan.batch,
                 "width": scenes.WIDTH, "height": scenes.HEIGHT,
                 "augmentation": street.AUGMENTATION},
        "inference": {"max_detections": detectors.MAX_DETECTIONS,
                      "min_score": detectors.MIN_SCORE},
        "timing": timing,
        "seed": run.seed,
        "device": "cpu",
        "threads": 1,
        "versions": {"python": platform.python_version(),
                     "torch": torch.__version__,
                     "torchvision": torchvision.__version__,
                     "numpy": numpy.__version__, "pillow": PIL.__version__},
    }


def _loss_tag(name):
    """loss_box_reg, bbox_regression -> train/loss_box_reg, ..."""
    return "train/" + (name if name.startswith("loss") else f"loss_{name}")


def metric_rows(history, timing):
    """The run's metrics, one dict a step and one an epoch, in step order.

    A row holds only what was measured then.
    """
    plain = {"step": "step", "epoch": "epoch", "wall_time": "wall_time",
             "lr": "lr", "grad_norm": "train/grad_norm"}
    ends = {row["step"]: row for row in history["epochs"]}
    for row in history["steps"]:
        yield {plain.get(name) or _loss_tag(name): value
               for name, value in row.items()}
        if row["step"] in ends:
            end = ends[row["step"]]
            last = end is history["epochs"][-1]
            yield {"step": end["step"], "epoch": end["epoch"],
                   "wall_time": end["wall_time"],
                   "val/detections": end["detections"],
                   "time/train_s": end["train_s"],
                   "time/ms_per_image_training": end["ms_per_image"],
                   **({"time/ms_per_image": timing["ms_per_image"]}
                      if last else {})}


def _short(name, value):
    """A number as text: times to 10 ms, the rest to 6 digits."""
    if name == "wall_time":
        return f"{value:.2f}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _write_metrics(path, rows):
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({name: _short(name, value)
                            for name, value in row.items()})


def _write_plain(plan, run, source, target):
    history = json.loads((source / "history.json").read_text())
    timing = json.loads((source / "timing.json").read_text())
    if (target / "predictions").exists():
        shutil.rmtree(target / "predictions")
    shutil.copytree(source / "predictions", target / "predictions")
    shutil.copyfile(source / "system.csv", target / "system.csv")
    status = json.loads((source / "status.json").read_text())
    (target / "status.json").write_text(_pretty(status))
    (target / "config.json").write_text(
        _pretty(parameters(plan, run, history, timing)))
    (target / "dataset.json").write_text(_pretty({
        "name": STREET, "ground_truth": f"../{STREET}/instances.json",
        "images": f"../{STREET}/images"}))
    _write_metrics(target / "metrics.csv", metric_rows(history, timing))


LAYOUTS = {"plain": _write_plain}


def write_run(plan, run, work, out):
    """One run's directory."""
    target = out / run.name
    target.mkdir(parents=True, exist_ok=True)
    LAYOUTS[run.layout](plan, run, work / plan.name / run.name, target)


def megabytes(plan, out):
    """The size of what was published for a plan."""
    folders = [out / STREET] + [out / run.name for run in plan.runs]
    return sum(path.stat().st_size for folder in folders
               for path in folder.rglob("*") if path.is_file()) / 1e6
