/*
 * The album: wants are answered, neighbours are kept in time but not answered, one file is decoded
 * once for all who want it, what is kept stays below its cap, closing waits for nobody.
 */
#include "scene.h"

#include "work/album.h"
#include "work/message.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 60000, WIDE = 50, HIGH = 40 };

struct fixture {
    struct scene scene;
    struct queue *answers;
    struct album *album;
    struct study *study;
};

static struct study *load_study(struct scene *scene)
{
    struct truth truth = {
        .ground_truth = {scene_write(scene, "val.json", SCENE_TRUTH)}, .count = 1, .said = true};
    struct study_request request = {
        .predictions = scene_write(scene, "dt.json", SCENE_PERFECT), .truth = &truth};
    struct err err = {0};
    struct study *study = study_load(&request, NULL, &err);
    if (!study)
        fail_msg("%s", err.text);
    return study;
}

static void fixture_init(struct fixture *fixture, size_t most_bytes)
{
    scene_init(&fixture->scene);
    scene_picture(&fixture->scene, "a.png", 100, 80);
    scene_picture(&fixture->scene, "b.png", 120, 90);
    fixture->study = load_study(&fixture->scene);
    fixture->answers = queue_new(NULL);
    fixture->album = album_new(NULL, NULL, fixture->answers, most_bytes, NULL);
    assert_non_null(fixture->album);
}

static void fixture_done(struct fixture *fixture)
{
    album_free(fixture->album);
    queue_free(fixture->answers, message_free);
    study_release(fixture->study);
    scene_done(&fixture->scene);
}

static struct photo_want want_of(const struct fixture *fixture, int32_t image, bool ahead)
{
    return (struct photo_want){.study = fixture->study,
        .image = image,
        .width_px = WIDE,
        .height_px = HIGH,
        .ahead = ahead};
}

/* The next answer: a reference. */
static struct photo *take(struct fixture *fixture, struct photo_want *want)
{
    struct pollfd poll_fd = {.fd = queue_fd(fixture->answers), .events = POLLIN};
    assert_true(poll(&poll_fd, 1, PATIENCE_MS) > 0);
    struct message *message = queue_take(fixture->answers);
    assert_int_equal(message->kind, MESSAGE_PHOTO);
    struct photo *photo = message->photo.photo;
    *want = message->photo.want;
    message->photo.photo = NULL;
    message_free(message);
    assert_true(photo && photo->pixels);
    return photo;
}

static void what_is_wanted_is_answered_once(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, ALBUM_BYTES);
    struct photo_want answered, wants[2] = {want_of(&f, 0, false), want_of(&f, 1, true)};
    album_want(f.album, wants, 2);
    struct photo *photos[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) { /* in whatever order */
        struct photo *photo = take(&f, &answered);
        assert_null(photos[answered.image]);
        photos[answered.image] = photo;
    }
    struct photo *first = photos[0], *second = photos[1];
    assert_int_equal(first->original_width_px, 100);
    assert_false(first->coarse);
    /* The neighbour becomes the one that is shown, the first one its neighbour: both are here. */
    struct photo_want next[2] = {want_of(&f, 1, false), want_of(&f, 0, true)};
    album_want(f.album, next, 2);
    /* Back: out of what is kept, so the very same photo. */
    album_want(f.album, NULL, 0);
    album_want(f.album, wants, 1);
    struct photo *again = take(&f, &answered);
    assert_ptr_equal(again, first);
    assert_null(queue_take(f.answers));
    photo_release(first);
    photo_release(second);
    photo_release(again);
    fixture_done(&f);
}

/* Two studies of the same images, as two runs are: one photo for both. */
static void one_file_is_decoded_once(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, ALBUM_BYTES);
    struct study *other = load_study(&f.scene);
    struct photo_want answered, wants[2] = {want_of(&f, 0, false), want_of(&f, 0, false)};
    wants[1].study = other;
    album_want(f.album, wants, 2);
    struct photo *one = take(&f, &answered), *two = take(&f, &answered);
    assert_ptr_equal(one, two);
    photo_release(one);
    photo_release(two);
    /* The file is another now. */
    scene_picture(&f.scene, "a.png", 60, 60);
    album_want(f.album, NULL, 0);
    album_want(f.album, wants, 1);
    one = take(&f, &answered);
    assert_int_equal(one->original_width_px, 60);
    photo_release(one);
    fixture_done(&f);
    study_release(other);
}

static void what_is_kept_has_a_cap(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, WIDE * HIGH * 3 * 3 / 2); /* room for one */
    struct photo *seen[4];
    static const int32_t images[4] = {0, 1, 1, 0};
    for (size_t i = 0; i < 4; i++) {
        struct photo_want answered, want = want_of(&f, images[i], false);
        album_want(f.album, NULL, 0);
        album_want(f.album, &want, 1);
        seen[i] = take(&f, &answered);
    }
    assert_ptr_equal(seen[1], seen[2]);
    assert_ptr_not_equal(seen[0], seen[3]); /* it had to go, and is alive by its reference only */
    for (size_t i = 0; i < 4; i++)
        photo_release(seen[i]);
    fixture_done(&f);
}

/* What cannot be decoded is answered with the reason; wants may go at any moment. */
static void trouble_is_told_and_closing_is_quick(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, ALBUM_BYTES);
    scene_write(&f.scene, "a.png", "no picture");
    struct photo_want want = want_of(&f, 0, false);
    album_want(f.album, &want, 1);
    struct pollfd poll_fd = {.fd = queue_fd(f.answers), .events = POLLIN};
    assert_true(poll(&poll_fd, 1, PATIENCE_MS) > 0);
    struct message *message = queue_take(f.answers);
    assert_null(message->photo.photo->pixels);
    assert_ptr_equal(strstr(message->photo.photo->trouble, "cannot decode "),
        message->photo.photo->trouble);
    message_free(message);
    for (int i = 0; i < 50; i++) {
        struct photo_want wants[2] = {want_of(&f, i % 2, false), want_of(&f, 1 - i % 2, true)};
        wants[0].width_px = 10 + i;
        album_want(f.album, wants, (size_t)i % 3);
    }
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wanted_is_answered_once),
        cmocka_unit_test(one_file_is_decoded_once),
        cmocka_unit_test(what_is_kept_has_a_cap),
        cmocka_unit_test(trouble_is_told_and_closing_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
