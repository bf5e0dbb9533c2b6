"""Run directories laid out as other tools lay theirs out.

Knows: the file names, columns and key names of some tools' logs.  Must not
know: how the numbers came about.

None of those tools was used: every directory gets a README.md that says so.
AP, AR and F1 appear only where boxtop's own evaluator computed them from the
prediction files beside them.
"""
import json
import statistics
from datetime import datetime

import yaml

import detectors
import plans
import scenes
import train
from eventfile import EventFile
from textfiles import pretty, write_table
from trained import COCO_NAMES, flat, loss_name

TB_EVERY = 5                            # steps between parts of the loss
D2_WINDOW = 20                          # iterations a line of metrics.json
D2_LOSSES = {"loss_classifier": "loss_cls", "loss_box_reg": "loss_box_reg",
             "loss_objectness": "loss_rpn_cls", "loss_mask": "loss_mask",
             "loss_rpn_box_reg": "loss_rpn_loc"}


def _seconds(iso):
    return datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp()


def _write_yaml(path, values):
    path.write_text(yaml.safe_dump(values, sort_keys=False))


def _write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def _logged(row):
    """What of a row goes into an event file: the loss's parts now and then."""
    if "train/loss" not in row:
        return [tag for tag in row if tag not in ("step", "wall_time")]
    if row["step"] % TB_EVERY:
        return ["train/loss", "lr"]
    return [tag for tag in row if tag not in ("step", "wall_time", "epoch")]


def _event_file(trained, target):
    """An open event file; the number behind its host is a process's: here 1."""
    started = _seconds(trained.status["started"])
    name = f"events.out.tfevents.{int(started)}.street.1.0"
    return EventFile(target / name, started)


def _write_step_losses(trained, target):
    """The loss of every step, beside a log that has a line an epoch."""
    with _event_file(trained, target) as events:
        for row in trained.steps:
            events.scalar("train/loss", row["loss"], row["step"],
                          row["wall_time"])


def write_tensorboard(trained, target):
    """One event file with the hyperparameters, and hparams.yaml."""
    started = _seconds(trained.status["started"])
    parameters = flat(trained.parameters())
    with _event_file(trained, target) as events:
        events.hparams(parameters, started)
        for row in trained.rows():
            for tag in _logged(row):
                events.scalar(tag, row[tag], row["step"], row["wall_time"])
        events.ended(_seconds(trained.status["ended"]))
    _write_yaml(target / "hparams.yaml", trained.parameters())


def _d2_config(trained):
    run, plan = trained.run, trained.plan
    steps = plan.epochs * plans.steps_per_epoch(plan)
    return {
        "MODEL": {"META_ARCHITECTURE": run.detector,
                  "PARAMETERS": trained.history["parameters"],
                  "MASK_ON": run.detector == "maskrcnn",
                  "WEIGHTS": run.backbone,
                  "BACKBONE": {"NAME": "resnet18_fpn"},
                  "FPN": {"OUT_CHANNELS": detectors.CHANNELS},
                  "ROI_HEADS": {"NUM_CLASSES": len(scenes.CATEGORIES)}},
        "DATASETS": {"TRAIN": ["street_train"], "TEST": ["street"]},
        "INPUT": {"MIN_SIZE_TEST": scenes.HEIGHT,
                  "MAX_SIZE_TEST": scenes.WIDTH},
        "SOLVER": {"OPTIMIZER": "AdamW", "BASE_LR": run.lr,
                   "WEIGHT_DECAY": run.weight_decay, "MAX_ITER": steps,
                   "IMS_PER_BATCH": plan.batch,
                   "WARMUP_ITERS": trained.history["warmup_steps"],
                   "LR_SCHEDULER_NAME": "WarmupCosineLR",
                   "CLIP_GRADIENTS": {"CLIP_VALUE": train.MAX_GRADIENT}},
        "TEST": {"DETECTIONS_PER_IMAGE": detectors.MAX_DETECTIONS},
        "SEED": run.seed}


def _d2_parts(window, previous_end):
    """Medians over some iterations."""
    line = {"time": (window[-1]["wall_time"] - previous_end) / len(window)}
    for ours, theirs in D2_LOSSES.items():
        if ours in window[0]:
            line[theirs] = statistics.median(row[ours] for row in window)
    return line


def _d2_scores(trained, epoch):
    """Evaluation, as percent; undefined is NaN there."""
    line = {}
    for name, value in trained.scores(epoch).items():
        if name == "F1":
            line["val/F1"] = value
        else:
            line[f"bbox/{name.replace('/', '-')}"] = \
                100 * value if value >= 0 else float("nan")
    if epoch + 1 == len(trained.epochs):
        line.update(trained.costs())
    return line


def write_detectron2(trained, target):
    """metrics.json (JSON lines), config.yaml, inference/."""
    ends = {epoch["step"]: i for i, epoch in enumerate(trained.epochs)}
    lines, window = [], []
    previous_end = _seconds(trained.status["started"])
    for row in trained.steps:
        line = {"iteration": row["step"], "lr": row["lr"],
                "total_loss": row["loss"]}
        window.append(row)
        if len(window) == D2_WINDOW:
            line.update(_d2_parts(window, previous_end))
            previous_end, window = row["wall_time"], []
        lines.append(dict(sorted(line.items())))
        if row["step"] in ends:
            scores = _d2_scores(trained, ends[row["step"]])
            lines.append({**scores, "iteration": row["step"]})
    _write_lines(target / "metrics.json", lines)
    _write_yaml(target / "config.yaml", _d2_config(trained))
    (target / "inference").mkdir()
    # The last epoch's detections, with masks, stand where that tool puts them.
    masked = trained.folder / "instances_results.json"
    (target / "inference" / "coco_instances_results.json").write_bytes(
        masked.read_bytes())
    (target / "predictions" / trained.predictions()[-1].name).unlink()


def write_lightning(trained, target):
    """Sparse metrics.csv and hparams.yaml."""
    rows = []
    for row in trained.rows():
        row = {name.replace("train/", "train_"): value
               for name, value in row.items() if name != "wall_time"}
        rows.append(row)
    columns = sorted({name for row in rows for name in row})
    write_table(target / "metrics.csv", rows, columns)
    _write_yaml(target / "hparams.yaml", trained.parameters())


def write_detr(trained, target):
    """log.txt: a JSON line an epoch; args.json."""
    lines = []
    for i, epoch in enumerate(trained.epochs):
        rows = [row for row in trained.steps if row["epoch"] == i]
        line = {"train_lr": rows[-1]["lr"]}
        for name in ["loss"] + trained.losses():
            mean = statistics.fmean(row[name] for row in rows)
            line["train_loss" if name == "loss" else
                 f"train_{loss_name(name)}"] = mean
        scores = trained.scores(i)
        if scores:
            line["test_coco_eval_bbox"] = [scores.pop(name)
                                           for name in COCO_NAMES]
        line.update({f"test_{name}": value for name, value in scores.items()})
        if i + 1 == len(trained.epochs):
            line.update(trained.costs())
        line.update({"epoch": i,
                     "n_parameters": trained.history["parameters"]})
        lines.append(line)
    _write_lines(target / "log.txt", lines)
    _write_step_losses(trained, target)
    (target / "args.json").write_text(
        pretty(trained.parameters()))


def write_ultralytics(trained, target):
    """results.csv: a row an epoch, epochs from 1; args.yaml."""
    started = _seconds(trained.status["started"])
    rows = []
    for i, epoch in enumerate(trained.epochs):
        steps = [row for row in trained.steps if row["epoch"] == i]
        row = {"epoch": i + 1, "time": epoch["wall_time"] - started}
        for name in trained.losses():
            row[f"train/{name}"] = statistics.fmean(step[name]
                                                    for step in steps)
        # Under our names: that tool computes another AP than COCO's.
        row.update({f"val/{name}": value
                    for name, value in trained.scores(i).items()})
        row["lr/pg0"] = steps[-1]["lr"]
        rows.append(row)
    rows[-1].update(trained.costs())
    write_table(target / "results.csv", rows, list(rows[-1]))
    _write_step_losses(trained, target)
    run, plan = trained.run, trained.plan
    _write_yaml(target / "args.yaml", {
        "task": "detect", "mode": "train", "model": f"{run.detector}-resnet18",
        "parameters": trained.history["parameters"], "data": "street", "epochs": plan.epochs, "batch": plan.batch,
        "imgsz": scenes.WIDTH, "device": "cpu", "name": run.name,
        "pretrained": run.backbone != "scratch", "optimizer": "AdamW",
        "lr0": run.lr, "lrf": train.FINAL_LR,
        "weight_decay": run.weight_decay, "cos_lr": True, "seed": run.seed,
        "max_det": detectors.MAX_DETECTIONS, "conf": detectors.MIN_SCORE})
