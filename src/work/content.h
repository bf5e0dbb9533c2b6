/*
 * What an evaluation depends on, written down as the key that its result is kept under.
 * Knows: how files look (path, size, time), digests of what stands in them, settings. Must not
 * know: results.
 *
 * Files are known by how they look as long as nobody touches them, so that a refresh reads none.
 * Where all that counts stands in two files (annotation.h: self_contained), what was computed from
 * them is also kept under their digests: a copy, a file that was moved, or one that was only touched
 * is then recognised. The digest of a file is remembered under how the file looks.
 */
#pragma once

#include "base/buf.h"
#include "store/store.h"
#include "work/study.h"

/* How PATH (NULL: nothing) looks. */
void content_add_identity(struct buf *key, const char *path);
/* The same of predictions or of a ground truth, which may be a folder. */
void content_add_set_identity(struct buf *key, const char *path);
/* What the numbers depend on besides the files: SETTINGS (NULL: COCO's), and how we count. */
void content_add_settings(struct buf *key, const struct eval_settings *settings);
/* How the files are to be read. */
void content_add_formats(struct buf *key, const struct truth *truth);

/* Keys of one evaluation; what is kept under either of them is what it would give. */
struct content_keys {
    struct buf identity;
    /* By what stands in the predictions and in the first candidate; empty where that is not all
     * that counts. Holds for results that say that no other candidate was looked at. */
    struct buf content;
};

/* Fills KEYS for REQUEST; reads files whose digest is not remembered yet, and remembers it (STORE is
 * open for writing). To be finished with content_keys_done() in any case. False only when the store
 * fails or memory is out. */
bool content_keys_make(struct store *store, const struct study_request *request,
    struct content_keys *keys, struct err *err);
void content_keys_done(struct content_keys *keys);
/* The key to keep a result under of which candidate CANDIDATE of TRUTH was taken, and COMPLETE says
 * that no other was needed. */
const struct buf *content_key_of(
    const struct content_keys *keys, const struct truth *truth, size_t candidate, bool complete);
/* Whether such a result, found BY_CONTENT or by identity, holds for TRUTH. */
bool content_holds(const struct truth *truth, size_t candidate, bool complete, bool by_content);
