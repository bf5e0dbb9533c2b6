#include "work/kept.h"

#include "base/parallel.h"
#include "eval/packed.h"
#include "work/content.h"

#include <string.h>

enum { KEPT_VERSION = 1, MOST_STUDY_BYTES = KEPT_BYTES / 8 };

/* The bytes of a kept study: this, the texts, and at the next multiple of EVAL_PACKED_ALIGN the set.
 */
struct head {
    unsigned char digest[DIGEST_BYTES]; /* of the rest of this and of the texts */
    uint64_t version, text_bytes;
    uint64_t image_count, category_count;
    int64_t candidate, complete, detection_count, images_with_detections;
    struct digest content, images;
    struct eval_best best_f1;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for a kept evaluation");
}

/* ---- writing ---- */

static void add_number(struct buf *out, int64_t number)
{
    buf_add(out, &number, sizeof number);
}

/* With its NUL; one byte before it says whether there is a text at all. */
static void add_text(struct buf *out, const char *text)
{
    buf_add_char(out, text ? 1 : 0);
    if (text)
        buf_add(out, text, strlen(text) + 1);
}

static void add_texts(struct buf *out, const struct study *study)
{
    const struct dataset *dataset = study->dataset;
    add_text(out, study->joined);
    add_text(out, study->warning);
    add_text(out, dataset->images_dir);
    for (size_t i = 0; i < dataset->category_count; i++) {
        add_number(out, dataset->categories[i].id);
        add_text(out, dataset->categories[i].name);
    }
    for (size_t i = 0; i < dataset->image_count; i++) {
        const struct image *image = &dataset->images[i];
        add_number(out, image->id);
        add_number(out, (int64_t)image->width_px << 32 | image->height_px);
        add_text(out, image->key);
        add_text(out, image->file_name);
    }
}

static struct digest digest_texts(const char *bytes, size_t text_bytes)
{
    return digest_of(bytes + DIGEST_BYTES, sizeof(struct head) - DIGEST_BYTES + text_bytes);
}

static bool pack(const struct study *study, struct buf *out, struct err *err)
{
    struct head head = {.version = KEPT_VERSION,
        .image_count = study->dataset->image_count,
        .category_count = study->dataset->category_count,
        .candidate = (int64_t)study->candidate,
        .complete = study->complete,
        .detection_count = study->detection_count,
        .images_with_detections = study->version.images_with_detections,
        .content = study->version.content,
        .images = study->version.images,
        .best_f1 = study->best_f1};
    if (!buf_add(out, &head, sizeof head))
        return no_memory(err);
    add_texts(out, study);
    head.text_bytes = out->length - sizeof head;
    while (out->length % EVAL_PACKED_ALIGN && !out->failed)
        buf_add_char(out, 0);
    if (out->failed)
        return no_memory(err);
    memcpy(out->data, &head, sizeof head);
    struct digest digest = digest_texts(out->data, head.text_bytes);
    digest_put(&digest, (unsigned char *)out->data);
    return eval_pack(study->set, &study->summary, out, err);
}

/* Keys may be long; the store is given a digest of them. */
static const char *short_key(const char *key, char out[DIGEST_TEXT_BYTES])
{
    struct digest digest = digest_of(key, strlen(key));
    digest_print(&digest, out);
    return out;
}

bool kept_put(struct store *store, const char *key, const struct study *study,
    enum store_room room, struct err *err)
{
    char name[DIGEST_TEXT_BYTES];
    struct buf bytes;
    if (eval_packed_bytes(study->set) > MOST_STUDY_BYTES)
        return true;
    buf_init(&bytes, MOST_STUDY_BYTES);
    bool ok = !pack(study, &bytes, NULL) || store_keep(store, short_key(key, name), bytes.data,
                                                bytes.length, KEPT_BYTES, room, err);
    buf_done(&bytes);
    return ok;
}

/* ---- reading ---- */

/* A walk through the texts, which ends at the first thing wrong. */
struct walk {
    char *at, *end;
    bool ok;
};

static int64_t take_number(struct walk *walk)
{
    int64_t number = 0;
    walk->ok = walk->ok && (size_t)(walk->end - walk->at) >= sizeof number;
    if (!walk->ok)
        return 0;
    memcpy(&number, walk->at, sizeof number);
    walk->at += sizeof number;
    return number;
}

/* It stays where it is. NULL for no text. */
static const char *take_text(struct walk *walk)
{
    walk->ok = walk->ok && walk->at < walk->end;
    if (!walk->ok || !*walk->at++)
        return NULL;
    const char *text = walk->at;
    char *nul = memchr(walk->at, '\0', (size_t)(walk->end - walk->at));
    walk->ok = nul != NULL;
    walk->at = nul ? nul + 1 : walk->end;
    return nul ? text : NULL;
}

static const char *take_some_text(struct walk *walk)
{
    const char *text = take_text(walk);
    walk->ok = walk->ok && text;
    return text;
}

static bool take_texts(struct walk *walk, struct study *study)
{
    struct dataset *dataset = study->dataset;
    study->joined = take_some_text(walk);
    study->warning = take_text(walk);
    dataset->images_dir = take_text(walk);
    for (size_t i = 0; i < dataset->category_count; i++) {
        int64_t id = take_number(walk);
        dataset->categories[i] = (struct category){id, take_some_text(walk)};
    }
    for (size_t i = 0; i < dataset->image_count; i++) {
        int64_t id = take_number(walk), size_px = take_number(walk);
        const char *key = take_text(walk);
        dataset->images[i] = (struct image){.id = id,
            .key = key,
            .file_name = take_some_text(walk),
            .width_px = (int32_t)(size_px >> 32),
            .height_px = (int32_t)(size_px & INT32_MAX)};
    }
    return walk->ok && walk->at == walk->end;
}

static bool make_dataset(struct study *study, const struct head *head, struct err *err)
{
    struct dataset *dataset = study->dataset = study->read.dataset = dataset_new();
    if (!dataset)
        return no_memory(err);
    dataset->path = study->ground_truth;
    dataset->image_count = head->image_count;
    dataset->category_count = head->category_count;
    dataset->images = ARENA_ARRAY(&dataset->arena, struct image, head->image_count + 1);
    dataset->categories = ARENA_ARRAY(&dataset->arena, struct category, head->category_count + 1);
    return (dataset->images && dataset->categories) || no_memory(err);
}

static bool is_head(const struct head *head, const char *bytes, size_t length)
{
    if (head->version != KEPT_VERSION || head->text_bytes > length - sizeof *head)
        return false;
    struct digest is = digest_texts(bytes, head->text_bytes);
    struct digest should = digest_get(head->digest);
    /* Every image and category has some bytes of the texts. */
    return digest_equal(&is, &should) && head->image_count <= head->text_bytes &&
           head->category_count <= head->text_bytes;
}

/* Makes STUDY, which is new, what BYTES say. False with ERR_FORMAT for a miss. */
static bool unpack(
    struct study *study, char *bytes, size_t length, bool by_content, struct err *err)
{
    struct head head;
    if (length < sizeof head)
        return err_set(err, ERR_FORMAT, "cut");
    memcpy(&head, bytes, sizeof head);
    if (!is_head(&head, bytes, length) ||
        !content_holds(&study->truth, (size_t)head.candidate, head.complete, by_content))
        return err_set(err, ERR_FORMAT, "damaged, or of something else");
    study->candidate = (size_t)head.candidate;
    study->ground_truth = study->truth.ground_truth[study->candidate];
    study->complete = head.complete;
    study->detection_count = head.detection_count;
    study->best_f1 = head.best_f1;
    study->version =
        (struct dataset_version){.name = study_truth_name(&study->truth, study->candidate),
            .content = head.content,
            .images = head.images,
            .image_count = (int64_t)head.image_count,
            .images_with_detections = head.images_with_detections};
    size_t first = sizeof head + head.text_bytes;
    size_t set = (first + EVAL_PACKED_ALIGN - 1) / EVAL_PACKED_ALIGN * EVAL_PACKED_ALIGN;
    struct walk walk = {bytes + sizeof head, bytes + first, true};
    if (!make_dataset(study, &head, err))
        return false;
    if (!take_texts(&walk, study) || set > length)
        return err_set(err, ERR_FORMAT, "damaged");
    if (!eval_unpack(
            bytes + set, length - set, &study->arena, &study->set, &study->summary, err))
        return false;
    study->set->settings.threads = parallel_cores();
    return (study->set->image_count == head.image_count &&
               study->set->category_count == head.category_count) ||
           err_set(err, ERR_FORMAT, "damaged");
}

bool kept_get(struct store *store, const char *key, const struct study_request *request,
    bool by_content, struct study **found, struct err *err)
{
    char name[DIGEST_TEXT_BYTES];
    void *bytes;
    size_t length;
    struct err trouble = {0};
    *found = NULL;
    struct study *study = study_new(request, err);
    if (!study)
        return false;
    bool ok = store_get_kept(store, short_key(key, name), &study->arena, &bytes, &length, err);
    if (ok && bytes && unpack(study, bytes, length, by_content, &trouble)) {
        *found = study;
        return true;
    }
    study_release(study);
    if (trouble.code == ERR_MEMORY)
        return no_memory(err);
    return ok;
}

/* ---- one way in ---- */

static bool find(struct store *store, const struct content_keys *keys,
    const struct study_request *request, struct study **found, struct err *err)
{
    *found = NULL;
    if (keys->content.length &&
        !kept_get(store, keys->content.data, request, true, found, err))
        return false;
    return *found || kept_get(store, keys->identity.data, request, false, found, err);
}

struct study *kept_study(struct store *store, const struct study_request *request, struct err *err)
{
    struct content_keys keys;
    struct study *study = NULL;
    bool ok = content_keys_make(store, request, &keys, err) &&
              find(store, &keys, request, &study, err);
    if (ok && !study && (study = study_load(request, NULL, err))) {
        const struct buf *key =
            content_key_of(&keys, request->truth, study->candidate, study->complete);
        kept_put(store, key->data, study, STORE_BY_FORGETTING, NULL); /* else it is made again */
    }
    content_keys_done(&keys);
    return study;
}
