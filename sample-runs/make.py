#!/usr/bin/python3
"""Make the sample runs: draw the scenes, train the detectors, write the runs.

    make.py [--quick] [--only RUN] [--layout NAME] [--boxtop FILE] [--work DIR]
            [--out DIR]

Needs Debian's python3-torch, python3-torchvision, python3-numpy,
python3-pil, python3-psutil, python3-yaml and, to be fast enough,
libopenblas0-pthread.  Nothing is downloaded.  Interrupted, it goes on where it
was when started again.  With --boxtop, that program evaluates the predictions,
and their AP, AR and F1 are logged with the rest.

Knows: the order of the work and which of it is done.  Must not know: how any
part of it is done.
"""
import argparse
import dataclasses
import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import layouts
import plans
import scenes
from trained import Trained

HERE = Path(__file__).resolve().parent
PROCESSES = 2                   # at a time, of one thread each
TRAIN_SEED, CROP_SEED, VAL_SEED = 100000, 500000, 900000    # first scenes
# Two one-thread processes use two cores better than two threads do, and one
# thread is what makes a run reproducible.  Spinning threads would steal the
# other process's core.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
              "GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "PASSIVE"}


def _draw(job):
    scenes.draw_to(*job)


def draw(folder, first_seed, count):
    """Draw scenes until `count` have something in them; their seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds, following = [], first_seed
    while len(seeds) < count:
        batch = range(following, following + count - len(seeds))
        with multiprocessing.Pool(PROCESSES) as pool:
            pool.map(_draw, [(folder, seed) for seed in batch], chunksize=1)
        seeds += [seed for seed in batch if scenes.load(folder, seed)[2]]
        following = batch.stop
    return seeds


def prepare(plan, work):
    """The scenes of a plan, and the note of which are for what."""
    split = work / plan.name / "split.json"
    if split.exists():
        return
    split.parent.mkdir(parents=True, exist_ok=True)
    split.write_text(json.dumps({
        "val": draw(work / "scenes", VAL_SEED, plan.val_scenes),
        "train": draw(work / "scenes", TRAIN_SEED, plan.train_scenes)}))


def spawn(folder, *command):
    """Start one of our scripts, one thread; its output goes to its log."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log.txt").open("a") as log:
        return subprocess.Popen(
            [sys.executable, HERE / command[0], *command[1:]],
            env={**os.environ, **ONE_THREAD}, stdout=log, stderr=log)


def start(plan, run, work, *task):
    """Start the process of a run."""
    return spawn(work / plan.name / run.name, "train.py", plan.name, run.name,
                 work, *task)


def prepare_backbone(plan, runs, work):
    """The backbone that was trained on crops, if a run starts from it."""
    if (work / "crops.pt").exists() or all(run.backbone != "crops"
                                           for run in runs):
        return
    print("training a backbone on crops", flush=True)
    seeds = draw(work / "scenes", CROP_SEED, plan.crop_scenes)
    (work / "crops_split.json").write_text(json.dumps(seeds))
    if spawn(work, "crops.py", work).wait() != 0:
        sys.exit(f"make.py: no backbone: see {work / 'log.txt'}")


def is_trained(plan, run, work):
    """Whether a run has ended."""
    status = work / plan.name / run.name / "status.json"
    return status.exists() and "running" not in status.read_text()


def train(plan, runs, work):
    """Train what is not trained yet, PROCESSES runs at a time."""
    waiting = [run for run in runs if not is_trained(plan, run, work)]
    working = []
    while waiting or working:
        while waiting and len(working) < PROCESSES:
            run = waiting.pop(0)
            print(f"training {run.name}", flush=True)
            working.append((run, start(plan, run, work)))
        time.sleep(1)
        for run, process in list(working):
            if process.poll() is not None:
                working.remove((run, process))
                print(f"{run.name} ended ({process.returncode})", flush=True)
    missing = [run.name for run in runs if not is_trained(plan, run, work)]
    if missing:
        sys.exit(f"make.py: not trained: {', '.join(missing)}: see log.txt of "
                 f"the run below {work / plan.name}")


def time_models(plan, runs, work):
    """Time the trained models one after another, with nothing beside them."""
    for run in runs:
        if not (work / plan.name / run.name / "timing.json").exists():
            start(plan, run, work, "time").wait()


def evaluate(boxtop, plan, run, work, truth):
    """Have boxtop evaluate what a run publishes: scores.json, by epoch."""
    scores = {}
    trained = Trained(plan, run, work / plan.name / run.name)
    for path in trained.predictions():
        answer = subprocess.run(
            [boxtop, "eval", "--gt", truth, "--dt", path, "--per-image",
             "--format", "json"], stdout=subprocess.PIPE, check=True).stdout
        scores[int(path.stem.split("_")[1])] = json.loads(answer)
    (trained.folder / "scores.json").write_text(json.dumps(scores))


def main():
    """The whole work."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", dest="plan", action="store_const",
                        const="quick", default="full")
    parser.add_argument("--boxtop", type=Path, metavar="FILE")
    parser.add_argument("--only", metavar="RUN")
    parser.add_argument("--layout", choices=layouts.LAYOUTS,
                        help="one layout for all runs instead of their own")
    parser.add_argument("--work", type=Path, default=HERE / ".work")
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    plan, work = plans.PLANS[options.plan], options.work.resolve()
    runs = [dataclasses.replace(run, layout=options.layout or run.layout)
            for run in plan.runs if options.only in (None, run.name)]
    if not runs:
        sys.exit(f"make.py: no run {options.only} in plan {plan.name}")
    prepare(plan, work)
    prepare_backbone(plan, runs, work)
    train(plan, runs, work)
    time_models(plan, runs, work)
    layouts.write_street(plan, work, options.out)
    for run in runs:
        if options.boxtop:
            evaluate(options.boxtop, plan, run, work,
                     options.out / "street" / "instances.json")
        layouts.write_run(plan, run, work, options.out)
    print(f"{layouts.megabytes(plan, options.out):.2f} MB in {options.out}")


if __name__ == "__main__":
    main()
