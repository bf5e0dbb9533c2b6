"""Published form: the shared data set, and one directory a run.

Knows: what files a run directory holds and how they are written.  Must not
know: how their content was computed; it only rounds and arranges.

Every directory has predictions/epoch_NNN.json, system.csv and, once it was
evaluated, per_image.csv; boxtop.json beside them says which ground truth is
theirs.  The layout `plain`, boxtop's own, adds config.json, metrics.csv,
status.json and a dataset.json; the others add what the tool of their name
writes.
"""
import json
import shutil

import imitations
import scenes
from textfiles import compact, pretty, write_table
from trained import DATA, Trained


def _emptied(folder):
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def write_street(plan, work, out):
    """The validation pictures and their ground truth, shared by all runs."""
    seeds = json.loads((work / plan.name / "split.json").read_text())["val"]
    images = _emptied(out / DATA / "images")
    for index, seed in enumerate(seeds, start=1):
        shutil.copyfile(work / "scenes" / f"{seed}.jpg",
                        images / scenes.file_name(index))
    truth = scenes.ground_truth(work / "scenes", seeds)
    (out / DATA / "instances.json").write_text(compact(truth))
    (out / "boxtop.json").write_text(pretty({"datasets": [{
        "name": DATA, "ground_truth": f"{DATA}/instances.json",
        "images": f"{DATA}/images", "runs": "*"}]}))


def _write_plain(trained, target):
    (target / "config.json").write_text(pretty(trained.parameters()))
    (target / "status.json").write_text(pretty(trained.status))
    (target / "dataset.json").write_text(pretty({
        "name": DATA, "ground_truth": f"../{DATA}/instances.json",
        "images": f"../{DATA}/images"}))
    rows = list(trained.rows())
    columns = dict.fromkeys(["step", "epoch", "wall_time", "train/loss"])
    for row in rows:
        columns.update(dict.fromkeys(row))
    write_table(target / "metrics.csv", rows, list(columns))


LAYOUTS = {"plain": _write_plain,
           "tensorboard": imitations.write_tensorboard,
           "detectron2": imitations.write_detectron2,
           "lightning": imitations.write_lightning,
           "detr": imitations.write_detr,
           "ultralytics": imitations.write_ultralytics}


def _about(run):
    text = f"{run.note}.\nWritten by boxtop's sample-runs/make.py"
    if run.layout != "plain":
        text += (f" in the file layout of {run.layout} logs; {run.layout}\n"
                 "itself was not used")
    return text + ". CC0.\n"


def write_run(plan, run, work, out):
    """One run's directory: the parts that all have, and its layout's own."""
    trained = Trained(plan, run, work / plan.name / run.name)
    target = _emptied(out / run.name)
    (target / "predictions").mkdir()
    for path in trained.predictions():
        shutil.copyfile(path, target / "predictions" / path.name)
    shutil.copyfile(trained.folder / "system.csv", target / "system.csv")
    LAYOUTS[run.layout](trained, target)
    if trained.images():
        write_table(target / "per_image.csv", trained.images(),
                    list(trained.images()[0]))
    (target / "README.md").write_text(_about(run))


def megabytes(plan, out):
    """The size of what was published for a plan."""
    folders = [out / DATA] + [out / run.name for run in plan.runs]
    return sum(path.stat().st_size for folder in folders
               for path in folder.rglob("*") if path.is_file()) / 1e6
