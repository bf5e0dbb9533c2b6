"""Drawings of the things that stand in a street.

Knows: how a person, a car, a bicycle and some street furniture look, as
transparent pictures ("sprites") of a given height, and the paint they are
made with (colours, noise, light).  Must not know: the scene, its perspective,
or what is a labelled object.
"""
import colorsys
import math

import numpy as np
from PIL import Image, ImageDraw

SKINS = [(236, 198, 170), (214, 164, 128), (178, 124, 88), (132, 86, 60),
         (92, 60, 44)]
HAIRS = [(30, 24, 22), (66, 44, 28), (120, 86, 50), (160, 150, 140),
         (96, 40, 24)]


class Pen:
    """Draws on a new transparent picture in the object's own units."""

    def __init__(self, width, height, unit_x, unit_y=None, left=0.0):
        """A picture of width x height units; `left` is the left edge's x."""
        self.unit_x = unit_x
        self.unit_y = unit_x if unit_y is None else unit_y
        self.left = left
        size = (int(width * self.unit_x) + 3, int(height * self.unit_y) + 3)
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def at(self, x, y):
        """Units to pixels."""
        return (x - self.left) * self.unit_x, y * self.unit_y

    def polygon(self, points, fill):
        """A filled polygon."""
        self.draw.polygon([self.at(*point) for point in points], fill=fill)

    def box(self, x0, y0, x1, y1, fill, radius=0.0):
        """A filled rectangle; `radius` (vertical units) rounds corners."""
        corners = [self.at(x0, y0), self.at(x1, y1)]
        if radius:
            self.draw.rounded_rectangle(
                corners, radius=radius * self.unit_y, fill=fill)
        else:
            self.draw.rectangle(corners, fill=fill)

    def ellipse(self, x0, y0, x1, y1, fill):
        """A filled ellipse in its bounding box."""
        self.draw.ellipse([self.at(x0, y0), self.at(x1, y1)], fill=fill)

    def line(self, start, end, width, fill):
        """A stroke; width in vertical units."""
        pixels = max(1, int(round(width * self.unit_y)))
        self.draw.line([self.at(*start), self.at(*end)], fill=fill,
                       width=pixels)

    def capsule(self, start, end, width, fill):
        """A stroke with round ends: a limb, a handlebar."""
        self.line(start, end, width, fill)
        radius = width * self.unit_y / 2
        for point in (start, end):
            x, y = self.at(*point)
            self.draw.ellipse([x - radius, y - radius, x + radius, y + radius],
                              fill=fill)


def noise(rng, height, width, octaves=4, base=4, persistence=0.55):
    """Smooth noise in 0..1: random grids of growing fineness, summed."""
    total = np.zeros((height, width), np.float32)
    amplitude, weight = 1.0, 0.0
    for octave in range(octaves):
        cells = base * 2 ** octave
        rows = max(2, cells * height // width + 1)
        grid = (rng.random((rows, cells + 1)) * 255).astype(np.uint8)
        layer = Image.fromarray(grid).resize((width, height), Image.BICUBIC)
        total += amplitude * np.asarray(layer, np.float32) / 255
        weight += amplitude
        amplitude *= persistence
    return total / weight


def jitter(rng, colour, spread):
    """A colour near `colour`, opaque."""
    shifted = [int(np.clip(v + rng.normal(0, spread), 0, 255)) for v in colour]
    return tuple(shifted[:3]) + (255,)


def hsv(hue, saturation, value):
    """An opaque colour from hue (wraps round), saturation and value."""
    rgb = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return tuple(int(255 * v) for v in rgb) + (255,)


def scaled(colour, factor):
    """The colour, darker (factor < 1) or lighter."""
    return tuple(int(min(255, v * factor)) for v in colour[:3]) + (255,)


def pick(rng, colours):
    """One colour of a list."""
    return colours[rng.integers(len(colours))]


def lit(rng, image, strength):
    """The sprite with light from one side and above, and a little texture."""
    pixels = np.asarray(image).astype(np.float32)
    height, width = pixels.shape[:2]
    across = np.linspace(-1, 1, width)[None, :] * rng.choice([-1, 1])
    down = np.linspace(-1, 1, height)[:, None]
    light = 1 - strength * (0.55 * across + 0.45 * down)
    light = light + 0.22 * (noise(rng, height, width, 4, 3) - 0.5)
    light = light + rng.normal(0, 0.015, (height, width))
    pixels[..., :3] = np.clip(pixels[..., :3] * light[..., None], 0, 255)
    return Image.fromarray(pixels.astype(np.uint8), "RGBA")


def mirrored(rng, image):
    """The sprite, in half of the cases facing the other way."""
    if rng.random() < 0.5:
        return image.transpose(Image.FLIP_LEFT_RIGHT)
    return image


# -- people: drawn in heads (a person is eight heads high), x = 0 is the spine

def _leg(pen, phase, stride, build, trousers, shoe):
    angle, bend = 0.42 * phase, 0.25 * abs(phase)
    hip = (0.25 * np.sign(phase) * (1 - abs(stride)), 4.2)
    knee = (math.sin(angle) * 1.9, 4.2 + math.cos(angle) * 1.9)
    shin = angle - (bend if phase < 0 else -0.05)
    foot = (knee[0] + math.sin(shin) * 1.8,
            min(7.8, knee[1] + math.cos(angle - bend) * 1.8))
    toe = (foot[0] + (0.35 if stride > 0 else -0.35), foot[1] + 0.02)
    pen.capsule(hip, knee, 0.92 * build, trousers)
    pen.capsule(knee, foot, 0.68, trousers)
    pen.capsule(foot, toe, 0.42, shoe)


def _arm(pen, phase, stride, build, sleeve, skin):
    side = 0.55 * build * (1 if phase > 0 else -1) * (1 - 0.6 * abs(stride))
    elbow = (side + math.sin(0.5 * phase) * 1.3, 3.1)
    hand = (elbow[0] + math.sin(0.7 * phase) * 1.2, 4.3)
    pen.capsule((side, 1.75), elbow, 0.55 * build, sleeve)
    pen.capsule(elbow, hand, 0.46, sleeve)
    pen.ellipse(hand[0] - .26, hand[1] - .2, hand[0] + .26, hand[1] + .34,
                skin)


def _torso(rng, pen, shoulder, coat):
    """Chest, and a hem between the hips (jacket) and the knees (coat)."""
    long_coat = rng.random() < 0.3
    hem = rng.uniform(5.0, 6.0) if long_coat else 4.6
    flare = rng.uniform(0.95, 1.2) if long_coat else rng.uniform(0.75, 1.0)
    outline = [(1, 1.75), (0.45, 1.4)]
    lower = [(flare, hem), (0.85, 3.2)]
    points = [(-x * shoulder, y) for x, y in outline]
    points += [(x * shoulder, y) for x, y in reversed(outline)]
    points += [(x * shoulder, y) for x, y in reversed(lower)]
    points += [(-x * shoulder, y) for x, y in lower]
    pen.polygon(points, coat)
    pen.ellipse(-shoulder, 1.4, shoulder, 2.4, coat)
    if rng.random() < 0.3:
        bright = max(coat[:3]) >= 190
        front = scaled(coat, 0.7 if bright else rng.uniform(0.6, 1.25))
        pen.box(-shoulder * .12, 1.45, shoulder * .12, min(hem, 4.4), front)


def _bag(rng, pen, shoulder):
    x = rng.choice([-1, 1]) * shoulder
    leather = jitter(rng, (80, 50, 40), 30)
    pen.line((0, 1.5), (x, 3.4), 0.14, leather)
    pen.box(x - 0.5, 3.3, x + 0.5, 4.4, leather, radius=0.2)


def _head(rng, pen, stride, skin, hair):
    neck = 0.05 * stride
    pen.box(neck - 0.25, 1.0, neck + 0.25, 1.6, scaled(skin, 0.85))
    pen.ellipse(-0.46, 0.12, 0.46, 1.22, skin)
    cap = [pen.at(-0.52, 0.02), pen.at(0.52, 1.15)]
    turn = 20 * stride
    pen.draw.pieslice(cap, 170 - turn, 370 - turn, fill=hair)
    if rng.random() < 0.35:                                     # long hair
        if stride > 0:
            pen.ellipse(-0.54, 0.1, -0.05, 1.7, hair)
        else:
            pen.ellipse(0.05, 0.1, 0.54, 1.7, hair)


def person(rng, height_px):
    """Somebody who stands or walks, `height_px` high."""
    pen = Pen(6, 8, height_px / 8, left=-3)
    skin, hair = jitter(rng, pick(rng, SKINS), 6), jitter(
        rng, pick(rng, HAIRS), 8)
    coat = hsv(rng.random(), rng.uniform(.05, .75), rng.uniform(.15, .95))
    trousers = hsv(rng.choice([0.6, 0.62, 0.08, 0.0]) + rng.normal(0, 0.03),
                   rng.uniform(0.05, 0.5), rng.uniform(0.1, 0.6))
    shoe = jitter(rng, (40, 36, 34), 14)
    stride = rng.uniform(0, 1) * rng.choice([-1, 1])
    build = rng.uniform(0.85, 1.2)
    phase = stride if abs(stride) > 0.15 else 0.3 * np.sign(stride)
    shoulder = (0.95 - 0.2 * abs(stride)) * build
    _arm(pen, -phase, stride, build, scaled(coat, 0.75), skin)
    _leg(pen, -phase, stride, build, scaled(trousers, 0.75), shoe)
    _leg(pen, phase, stride, build, trousers, shoe)
    _torso(rng, pen, shoulder, coat)
    _arm(pen, phase, stride, build, scaled(coat, 0.9), skin)
    if rng.random() < 0.3:
        _bag(rng, pen, shoulder)
    _head(rng, pen, stride, skin, hair)
    return lit(rng, pen.image, 0.3)


# -- cars: x in car lengths, y in car heights

ROOFS = {"sedan": (0.36, 0.68, 0.13), "hatch": (0.30, 0.86, 0.07),
         "suv": (0.26, 0.93, 0.07)}


def _car_side(rng, height_px, paint, glass):
    length_px = height_px * rng.uniform(2.5, 3.0)
    pen = Pen(1, 1, length_px, height_px)
    front, back, slope = ROOFS[rng.choice(sorted(ROOFS))]
    hood, boot, belt = front - 0.13, min(0.985, back + slope), 0.42
    middle = (front + back) / 2
    pen.polygon([(hood, belt), (front, .04), (back, .04), (boot, belt)], paint)
    pen.box(.01, belt - .02, .99, .84, paint, radius=.14)
    pen.polygon([(hood + .035, belt - .01), (front + .01, .1),
                 (middle - .012, .1), (middle - .012, belt - .01)], glass)
    pen.polygon([(middle + .012, belt - .01), (middle + .012, .1),
                 (back - .01, .1), (boot - .035, belt - .01)], glass)
    pen.line((.03, .62), (.97, .62), .03, scaled(paint, 1.22))
    pen.line((middle, belt), (middle, .8), .02, scaled(paint, 0.7))
    pen.box(.03, .78, .97, .86, scaled(paint, 0.5))
    pen.ellipse(0, .5, .06, .62, (240, 235, 200, 255))
    pen.box(.955, .5, .99, .6, (170, 30, 30, 255))
    _wheels(pen, height_px / length_px, scaled(paint, 0.35))
    return mirrored(rng, pen.image)


def _wheels(pen, aspect, arch):
    """Two wheels in their arches; aspect makes circles of x and y units."""
    radius, y = 0.21, 0.79
    rings = [(1.0, (26, 26, 28, 255)), (0.58, (150, 152, 156, 255)),
             (0.2, (60, 60, 64, 255))]
    for x in (0.2, 0.8):
        wide, high = radius * 1.2 * aspect, radius * 1.2
        pen.ellipse(x - wide, y - high, x + wide, y + radius, arch)
        for part, colour in rings:
            wide, high = radius * part * aspect, radius * part
            pen.ellipse(x - wide, y - high, x + wide, y + high, colour)


def _car_end(rng, height_px, paint, glass, is_front):
    pen = Pen(1, 1, height_px * rng.uniform(1.15, 1.32), height_px)
    for x in (0.08, 0.78):
        pen.box(x, .7, x + .15, 1, (24, 24, 26, 255), radius=.05)
    pen.polygon([(.12, .45), (.22, .05), (.78, .05), (.88, .45)], paint)
    pen.box(.02, .4, .98, .86, paint, radius=.12)
    pen.polygon([(.18, .43), (.26, .1), (.74, .1), (.82, .43)], glass)
    pen.box(.06, .76, .94, .86, scaled(paint, 0.55))
    lamp = (244, 240, 214, 255) if is_front else (186, 28, 30, 255)
    for x in (0.06, 0.76):
        pen.box(x, .5, x + .18, .62, lamp, radius=.04)
    if is_front:
        pen.box(.3, .52, .7, .66, (30, 30, 32, 255), radius=.04)
    pen.box(.4, .68, .6, .75, (226, 226, 214, 255))
    return pen.image


def _highlight(rng, image):
    """A slanted reflection over glass and paint."""
    width, height = image.size
    x = rng.uniform(0.2, 0.7) * width
    shine = Image.new("RGBA", image.size, (0, 0, 0, 0))
    ImageDraw.Draw(shine).polygon(
        [(x, 0), (x + .12 * width, 0), (x - .02 * width, height * .6),
         (x - .14 * width, height * .6)], fill=(255, 255, 255, 46))
    shone = Image.alpha_composite(image, shine)
    shone.putalpha(image.getchannel("A"))
    return shone


def car(rng, height_px):
    """A car from the side, the front or the rear, `height_px` high."""
    view = rng.choice(["side", "front", "rear"], p=[.55, .22, .23])
    if rng.random() < 0.5:
        paint = hsv(rng.random(), rng.uniform(.5, .85), rng.uniform(.35, .85))
    else:
        paint = hsv(0.6, rng.uniform(0, .08), rng.uniform(.1, .95))
    glass = jitter(rng, (52, 66, 80), 12)
    if view == "side":
        image = _car_side(rng, height_px, paint, glass)
    else:
        image = _car_end(rng, height_px, paint, glass, view == "front")
    return lit(rng, _highlight(rng, image), 0.28)


# -- bicycles: both axes in bicycle heights

def _bicycle_wheel(rng, pen, x, y, wide, high):
    black, spoke = (30, 30, 32, 255), (130, 130, 134, 150)
    corners = [pen.at(x - wide, y - high), pen.at(x + wide, y + high)]
    tyre = max(2, int(0.055 * pen.unit_y))
    pen.draw.ellipse(corners, outline=black, width=tyre)
    for k in range(5):
        angle = k * math.pi / 5 + rng.random()
        dx, dy = wide * math.cos(angle), high * math.sin(angle)
        pen.line((x - dx, y - dy), (x + dx, y + dy), 0.012, spoke)


def bicycle(rng, height_px):
    """A bicycle from the side or foreshortened, `height_px` high."""
    length = rng.uniform(1.55, 1.75) * rng.choice([1, .8, .55], p=[.65, .2,
                                                                   .15])
    pen = Pen(length, 1, height_px)
    squeeze = length / 1.6
    high, wide = 0.33, 0.33 * min(1, squeeze)
    y, rear, fore = 1 - high, wide + 0.01, length - wide
    tube = max(0.06, 2 / height_px)
    paint = hsv(rng.random(), rng.uniform(.3, .9), rng.uniform(.2, .9))
    black = (30, 30, 32, 255)
    for x in (rear, fore):
        _bicycle_wheel(rng, pen, x, y, wide, high)
    crank = (rear + (fore - rear) * .42, y + .02)
    seat = (rear + (fore - rear) * .3, .3)
    head = (rear + (fore - rear) * .82, .24)
    for start, end in ((seat, crank), (crank, head), (seat, head),
                       ((rear, y), crank), ((rear, y), seat),
                       (head, (fore, y))):
        pen.line(start, end, tube, paint)
    pen.line(seat, (seat[0] - .02, .2), tube, black)
    pen.capsule((seat[0] - .14 * squeeze, .17), (seat[0] + .1 * squeeze, .16),
                .07, black)
    pen.line(head, (head[0] - .03, .08), tube, black)
    pen.capsule((head[0] - .14 * squeeze, .1), (head[0] + .08 * squeeze, .05),
                .06, black)
    pen.ellipse(crank[0] - .08, crank[1] - .08, crank[0] + .08,
                crank[1] + .08, (80, 80, 84, 255))
    return lit(rng, mirrored(rng, pen.image), 0.22)


# -- street furniture, unlabelled: both axes in metres

def _pole(rng):
    def draw(pen):
        pen.box(.2, 0, .3, 3.2, jitter(rng, (90, 94, 96), 10))
        if rng.random() < 0.6:
            sign = hsv(rng.choice([0, .6, .15]), .8, .7)
            pen.box(.03, .02, .47, .5, sign, radius=.1)
    return 0.5, 3.2, draw


def _cone(rng):
    orange = jitter(rng, (226, 98, 30), 6)

    def draw(pen):
        pen.polygon([(.25, 0), (.42, .62), (.08, .62)], orange)
        pen.box(0, .6, .5, .68, scaled(orange, 0.88))
        pen.polygon([(.19, .22), (.31, .22), (.35, .38), (.15, .38)],
                    (238, 238, 236, 255))
    return 0.5, 0.7, draw


def _bin(rng):
    paint = jitter(rng, (50, 76, 62), 22)

    def draw(pen):
        pen.polygon([(.04, .14), (.56, .14), (.5, 1), (.1, 1)], paint)
        pen.box(0, 0, .6, .18, scaled(paint, 0.7), radius=.06)
    return 0.6, 1.0, draw


def _hydrant(rng):
    red = jitter(rng, (190, 44, 36), 8)

    def draw(pen):
        pen.box(.13, .12, .37, .8, red, radius=.06)
        pen.ellipse(.13, 0, .37, .25, red)
        pen.box(.02, .32, .48, .46, red)
    return 0.5, 0.8, draw


def _bench(rng):
    wood = jitter(rng, (112, 76, 46), 14)

    def draw(pen):
        for y in (0, .16, .42):
            pen.box(0, y, 1.7, y + .1, wood)
        for x in (.12, 1.5):
            pen.box(x, 0, x + .08, .88, (50, 50, 52, 255))
    return 1.7, 0.9, draw


FURNITURE = [(_pole, .3), (_cone, .2), (_bin, .2), (_hydrant, .15),
             (_bench, .15)]


def furniture(rng, metre_px):
    """Some street furniture; a metre is `metre_px` high."""
    kinds, shares = zip(*FURNITURE)
    kind = kinds[rng.choice(len(kinds), p=shares)]
    width, height, draw = kind(rng)
    pen = Pen(width, height, metre_px)
    draw(pen)
    return lit(rng, pen.image, 0.25)
