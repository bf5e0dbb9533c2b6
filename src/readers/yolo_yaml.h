/*
 * What a data.yaml says: classes and splits.
 * Knows: its keys, through libyaml. Must not know: whether what it names exists.
 */
#pragma once

#include "readers/yolo.h"

enum yolo_split { YOLO_VAL, YOLO_TEST, YOLO_TRAIN, YOLO_SPLITS };

struct yolo_yaml {
    const char *root; /* its "path", "" when there is none */
    struct {
        const char **paths; /* as written: directories or lists of images (*.txt) */
        size_t count;
    } splits[YOLO_SPLITS];
    struct yolo_class *classes; /* ascending index, each once */
    size_t class_count;
    bool has_keypoints; /* "kpt_shape" */
};

/* Everything from ARENA. False with ERR when the file cannot be read or is no YAML mapping. */
bool yolo_yaml_read(const char *path, struct arena *arena, struct yolo_yaml *yaml, struct err *err);
