"""The street data set in memory, as the detectors take it.

Knows: pictures and targets as tensors, and the changes made to them in
training.  Must not know: models, files other than the scenes'.
"""
import math
import random

import numpy as np
import torch
from torch.nn.functional import interpolate

import scenes

FLIP, GAIN, SWAP, ZOOM = 0.5, 0.8, 0.3, 0.7     # how often, in training
ZOOM_RANGE = (0.75, 1.5)
MIN_KEPT = 0.35                 # of a box's area that must survive a zoom
AUGMENTATION = {"flip": FLIP, "gain": GAIN, "channel_swap": SWAP,
                "zoom": ZOOM, "zoom_range": list(ZOOM_RANGE)}


class Street:
    """Some scenes, kept as bytes; `samples` gives them as floats."""

    def __init__(self, folder, seeds, masks):
        """Load the scenes of `seeds`; `masks`: give instance masks too."""
        self.masks = masks
        self.scenes = []
        for seed in seeds:
            image, owner, labels = scenes.load(folder, seed)
            pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)
            self.scenes.append((pixels, torch.from_numpy(owner), labels))

    def __len__(self):
        return len(self.scenes)

    def image(self, index):
        """A picture, unchanged, in 0..1."""
        return self.scenes[index][0].float() / 255

    def sample(self, index):
        """A picture and its target, changed at random for training."""
        _, owner, labels = self.scenes[index]
        corners = [[x, y, x + w, y + h]
                   for x, y, w, h in (label["bbox"] for label in labels)]
        target = {
            "boxes": torch.tensor(corners, dtype=torch.float32),
            "labels": torch.tensor([label["category_id"] for label in labels])}
        if self.masks:
            target["masks"] = torch.stack(
                [owner == n + 1 for n in range(len(labels))]).to(torch.uint8)
        return _augmented(self.image(index), target)


def _augmented(image, target):
    if random.random() < FLIP:
        image, target = _flipped(image, target)
    if random.random() < GAIN:
        image = image * random.uniform(.75, 1.25) + random.uniform(-.08, .08)
        image = image.clamp(0, 1)
    if random.random() < SWAP:
        image = image[torch.randperm(3)]
    if random.random() < ZOOM:
        image, target = _zoomed(image, target)
    return image, target


def _flipped(image, target):
    width = image.shape[2]
    boxes = target["boxes"].clone()
    boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    changed = {**target, "boxes": boxes}
    if "masks" in target:
        changed["masks"] = target["masks"].flip(2)
    return image.flip(2), changed


def _window(before, after):
    """Where `after` pixels land in a frame of `before`, at a random shift.

    Returns (shift, first source pixel, first target pixel, length).
    """
    slack = random.randint(0, abs(after - before))
    shift = slack if after > before else -slack
    source, target = max(0, shift), max(0, -shift)
    return shift, source, target, min(after - source, before - target)


def _zoomed(image, target):
    """Scaled by a random factor about a random place; same frame.

    Unchanged when no object would be left.
    """
    _, height, width = image.shape
    factor = math.exp(random.uniform(*map(math.log, ZOOM_RANGE)))
    high, wide = int(height * factor), int(width * factor)
    dx, from_x, to_x, cols = _window(width, wide)
    dy, from_y, to_y, rows = _window(height, high)
    scale = torch.tensor([wide / width, high / height] * 2)
    moved = target["boxes"] * scale - torch.tensor([dx, dy] * 2)
    clipped = moved.clone()
    clipped[:, 0::2].clamp_(0, width)
    clipped[:, 1::2].clamp_(0, height)
    size = clipped[:, 2:] - clipped[:, :2]
    whole = (moved[:, 2:] - moved[:, :2]).prod(1)
    kept = (size.prod(1) > MIN_KEPT * whole) & (size > 3).all(1)
    if not kept.any():
        return image, target
    source = (slice(None), slice(from_y, from_y + rows),
              slice(from_x, from_x + cols))
    place = (slice(None), slice(to_y, to_y + rows), slice(to_x, to_x + cols))
    grown = interpolate(image[None], (high, wide), mode="bilinear",
                        align_corners=False)[0]
    framed = image.mean((1, 2), keepdim=True).expand_as(image).clone()
    framed[place] = grown[source]
    changed = {"boxes": clipped[kept], "labels": target["labels"][kept]}
    if "masks" in target:
        masks = interpolate(target["masks"][None].float(), (high, wide))[0]
        framed_masks = torch.zeros_like(target["masks"])
        framed_masks[place] = masks[source].to(torch.uint8)
        changed["masks"] = framed_masks[kept]
    return framed, changed
