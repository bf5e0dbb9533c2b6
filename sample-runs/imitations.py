"""Run directories laid out as other tools lay theirs out.

Knows: the file names, columns and key names of some tools' logs.  Must not
know: how the numbers came about.

None of those tools was used: every directory gets a README.md that says so.
AP values appear only when `trained.stats` has them, as boxtop's own evaluator
computed them from the prediction files beside them.
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
from trained import flat, loss_name

COCO_NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10",
              "AR100", "ARs", "ARm", "ARl"]
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


def write_tensorboard(trained, target):
    """One event file with the hyperparameters, and hparams.yaml."""
    started = _seconds(trained.status["started"])
    parameters = flat(trained.parameters())
    # Numbers in the file's name: when it began, and (here always) process 1.
    name = f"events.out.tfevents.{int(started)}.street.1.0"
    with EventFile(target / name, started) as events:
        events.hparams(parameters, started)
        for row in trained.rows():
            for tag in _logged(row):
                events.scalar(tag, row[tag], row["step"], row["wall_time"])
        for epoch, stats in zip(trained.epochs, trained.stats):
            for tag in COCO_NAMES:
                events.scalar(f"val/{tag}", stats[tag], epoch["step"],
                              epoch["wall_time"])
        events.ended(_seconds(trained.status["ended"]))
    _write_yaml(target / "hparams.yaml", trained.parameters())


def _d2_config(trained):
    run, plan = trained.run, trained.plan
    steps = plan.epochs * plans.steps_per_epoch(plan)
    return {
        "MODEL": {"META_ARCHITECTURE": "GeneralizedRCNN",
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


def _d2_line(window, previous_end):
    """Medians over some iterations, keys sorted."""
    line = {"iteration": window[-1]["step"], "lr": window[-1]["lr"],
            "time": (window[-1]["wall_time"] - previous_end) / len(window),
            "total_loss": statistics.median(row["loss"] for row in window)}
    for ours, theirs in D2_LOSSES.items():
        if ours in window[0]:
            line[theirs] = statistics.median(row[ours] for row in window)
    return dict(sorted(line.items()))


def write_detectron2(trained, target):
    """metrics.json (JSON lines), config.yaml, inference/."""
    ends = {epoch["step"]: i for i, epoch in enumerate(trained.epochs)}
    lines, window = [], []
    previous_end = _seconds(trained.status["started"])
    for row in trained.steps:
        window.append(row)
        if len(window) == D2_WINDOW:
            lines.append(_d2_line(window, previous_end))
            previous_end, window = row["wall_time"], []
        epoch = ends.get(row["step"])
        if epoch is not None and epoch < len(trained.stats):
            stats = trained.stats[epoch]
            values = {f"bbox/{name}": 100 * stats[name] if stats[name] >= 0
                      else float("nan") for name in COCO_NAMES[:6]}
            lines.append({**values, "iteration": row["step"]})
    _write_lines(target / "metrics.json", lines)
    _write_yaml(target / "config.yaml", _d2_config(trained))
    (target / "inference").mkdir()
    found = trained.folder / "instances_results.json"
    (target / "inference" / "coco_instances_results.json").write_bytes(
        found.read_bytes())


def write_lightning(trained, target):
    """lightning_logs/version_0/: sparse metrics.csv and hparams.yaml."""
    version = target / "lightning_logs" / "version_0"
    version.mkdir(parents=True)
    rows = []
    for row in trained.rows():
        row = {name.replace("train/", "train_"): value
               for name, value in row.items() if name != "wall_time"}
        epoch = row["epoch"]
        if "val/detections" in row and epoch < len(trained.stats):
            row.update({f"val/{name}": trained.stats[epoch][name]
                        for name in COCO_NAMES})
        rows.append(row)
    columns = sorted({name for row in rows for name in row})
    write_table(version / "metrics.csv", rows, columns)
    _write_yaml(version / "hparams.yaml", trained.parameters())


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
        if i < len(trained.stats):
            line["test_coco_eval_bbox"] = [trained.stats[i][name]
                                           for name in COCO_NAMES]
        line.update({"epoch": i,
                     "n_parameters": trained.history["parameters"]})
        lines.append(line)
    _write_lines(target / "log.txt", lines)
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
        if i < len(trained.stats):
            row["metrics/mAP50(B)"] = trained.stats[i]["AP50"]
            row["metrics/mAP50-95(B)"] = trained.stats[i]["AP"]
        row["lr/pg0"] = steps[-1]["lr"]
        rows.append(row)
    write_table(target / "results.csv", rows, list(rows[0]))
    run, plan = trained.run, trained.plan
    _write_yaml(target / "args.yaml", {
        "task": "detect", "mode": "train", "model": f"{run.detector}-resnet18",
        "data": "street", "epochs": plan.epochs, "batch": plan.batch,
        "imgsz": scenes.WIDTH, "device": "cpu", "name": run.name,
        "pretrained": run.backbone != "scratch", "optimizer": "AdamW",
        "lr0": run.lr, "lrf": train.FINAL_LR,
        "weight_decay": run.weight_decay, "cos_lr": True, "seed": run.seed,
        "max_det": detectors.MAX_DETECTIONS, "conf": detectors.MIN_SCORE})
