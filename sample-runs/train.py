"""Train one run of a plan in this process, on one thread.

Knows: the training loop, what is measured during it, how an interrupted run
goes on.  Must not know: how a published run directory looks (layouts.py).

    train.py PLAN RUN WORK       train, or go on training
    train.py PLAN RUN WORK time  time the trained model

Needs WORK/scenes, WORK/PLAN/split.json (which scenes are for what) and, for
runs that start from it, WORK/crops.pt: make.py sees to all three.
WORK/PLAN/RUN receives state.pt (to go on from), history.json (losses and
times), system.csv, status.json, predictions/epoch_NNN.json and, from detectors
that give masks, instances_results.json (the last epoch, with masks).
"""
import datetime
import json
import math
import random
import resource
import sys
import threading
import time
from pathlib import Path

import psutil
import torch

import detectors
import plans
import scenes
import street

WARMUP_SHARE, MAX_WARMUP = 0.1, 100     # of all steps; steps
FINAL_LR = 0.02                         # of the highest
MAX_GRADIENT = 10.0                     # norm
SYSTEM_EVERY_S = 5


def now_iso():
    """This moment, as in 2024-05-01T10:00:00Z."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def peak_rss_mb():
    """The most memory this process has held so far, in MB."""
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kib * 1024 / 1e6, 1)


def write_whole(path, text):
    """Write a file so that nobody ever sees half of it."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text)
    partial.replace(path)


class SystemLog(threading.Thread):
    """Appends this process's load to system.csv until it ends."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path

    def run(self):
        """Sample every few seconds."""
        process = psutil.Process()
        process.cpu_percent()
        if not self.path.exists():
            self.path.write_text(
                "wall_time,cpu_percent,rss_mb,memory_percent\n")
        while True:
            time.sleep(SYSTEM_EVERY_S)
            row = (f"{time.time():.1f},{process.cpu_percent():.1f},"
                   f"{process.memory_info().rss / 1e6:.1f},"
                   f"{psutil.virtual_memory().percent:.1f}\n")
            with self.path.open("a") as file:
                file.write(row)


class Schedule:
    """Learning rate: a linear warm-up, then a cosine down to FINAL_LR."""

    def __init__(self, highest, steps):
        self.highest = highest
        self.steps = steps
        self.warmup = min(MAX_WARMUP, int(steps * WARMUP_SHARE) + 1)

    def at(self, step):
        """The rate of a step."""
        cosine = 0.5 * (1 + math.cos(math.pi * step / self.steps))
        factor = FINAL_LR + (1 - FINAL_LR) * cosine
        return self.highest * min((step + 1) / self.warmup, factor)


class Trainer:
    """One run: model, optimiser, history, and the files they live in."""

    def __init__(self, plan, run, work):
        self.plan, self.run = plan, run
        self.scenes = work / "scenes"
        self.folder = work / plan.name / run.name
        split = self.folder.with_name("split.json")
        self.split = json.loads(split.read_text())
        (self.folder / "predictions").mkdir(parents=True, exist_ok=True)
        torch.manual_seed(run.seed)
        random.seed(run.seed)
        crops = work / "crops.pt" if run.backbone == "crops" else None
        self.model = detectors.build(run.detector, crops, run.box_bias)
        self.weights = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.weights, run.lr,
                                           weight_decay=run.weight_decay)
        self.steps_per_epoch = plans.steps_per_epoch(plan)
        self.schedule = Schedule(run.lr, plan.epochs * self.steps_per_epoch)
        self.history = {"steps": [], "epochs": [], "started": now_iso(),
                        "parameters": sum(p.numel() for p in self.weights),
                        "warmup_steps": self.schedule.warmup}
        if (self.folder / "state.pt").exists():
            self._go_on()

    def _go_on(self):
        state = torch.load(self.folder / "state.pt")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.history = state["history"]
        torch.set_rng_state(state["torch_random"])
        random.setstate(state["random"])

    def _save(self):
        state = {"model": self.model.state_dict(),
                 "optimizer": self.optimizer.state_dict(),
                 "history": self.history,
                 "torch_random": torch.get_rng_state(),
                 "random": random.getstate()}
        partial = self.folder / "state.pt.part"
        torch.save(state, partial)
        write_whole(self.folder / "history.json", json.dumps(self.history))
        partial.replace(self.folder / "state.pt")

    def _step(self, step, samples):
        """One optimiser step; its row of the history."""
        rate = self.schedule.at(step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        images, targets = zip(*samples)
        losses = self.model(list(images), list(targets))
        loss = sum(losses.values())
        if not torch.isfinite(loss):
            raise FloatingPointError(f"loss is {float(loss)} at step {step}")
        self.optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.weights, MAX_GRADIENT)
        self.optimizer.step()
        row = {"step": step, "wall_time": round(time.time(), 2),
               "lr": rate, "loss": float(loss), "grad_norm": float(norm)}
        row.update({name: float(part) for name, part in losses.items()})
        return row

    def _epoch(self, epoch, data):
        self.model.train()
        order = list(range(len(data)))
        random.shuffle(order)
        for i in range(self.steps_per_epoch):
            batch = order[i * self.plan.batch:(i + 1) * self.plan.batch]
            row = self._step(epoch * self.steps_per_epoch + i,
                             [data.sample(k) for k in batch])
            self.history["steps"].append({"epoch": epoch, **row})

    def train(self):
        """All epochs that are still missing."""
        plan, run = self.plan, self.run
        data = street.Street(self.scenes, self.split["train"],
                             run.detector == "maskrcnn")
        val = street.Street(self.scenes, self.split["val"], False)
        SystemLog(self.folder / "system.csv").start()
        for epoch in range(len(self.history["epochs"]),
                           run.epochs or plan.epochs):
            self._status("running")
            began = time.time()
            self._epoch(epoch, data)
            seconds = time.time() - began
            found, ms_per_image = predict(self.model, val)
            self._keep(found, epoch)
            last = self.history["steps"][-1]
            self.history["epochs"].append({
                "epoch": epoch, "step": last["step"],
                "wall_time": round(time.time(), 2),
                "train_s": round(seconds, 1), "detections": len(found),
                "ms_per_image": round(ms_per_image, 1),
                "peak_rss_mb": peak_rss_mb()})
            self._save()
            print(f"{run.name} epoch {epoch}: loss {last['loss']:.3f}, "
                  f"{seconds:.0f} s, {len(found)} detections", flush=True)
        self._status("finished")

    def _keep(self, found, epoch):
        """Write the epoch's boxes; masks, if any, of the last epoch only."""
        boxes = [{name: value for name, value in result.items()
                  if name != "segmentation"} for result in found]
        write_whole(self.folder / f"predictions/epoch_{epoch:03d}.json",
                    json.dumps(boxes, separators=(",", ":")))
        if boxes != found:
            write_whole(self.folder / "instances_results.json",
                        json.dumps(found, separators=(",", ":")))

    def _status(self, word):
        status = {"status": word, "started": self.history["started"]}
        if word != "running":
            status["ended"] = now_iso()
        write_whole(self.folder / "status.json", json.dumps(status))

    def fail(self, reason):
        """Note that the run ended early, and why."""
        self._status("failed")
        write_whole(self.folder / "reason.txt", reason + "\n")

    def measure(self):
        """Time the trained model over the validation pictures."""
        val = street.Street(self.scenes, self.split["val"], False)
        predict(self.model, val, first=3)               # warm up
        _, ms_per_image = predict(self.model, val)
        write_whole(self.folder / "timing.json", json.dumps({
            "ms_per_image": round(ms_per_image, 1), "images": len(val),
            "threads": torch.get_num_threads(),
            "clock": "CPU time of the process, median"}))


def predict(model, data, first=None):
    """Detections of every picture as COCO results, and their median time.

    The time is CPU time in ms, decoding and rounding left out.
    """
    model.eval()
    found, times = [], []
    with torch.inference_mode():
        for index in range(len(data))[:first]:
            image = data.image(index)
            began = time.process_time()
            output = model([image])[0]
            times.append(1000 * (time.process_time() - began))
            found += _results(index + 1, output)
    return found, sorted(times)[len(times) // 2]


def _results(image_id, output):
    rows = zip(output["boxes"].tolist(), output["scores"].tolist(),
               output["labels"].tolist())
    results = [{"image_id": image_id, "category_id": label,
                "bbox": [round(x0, 1), round(y0, 1), round(x1 - x0, 1),
                         round(y1 - y0, 1)],
                "score": round(score, 3)}
               for (x0, y0, x1, y1), score, label in rows]
    for result, mask in zip(results, output.get("masks", [])):
        lengths = scenes.run_lengths((mask[0] > 0.5).numpy())
        result["segmentation"] = scenes.packed(lengths)
    return results


def main(plan_name, run_name, work, task="train"):
    """Do one task for one run."""
    torch.set_num_threads(1)
    plan = plans.PLANS[plan_name]
    run = next(run for run in plan.runs if run.name == run_name)
    trainer = Trainer(plan, run, Path(work))
    if task == "time":
        trainer.measure()
        return 0
    try:
        trainer.train()
    except FloatingPointError as reason:
        trainer.fail(str(reason))
        print(f"{run_name}: {reason}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
