#include "work/content.h"

#include "base/digest.h"
#include "readers/annotation.h"

#include <string.h>

/* To be raised when the same files and settings give other numbers, or results are kept in another
 * shape. */
enum { EVALUATION_VERSION = 2 };

enum { KEY_BYTES = 2 << 20, MOST_SAMPLES = 64 };

/* Files of a folder that are written again leave the folder itself as it was: some of them, spread
 * over all, stand for the others. */
static void add_samples(struct buf *key, const char *directory)
{
    struct arena arena = {0};
    struct file_list list;
    if (file_list(directory, &arena, &list, NULL)) {
        size_t stride = list.count / MOST_SAMPLES + 1;
        for (size_t i = 0; i < list.count; i += stride) {
            struct file_stat stat;
            const char *path = path_join(&arena, directory, list.entries[i].name);
            if (path && file_stat(path, &stat))
                buf_printf(key, "%lld,%lld,", (long long)stat.size_bytes, (long long)stat.mtime_ns);
        }
        buf_printf(key, "%zu files;", list.count);
    }
    arena_done(&arena);
}

void content_add_identity(struct buf *key, const char *path)
{
    struct file_stat stat = {0};
    if (path)
        file_stat(path, &stat);
    buf_printf(key, "%s|%lld|%lld;", path ? path : "", (long long)stat.size_bytes,
        (long long)stat.mtime_ns);
}

void content_add_set_identity(struct buf *key, const char *path)
{
    struct file_stat stat;
    content_add_identity(key, path);
    if (path && file_stat(path, &stat) && stat.is_dir)
        add_samples(key, path);
}

void content_add_formats(struct buf *key, const struct truth *truth)
{
    if (truth->ground_truth_format)
        buf_printf(key, "ground truth is %s;", truth->ground_truth_format);
    if (truth->predictions_format)
        buf_printf(key, "predictions are %s;", truth->predictions_format);
}

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}

void content_add_settings(struct buf *key, const struct eval_settings *settings)
{
    struct eval_settings usual = eval_settings_default();
    settings = settings ? settings : &usual;
    buf_printf(key, "evaluation %d of %s at", EVALUATION_VERSION,
        settings->overlap == EVAL_MASKS ? "masks" : "boxes");
    for (int i = 0; i < 3; i++)
        buf_printf(key, " %d", (int)settings->max_dets[i]);
    for (int i = 0; i < settings->iou_count; i++)
        buf_printf(key, " %.17g", settings->ious[i]);
    buf_add_char(key, ';');
}

/* Whether all that counts stands in the file PATH. */
static bool is_self_contained(const char *path)
{
    struct file_stat stat;
    enum annotation_kind kind;
    if (!file_stat(path, &stat) || !stat.is_regular)
        return false;
    const struct annotation_format *format = annotation_sniff(path, &kind);
    return format && format->self_contained;
}

/* The digest of what stands in the file PATH, remembered or made; *KNOWN is false when it cannot be
 * read, or is not all that counts. */
static bool find_digest(
    struct store *store, const char *path, struct digest *out, bool *known, struct err *err)
{
    struct buf key, kept;
    unsigned char bytes[DIGEST_BYTES];
    bool found = false;
    *known = false;
    buf_init(&key, KEY_BYTES);
    buf_init(&kept, sizeof bytes);
    buf_add_string(&key, "content of ");
    content_add_identity(&key, path);
    bool ok = !key.failed ? store_get_evaluation(store, key.data, &kept, &found, err)
                          : no_memory(err);
    if (ok && found && kept.length == sizeof bytes) {
        *out = digest_get((const unsigned char *)kept.data);
        *known = true;
    } else if (ok && is_self_contained(path) && digest_file(path, out, NULL)) {
        *known = true;
        digest_put(out, bytes);
        ok = store_put_evaluation(store, key.data, bytes, sizeof bytes, err);
    }
    buf_done(&key);
    buf_done(&kept);
    return ok;
}

static bool add_contents(struct store *store, const char *const *paths, size_t count,
    struct buf *key, struct err *err)
{
    bool known = true;
    for (size_t i = 0; known && i < count; i++) {
        struct digest digest;
        char digits[DIGEST_TEXT_BYTES];
        if (!find_digest(store, paths[i], &digest, &known, err))
            return false;
        digest_print(&digest, digits);
        buf_printf(key, " %s", digits);
    }
    if (!known)
        buf_clear(key);
    return true;
}

static void add_identities(struct buf *key, const struct study_request *request)
{
    const struct truth *truth = request->truth;
    content_add_set_identity(key, request->predictions);
    for (size_t i = 0; i < truth->count; i++)
        content_add_set_identity(key, truth->ground_truth[i]);
    for (size_t i = 0; i < truth->image_dir_count; i++)
        content_add_identity(key, truth->image_dirs[i]);
    content_add_formats(key, truth);
}

bool content_keys_make(struct store *store, const struct study_request *request,
    struct content_keys *keys, struct err *err)
{
    const struct truth *truth = request->truth;
    buf_init(&keys->identity, KEY_BYTES);
    buf_init(&keys->content, KEY_BYTES);
    content_add_settings(&keys->identity, request->settings);
    add_identities(&keys->identity, request);
    bool ok = true;
    if (truth->count && !truth->predictions_format && !truth->ground_truth_format) {
        const char *const paths[] = {request->predictions, truth->ground_truth[0]};
        content_add_settings(&keys->content, request->settings);
        ok = add_contents(store, paths, 2, &keys->content, err);
    }
    return ok && ((!keys->identity.failed && !keys->content.failed) || no_memory(err));
}

void content_keys_done(struct content_keys *keys)
{
    buf_done(&keys->identity);
    buf_done(&keys->content);
}

bool content_holds(const struct truth *truth, size_t candidate, bool complete, bool by_content)
{
    if (by_content)
        return candidate == 0 && (complete || truth->count == 1);
    return candidate < truth->count;
}

const struct buf *content_key_of(
    const struct content_keys *keys, const struct truth *truth, size_t candidate, bool complete)
{
    return keys->content.length && content_holds(truth, candidate, complete, true)
               ? &keys->content
               : &keys->identity;
}
