/*
 * Studies that the index kept: everything that can be said of an evaluation without its boxes.
 * Knows: studies, their packed sets, the store. Must not know: who asks.
 *
 * A kept study is known by the contents of its files or how they look (work/content.h); its bytes
 * carry digests and a version, and whatever is wrong with them makes it a miss.
 */
#pragma once

#include "store/store.h"
#include "work/study.h"

/* All that is kept, and an eighth of it at most one study. */
enum { KEPT_BYTES = 512 << 20 };

/*
 * The study of REQUEST: taken from STORE (open for writing) in some milliseconds, without its boxes;
 * else loaded and kept there, for which others that were asked for least recently may have to go. In
 * either case one reference belongs to the caller. NULL with ERR.
 */
struct study *kept_study(struct store *store, const struct study_request *request, struct err *err);

/* Keeps STUDY under KEY (content_key_of()), if there is room. False only when the store fails. */
bool kept_put(struct store *store, const char *key, const struct study *study,
    enum store_room room, struct err *err);
/* The study of REQUEST that is kept under KEY; *FOUND is NULL when there is none or it is damaged,
 * or does not hold for the request (BY_CONTENT as in content_holds()). False only when the store
 * fails or memory is out. */
bool kept_get(struct store *store, const char *key, const struct study_request *request,
    bool by_content, struct study **found, struct err *err);
