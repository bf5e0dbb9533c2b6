"""Train the backbone on crops: which object, or none, is in the middle?

Knows: how crops are cut from scenes of their own, and the classification
training.  Must not know: detectors.

    crops.py WORK       writes WORK/crops.pt (weights) and WORK/crops.json

Needs WORK/scenes and WORK/crops_split.json (a list of scene seeds).
"""
import json
import math
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import cross_entropy
from torchvision.models import resnet18

import scenes

SIZE = 64                               # of a crop, pixels
PER_OBJECT, PER_SCENE = 2, 3            # crops of objects, of background
MAX_OVERLAP = 0.15                      # of any object in a background crop
EPOCHS, BATCH, RATE, WEIGHT_DECAY, WARMUP = 4, 64, 1e-3, 0.05, 30
MEAN = torch.tensor([.485, .456, .406])[:, None, None]     # as the detectors
STD = torch.tensor([.229, .224, .225])[:, None, None]      # normalise


def _cut(image, middle_x, middle_y, side):
    box = tuple(int(v) for v in (middle_x - side / 2, middle_y - side / 2,
                                 middle_x + side / 2, middle_y + side / 2))
    return np.array(image.crop(box).resize((SIZE, SIZE), Image.BILINEAR))


def _object_crop(image, bbox):
    x, y, wide, high = bbox
    side = max(wide, high) * random.uniform(1.0, 1.5)
    return _cut(image, x + wide / 2 + random.uniform(-.1, .1) * side,
                y + high / 2 + random.uniform(-.1, .1) * side, side)


def _background_crop(image, labels):
    """A crop without objects, or None when the random place has one."""
    side = random.uniform(16, 110)
    middle_x = random.uniform(0, scenes.WIDTH)
    middle_y = random.uniform(0.3 * scenes.HEIGHT, scenes.HEIGHT)
    left, top = middle_x - side / 2, middle_y - side / 2
    for x, y, wide, high in (label["bbox"] for label in labels):
        across = min(left + side, x + wide) - max(left, x)
        down = min(top + side, y + high) - max(top, y)
        if across > 0 and down > 0 and (across * down >
                                        MAX_OVERLAP * wide * high):
            return None
    return _cut(image, middle_x, middle_y, side)


def cut_all(folder, seeds):
    """Crops (uint8, N x 3 x SIZE x SIZE) and their classes; 0: background."""
    crops, classes = [], []
    for seed in seeds:
        image, _, labels = scenes.load(folder, seed)
        for label in labels:
            for _ in range(PER_OBJECT):
                crops.append(_object_crop(image, label["bbox"]))
                classes.append(label["category_id"])
        for _ in range(PER_SCENE):
            crop = _background_crop(image, labels)
            if crop is not None:
                crops.append(crop)
                classes.append(0)
    pixels = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)
    return pixels, torch.tensor(classes)


def _changed(crops):
    """Floats in 0..1, half of the batches mirrored, with random light."""
    pixels = crops.float() / 255
    if random.random() < 0.5:
        pixels = pixels.flip(3)
    gain = 0.75 + 0.5 * torch.rand(len(pixels), 1, 1, 1)
    tint = 0.15 * (torch.rand(len(pixels), 3, 1, 1) - 0.5)
    return (pixels * gain + tint).clamp(0, 1)


def _accuracy(net, crops, classes):
    net.eval()
    with torch.inference_mode():
        scores = net((crops.float() / 255 - MEAN) / STD)
    return float((scores.argmax(1) == classes).float().mean())


def fit(net, crops, classes):
    """Train `net`; its accuracy on a held-out tenth after each epoch."""
    order = torch.randperm(len(classes))
    held, used = order[:len(order) // 10], order[len(order) // 10:]
    optimizer = torch.optim.AdamW(net.parameters(), RATE,
                                  weight_decay=WEIGHT_DECAY)
    batches = len(used) // BATCH
    step, accuracies = 0, []
    for _ in range(EPOCHS):
        net.train()
        shuffled = used[torch.randperm(len(used))]
        for i in range(batches):
            batch = shuffled[i * BATCH:(i + 1) * BATCH]
            cosine = .5 * (1 + math.cos(math.pi * step / (EPOCHS * batches)))
            for group in optimizer.param_groups:
                group["lr"] = RATE * cosine * min(1, (step + 1) / WARMUP)
            pixels = (_changed(crops[batch]) - MEAN) / STD
            loss = cross_entropy(net(pixels), classes[batch],
                                 label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
        accuracies.append(_accuracy(net, crops[held], classes[held]))
        print(f"crops: loss {float(loss):.3f}, accuracy {accuracies[-1]:.3f}",
              flush=True)
    return accuracies


def main(work):
    """Cut, train, write."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random.seed(1)
    work = Path(work)
    began = time.time()
    seeds = json.loads((work / "crops_split.json").read_text())
    crops, classes = cut_all(work / "scenes", seeds)
    net = resnet18(weights=None, num_classes=len(scenes.CATEGORIES) + 1)
    accuracies = fit(net, crops, classes)
    body = {name: value for name, value in net.state_dict().items()
            if not name.startswith("fc.")}
    partial = work / "crops.pt.part"
    torch.save(body, partial)
    (work / "crops.json").write_text(json.dumps({
        "scenes": len(seeds), "crops": len(classes), "accuracy": accuracies,
        "seconds": round(time.time() - began)}))
    partial.replace(work / "crops.pt")


if __name__ == "__main__":
    main(sys.argv[1])
