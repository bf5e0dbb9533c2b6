"""The detectors: TorchVision's classes on a small ResNet-18 pyramid.

Knows: how each detector is built from random weights, or on a backbone that
was trained on crops.  Must not know: data, training, files other than that
backbone's.

The stock models (ResNet-50, 256 channels) are three to four times slower on a
CPU; anchors are fitted to pictures of 320x240 with objects of 10 to 200
pixels.  Nothing is downloaded.
"""
import torch
from torch import nn
from torchvision.models import resnet18
from torchvision.models.detection import FCOS, FasterRCNN, MaskRCNN, RetinaNet
from torchvision.models.detection.anchor_utils import (AnchorGenerator,
                                                       DefaultBoxGenerator)
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import (FastRCNNPredictor,
                                                      TwoMLPHead)
from torchvision.models.detection.mask_rcnn import (MaskRCNNHeads,
                                                    MaskRCNNPredictor)
from torchvision.models.detection.ssd import SSD, SSDHead
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from scenes import CATEGORIES, HEIGHT, WIDTH

CLASSES = len(CATEGORIES) + 1           # background is class 0
CHANNELS = 96                           # of every pyramid level
HIDDEN = 256                            # of the box head
MAX_DETECTIONS = 20                     # kept per image
MIN_SCORE = 0.02
RATIOS = (0.4, 1.0, 2.5)                # height / width
SIZE = {"min_size": HEIGHT, "max_size": WIDTH}      # no rescaling

TWO_STAGE = {"rpn_pre_nms_top_n_train": 600, "rpn_post_nms_top_n_train": 200,
             "rpn_pre_nms_top_n_test": 400, "rpn_post_nms_top_n_test": 100,
             "rpn_batch_size_per_image": 128, "box_batch_size_per_image": 64,
             "box_detections_per_img": MAX_DETECTIONS,
             "box_score_thresh": MIN_SCORE}
ONE_STAGE = {"detections_per_img": MAX_DETECTIONS, "score_thresh": MIN_SCORE,
             "topk_candidates": 300}


def _pyramid(body, levels, extra_levels):
    """A feature pyramid over the given ResNet layers (1 to 4)."""
    layers = {f"layer{level}": str(i) for i, level in enumerate(levels)}
    widths = [64 * 2 ** (level - 1) for level in levels]
    extra = LastLevelP6P7(CHANNELS, CHANNELS) if extra_levels else None
    return BackboneWithFPN(body, layers, widths, CHANNELS, extra)


def _two_stage(body):
    """What Faster and Mask R-CNN share."""
    anchors = AnchorGenerator(tuple((size,) for size in (12, 24, 48, 96, 160)),
                              (RATIOS,) * 5)
    return {"backbone": _pyramid(body, [1, 2, 3, 4], False),
            "rpn_anchor_generator": anchors,
            "box_head": TwoMLPHead(CHANNELS * 7 * 7, HIDDEN),
            "box_predictor": FastRCNNPredictor(HIDDEN, CLASSES),
            **TWO_STAGE, **SIZE}


def _faster_rcnn(body):
    return FasterRCNN(**_two_stage(body))


def _mask_rcnn(body):
    return MaskRCNN(
        mask_head=MaskRCNNHeads(CHANNELS, (CHANNELS, CHANNELS), 1),
        mask_predictor=MaskRCNNPredictor(CHANNELS, CHANNELS, CLASSES),
        **_two_stage(body))


def _retinanet(body):
    octave = [2 ** (step / 3) for step in range(3)]
    sizes = tuple(tuple(int(size * step) for step in octave)
                  for size in (14, 28, 56, 112, 200))
    return RetinaNet(_pyramid(body, [2, 3, 4], True), CLASSES,
                     anchor_generator=AnchorGenerator(sizes, (RATIOS,) * 5),
                     **ONE_STAGE, **SIZE)


def _fcos(body):
    points = AnchorGenerator(((8,), (16,), (32,), (64,), (128,)),
                             ((1.0,),) * 5)
    return FCOS(_pyramid(body, [2, 3, 4], True), CLASSES,
                anchor_generator=points, **ONE_STAGE, **SIZE)


def _ssd(body):
    boxes = DefaultBoxGenerator(
        [[2, 3]] * 5, scales=[.06, .12, .24, .45, .7, .95],
        steps=[8, 16, 32, 64, 128])
    head = SSDHead([CHANNELS] * 5, boxes.num_anchors_per_location(), CLASSES)
    return SSD(_pyramid(body, [2, 3, 4], True), boxes, (WIDTH, HEIGHT),
               CLASSES, head=head, **ONE_STAGE)


BUILDERS = {"fasterrcnn": _faster_rcnn, "maskrcnn": _mask_rcnn,
            "retinanet": _retinanet, "fcos": _fcos, "ssd": _ssd}


def build(name, crops_weights=None, box_bias=None):
    """A detector.

    `crops_weights` names the file of a backbone trained on crops; without it
    every weight is random.  `box_bias` is the start value of FCOS's box
    regression: TorchVision passes it through a ReLU, and from the stock start
    (0) every output can fall below zero, where no gradient brings it back and
    all boxes keep width and height 0.
    """
    body = resnet18(weights=None)
    if crops_weights is not None:
        body.load_state_dict(torch.load(crops_weights), strict=False)
    model = BUILDERS[name](body)
    if box_bias is not None:
        nn.init.constant_(model.head.regression_head.bbox_reg.bias, box_bias)
    return model
