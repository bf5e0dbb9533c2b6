"""The empty street: sky, houses, road, pavements and trees.

Knows: how to paint a street without anybody in it, at SCALE times the final
size.  Must not know: labelled objects, files.
"""
import numpy as np
from PIL import Image, ImageDraw

from sprites import hsv, jitter, noise, pick, scaled

WIDTH, HEIGHT = 320, 240        # of the finished picture, pixels
SCALE = 3                       # painted larger, then reduced: smooth edges

MOODS = {"clear": ((96, 144, 206), (196, 214, 230)),    # zenith, horizon
         "overcast": ((168, 174, 182), (206, 208, 210)),
         "dusk": ((74, 82, 128), (226, 170, 130))}
WALLS = [(150, 132, 116), (128, 84, 70), (176, 170, 160), (110, 112, 118),
         (190, 176, 148), (96, 84, 78)]


def _rgb(rng, colour, spread):
    return np.array(jitter(rng, colour, spread)[:3], np.float32)


def _sky(rng, mood, width, height):
    zenith, horizon = (_rgb(rng, colour, 9) for colour in MOODS[mood])
    down = np.linspace(0, 1, height)[:, None, None]
    sky = zenith * (1 - down) + horizon * down
    sky = np.broadcast_to(sky, (height, width, 3))
    cover = np.clip((noise(rng, height, width, 5, 4) - 0.52) * 5, 0, 1)
    cover = 0.6 * cover[..., None]
    clouds = sky * (1 - cover) + np.array([236, 236, 238]) * cover
    return Image.fromarray(clouds.astype(np.uint8))


def _house(rng, draw, left, right, roof, street, mood):
    """One facade with windows, perhaps with a shop on the ground floor."""
    wall = jitter(rng, pick(rng, WALLS), 12)
    draw.rectangle([left, roof, right, street + 2], fill=wall)
    draw.rectangle([left, roof, right, roof + 2 * SCALE],
                   fill=scaled(wall, 0.75))
    pitch_x, pitch_y = (rng.uniform(6, 11) * SCALE, rng.uniform(9, 15) * SCALE)
    wide, high = pitch_x * rng.uniform(.45, .7), pitch_y * rng.uniform(.45, .7)
    lit_share = 0.35 if mood == "dusk" else 0.06
    y = roof + 4 * SCALE
    while y + high < street - 10 * SCALE:
        x = left + 2 * SCALE
        while x + wide < right - SCALE:
            if rng.random() < lit_share:
                pane = jitter(rng, (232, 202, 130), 10)
            else:
                pane = jitter(rng, (58, 68, 82), 14)
            draw.rectangle([x, y, x + wide, y + high], fill=pane)
            x += pitch_x
        y += pitch_y
    if rng.random() < 0.5:
        draw.rectangle([left + SCALE, street - 11 * SCALE, right - SCALE,
                        street], fill=jitter(rng, (50, 52, 56), 14))
        draw.rectangle([left, street - 14 * SCALE, right, street - 11 * SCALE],
                       fill=hsv(rng.random(), 0.55, 0.6))


def _houses(rng, image, street, mood):
    draw = ImageDraw.Draw(image)
    x = -rng.uniform(0, 60) * SCALE
    while x < image.width:
        wide = rng.uniform(28, 78) * SCALE
        roof = street * (1 - rng.uniform(0.35, 1.15))
        _house(rng, draw, x, x + wide, roof, street, mood)
        x += wide
        if rng.random() < 0.25:
            x += rng.uniform(4, 20) * SCALE


def _puddles(rng, ground):
    """A few darker patches on the road."""
    height, width = ground.shape[:2]
    rows, cols = np.ogrid[:height, :width]
    for _ in range(rng.integers(0, 4)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        wide = 30 * SCALE * rng.uniform(0.5, 1.6)
        inside = ((cols - x) / wide) ** 2 + ((rows - y) / (7 * SCALE)) ** 2 < 1
        ground[inside] *= rng.uniform(0.78, 0.93)


def _ground(rng, width, height):
    """Far pavement or grass, road with lane marks, near pavement.

    Row y below the horizon lies at a distance proportional to 1 / y, which
    is what makes grain, paving joints and lane marks recede.
    """
    rows = np.arange(height)[:, None]
    distance = 60.0 * SCALE / (rows + 1.0)
    across = (np.arange(width)[None, :] - width / 2) * distance / (40 * SCALE)
    grain = noise(rng, 512, 512, 6, 6, 0.75)
    grain = grain[(distance * 60).astype(int) % 512,
                  (across * 45).astype(int) % 512]
    road = _rgb(rng, (92, 92, 96), 5)
    pavement = _rgb(rng, (152, 146, 138), 7)
    verge = _rgb(rng, (96, 112, 62), 12)
    if rng.random() < 0.6:
        verge = _rgb(rng, (152, 146, 138), 7)
    far_edge = height * rng.uniform(0.06, 0.16)
    near_edge = height * rng.uniform(0.55, 0.95)
    far = np.clip((far_edge - rows) / SCALE + 0.5, 0, 1)[..., None]
    near = np.clip((rows - near_edge) / SCALE + 0.5, 0, 1)[..., None]
    ground = road * (1 - far) * (1 - near) + verge * far + pavement * near
    ground = np.broadcast_to(ground, (height, width, 3)).copy()
    ground *= 0.72 + 0.56 * grain[..., None]
    ground *= 1 + rng.normal(0, 0.03, (height, width, 1))
    joints = (np.abs((across * 1.6) % 1.0) < 0.045) | (
        (distance * 2.2) % 1.0 < 0.05)
    ground[joints & (rows > near_edge)] *= 0.8
    middle = np.abs(rows - (far_edge + near_edge) / 2) < 0.012 * height
    marks = middle & ((across * 0.35) % 1 < 0.55)
    ground[marks] = ground[marks] * 0.3 + np.array([206, 204, 192]) * 0.7
    kerbs = (np.abs(rows - near_edge) < 0.018 * height) | (
        np.abs(rows - far_edge) < 0.01 * height)
    ground[kerbs[:, 0]] *= 0.72
    _puddles(rng, ground)
    return ground


def _tree(rng, pixels, street):
    """A trunk and a ragged crown, painted into the float array `pixels`."""
    height, width = pixels.shape[:2]
    x = rng.uniform(0, width)
    foot = street + rng.uniform(0, 0.12) * (height - street)
    tall = rng.uniform(0.5, 1.0) * street
    crown = tall * rng.uniform(0.28, 0.42)
    trunk = Image.new("L", (width, height), 0)
    ImageDraw.Draw(trunk).line([(x, foot), (x, foot - tall * 0.6)], fill=255,
                               width=int(max(2, tall * 0.06)))
    pixels[np.asarray(trunk) > 0] = _rgb(rng, (74, 58, 44), 8)
    rows, cols = np.ogrid[:height, :width]
    inside = 1 - ((cols - x) / crown) ** 2 - (
        (rows - (foot - tall * 0.75)) / (crown * 0.9)) ** 2
    ragged = (noise(rng, height, width, 5, 14, 0.8) - 0.5) * 2.6
    cover = np.clip((inside + ragged - 0.1) * 6, 0, 1)
    cover = np.where(inside > -1.3, cover, 0)[..., None]
    leaves = 0.45 + 1.1 * noise(rng, height, width, 4, 40, 0.8)[..., None]
    green = _rgb(rng, (62, 88, 44), 14) * leaves
    pixels *= 1 - cover
    pixels += green * cover


def paint(rng, horizon):
    """An empty street.

    `horizon` is the height of the horizon in final pixels from the top.
    Returns an RGB picture of SCALE times the final size, and its mood.
    """
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    street = int(horizon * SCALE)
    mood = rng.choice(sorted(MOODS), p=[.45, .20, .35])
    image = _sky(rng, mood, width, height)
    _houses(rng, image, street, mood)
    pixels = np.array(image, np.float32)
    weather = 0.86 + 0.28 * noise(rng, height, width, 5, 8)
    pixels[:street] *= weather[:street, :, None]
    pixels[street:] = _ground(rng, width, height - street)
    for _ in range(rng.integers(0, 4)):
        _tree(rng, pixels, street)
    pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels), str(mood)
