"""Street scenes with exact labels: person, car, bicycle.

Knows: how a scene is composed from its seed (one camera a scene, objects
painted from far to near, so nearer ones hide farther ones), which pixels
belong to whom, and how that is written as COCO ground truth.
Must not know: detectors, training, runs.

The same seed gives the same scene on the same versions of numpy and Pillow.
"""
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import backdrop
import sprites
from backdrop import HEIGHT, SCALE, WIDTH

CATEGORIES = {1: "person", 2: "car", 3: "bicycle"}
PERSON, CAR, BICYCLE = CATEGORIES
RIDER, FURNITURE = "rider", "furniture"
KINDS = [PERSON, CAR, BICYCLE, RIDER]
KIND_SHARES = [0.46, 0.26, 0.16, 0.12]
NEAR_SHARE = 0.18               # objects that stand right before the camera
SHADOW = {"clear": 120, "overcast": 60, "dusk": 70}     # of 255
MIN_VISIBLE, MIN_AREA, MIN_WIDTH, MIN_HEIGHT = 0.22, 30, 5, 7   # to be a label
JPEG_QUALITY = 80


class Canvas:
    """The picture being painted, and for every pixel whose it is."""

    def __init__(self, rng, horizon):
        street, self.mood = backdrop.paint(rng, horizon)
        self.image = street.convert("RGBA")
        self.owner = np.zeros((HEIGHT * SCALE, WIDTH * SCALE), np.uint8)
        self.whole_area = {}            # object -> pixels before occlusion
        self.category = {}
        self.sun = rng.uniform(-1, 1)

    def _cast_shadow(self, sprite, left, foot):
        """A contact shadow, and in clear weather one thrown by the sun."""
        width, height = sprite.size
        cover = Image.new("L", self.image.size, 0)
        shape = sprite.getchannel("A").resize((width, max(2, int(.22 *
                                                                height))))
        overlap = 0.55
        if self.mood == "clear":
            shear = 0.9 * self.sun
            shape = shape.transform(
                shape.size, Image.AFFINE,
                (1, shear, -shear * shape.height, 0, 1, 0))
            shape = shape.transpose(Image.FLIP_TOP_BOTTOM)
            overlap = 0.12
        cover.paste(shape, (left, int(foot - shape.height * overlap)))
        ImageDraw.Draw(cover).ellipse(
            [left + width * .12, foot - .05 * height, left + width * .88,
             foot + .035 * height], fill=255)
        cover = cover.filter(ImageFilter.GaussianBlur(max(1.5, .02 * height)))
        cover = cover.point(lambda v: v * SHADOW[self.mood] // 255)
        dark = Image.new("RGBA", self.image.size, (22, 22, 28, 255))
        self.image = Image.composite(dark, self.image, cover)

    def put(self, sprite, x, foot, category, light):
        """Paint a sprite in front of all that is there.

        x (middle) and foot (lower edge) are in final pixels; category is
        None for what is not labelled.
        """
        foot *= SCALE
        left = int(x * SCALE - sprite.width / 2)
        self._cast_shadow(sprite, left, foot)
        pixels = np.array(sprite, np.float32)
        pixels[..., :3] = np.clip(pixels[..., :3] * light, 0, 255)
        sprite = Image.fromarray(pixels.astype(np.uint8), "RGBA")
        layer = Image.new("RGBA", self.image.size, (0, 0, 0, 0))
        layer.paste(sprite, (left, int(foot - sprite.height)))
        self.image = Image.alpha_composite(self.image, layer)
        mask = np.asarray(layer.getchannel("A")) > 127
        if category is None:
            self.owner[mask] = 0
            return
        key = len(self.category) + 1
        self.owner[mask] = key
        self.whole_area[key] = int(mask.sum())
        self.category[key] = category


def _place(rng, kind, horizon, camera):
    """Where an object stands: (foot line, pixels per metre, kind, x).

    `camera` metres below the camera lies the ground, so an object that is p
    pixels per metre large stands p * camera pixels below the horizon.
    """
    is_car = kind == CAR
    if rng.random() < NEAR_SHARE:
        lowest, highest, low_edge = (
            (75, 110, 1.45) if is_car else (120, 175, 1.75))
    else:
        lowest, highest, low_edge = 13, 62 if is_car else 95, 1.08
    metre = np.exp(rng.uniform(np.log(lowest), np.log(highest)))
    foot = horizon + metre * camera
    if foot > HEIGHT * low_edge:
        foot = HEIGHT * (low_edge - rng.uniform(0.02, 0.18))
        metre = (foot - horizon) / camera
    return foot, metre, kind, rng.uniform(0, WIDTH)


def _cast(rng, horizon, camera):
    """All that stands in one scene, far ones first."""
    count = rng.choice(np.arange(1, 9),
                       p=[.06, .14, .2, .2, .16, .12, .08, .04])
    placed = []
    for _ in range(count):
        kind = KINDS[rng.choice(len(KINDS), p=KIND_SHARES)]
        placed.append(_place(rng, kind, horizon, camera))
    if rng.random() < 0.45:                                     # a small crowd
        foot, metre, _, x = placed[-1]
        for _ in range(rng.integers(1, 3)):
            beside = x + rng.uniform(-14, 14) * metre / 25
            placed.append((foot + rng.uniform(-3, 3), metre, PERSON, beside))
    for _ in range(rng.integers(0, 4)):
        metre = np.exp(rng.uniform(np.log(10), np.log(45)))
        foot = min(HEIGHT * 1.02, horizon + metre * camera)
        placed.append((foot, metre, FURNITURE, rng.uniform(0, WIDTH)))
    return sorted(placed, key=lambda item: item[0])


def _paint_item(rng, canvas, foot, metre, kind, x):
    pixels = metre * SCALE
    light = rng.uniform(0.82, 1.12) * (0.78 if canvas.mood == "dusk" else 1)
    if kind == PERSON:
        figure = sprites.person(rng, pixels * rng.normal(1.7, 0.12))
        canvas.put(figure, x, foot, PERSON, light)
    elif kind == CAR:
        body = sprites.car(rng, pixels * rng.uniform(1.4, 1.65))
        canvas.put(body, x, foot, CAR, light)
    elif kind == BICYCLE:
        frame = sprites.bicycle(rng, pixels * rng.uniform(1.0, 1.15))
        canvas.put(frame, x, foot, BICYCLE, light)
    elif kind == RIDER:
        figure = sprites.person(rng, pixels * 1.55)
        canvas.put(figure, x, foot - 0.25 * metre, PERSON, light)
        frame = sprites.bicycle(rng, pixels * 1.08)
        canvas.put(frame, x, foot, BICYCLE, light)
    else:
        canvas.put(sprites.furniture(rng, pixels), x, foot, None, light)


def _photograph(rng, canvas, horizon):
    """The canvas as a camera would deliver it: haze, exposure, lens, noise."""
    small = canvas.image.convert("RGB").resize((WIDTH, HEIGHT), Image.LANCZOS)
    pixels = np.asarray(small).astype(np.float32)
    rows = np.linspace(0, 1, HEIGHT)[:, None, None]
    haze = np.clip(1 - np.abs(rows - horizon / HEIGHT) * 4, 0, 1)
    haze = haze * rng.uniform(0.03, 0.22)
    pixels = pixels * (1 - haze) + np.array([200, 204, 210]) * haze
    pixels *= 0.88 + 0.24 * noise_field(rng)
    if canvas.mood == "dusk":
        pixels *= np.array([1.05, .95, .88]) * rng.uniform(0.75, 0.98)
    pixels = np.clip(pixels * rng.uniform(0.8, 1.15) / 255, 0, 1)
    pixels = 255 * pixels ** rng.uniform(0.85, 1.15)
    y, x = np.ogrid[-1:1:HEIGHT * 1j, -1:1:WIDTH * 1j]
    pixels *= (1 - 0.11 * (x ** 2 + y ** 2))[..., None]         # lens falloff
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(.25, .75)))
    pixels = np.asarray(image).astype(np.float32)
    grain = rng.uniform(1.0, 4.5)
    pixels = pixels + rng.normal(0, grain, (HEIGHT, WIDTH, 1))
    pixels = pixels + rng.normal(0, grain * 0.4, (HEIGHT, WIDTH, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def noise_field(rng):
    """Broad unevenness of the light over the whole picture."""
    return sprites.noise(rng, HEIGHT, WIDTH, 2, 2)[..., None]


def _labels(canvas):
    """Annotations of what can be seen, and the owner map in final pixels.

    In the map 0 is nobody and n is the n-th annotation.
    """
    owner = np.asarray(Image.fromarray(canvas.owner).resize(
        (WIDTH, HEIGHT), Image.NEAREST))
    annotations, labelled = [], np.zeros_like(owner)
    for key, category in canvas.category.items():
        mask = owner == key
        area = int(mask.sum())
        visible = area * SCALE ** 2 / max(1, canvas.whole_area[key])
        if area < MIN_AREA or visible < MIN_VISIBLE:
            continue
        rows, cols = np.where(mask)
        left, top = int(cols.min()), int(rows.min())
        wide, high = int(cols.max()) + 1 - left, int(rows.max()) + 1 - top
        if wide < MIN_WIDTH or high < MIN_HEIGHT:
            continue
        annotations.append({"category_id": category, "area": area,
                            "bbox": [left, top, wide, high]})
        labelled[mask] = len(annotations)
    return annotations, labelled


def compose(seed):
    """One scene: RGB picture, owner map (uint8), annotations."""
    rng = np.random.default_rng(seed)
    horizon = HEIGHT * rng.uniform(0.36, 0.5)
    canvas = Canvas(rng, horizon)
    camera = rng.uniform(1.3, 2.7)            # height above ground, metres
    for foot, metre, kind, x in _cast(rng, horizon, camera):
        _paint_item(rng, canvas, foot, metre, kind, x)
    annotations, owner = _labels(canvas)
    return _photograph(rng, canvas, horizon), owner, annotations


def draw_to(folder, seed):
    """Write one scene as SEED.jpg, SEED.png (owners) and SEED.json.

    Does nothing when it is there already.
    """
    done = Path(folder) / f"{seed}.json"
    if done.exists():
        return
    image, owner, annotations = compose(seed)
    image.save(done.with_suffix(".jpg"), quality=JPEG_QUALITY)
    Image.fromarray(owner).save(done.with_suffix(".png"))
    partial = done.with_suffix(".part")
    partial.write_text(json.dumps(annotations))
    partial.rename(done)


def load(folder, seed):
    """A scene as `compose` gave it, with the picture as its JPEG decodes."""
    path = Path(folder) / f"{seed}.json"
    with Image.open(path.with_suffix(".jpg")) as file:
        image = file.convert("RGB")
    with Image.open(path.with_suffix(".png")) as file:
        owner = np.array(file)
    return image, owner, json.loads(path.read_text())


def run_lengths(mask):
    """A mask as COCO's uncompressed RLE: column by column, zeros first."""
    flat = mask.T.reshape(-1).astype(np.uint8)
    edges = np.flatnonzero(np.diff(flat)) + 1
    bounds = np.concatenate([[0], edges, [flat.size]])
    counts = np.diff(bounds).tolist()
    if flat[0]:
        counts.insert(0, 0)
    return {"size": list(mask.shape), "counts": counts}


def packed(run_length):
    """The same mask with COCO's packed counts.

    Each count (from the fourth on its difference to the last but one) is
    written in 5-bit groups, lowest first, bit 5 set when more follow, as
    characters from "0" on: the format of the COCO API's masks.
    """
    counts, text = run_length["counts"], []
    for i, count in enumerate(counts):
        value = count - counts[i - 2] if i > 2 else count
        more = True
        while more:
            group, value = value & 31, value >> 5
            more = value != (-1 if group & 16 else 0)
            text.append(chr(48 + group + (32 if more else 0)))
    return {"size": run_length["size"], "counts": "".join(text)}


def file_name(index):
    """The published name of the index-th (from 1) validation picture."""
    return f"street_{index:03d}.jpg"


def ground_truth(folder, seeds):
    """COCO ground truth of some scenes; image ids count from 1."""
    images, annotations = [], []
    for index, seed in enumerate(seeds, start=1):
        _, owner, labels = load(folder, seed)
        images.append({"id": index, "file_name": file_name(index),
                       "width": WIDTH, "height": HEIGHT})
        for number, label in enumerate(labels, start=1):
            annotations.append({
                "id": len(annotations) + 1, "image_id": index, **label,
                "iscrowd": 0, "segmentation": run_lengths(owner == number)})
    categories = [{"id": key, "name": name}
                  for key, name in CATEGORIES.items()]
    return {"info": {"description": "street scenes drawn by scenes.py, CC0"},
            "images": images, "annotations": annotations,
            "categories": categories}
