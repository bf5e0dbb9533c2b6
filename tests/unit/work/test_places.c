/*
 * What is remembered of a directory holds exactly as long as all its witnesses look the same.
 */
#include "scene.h"

#include "base/clock.h"
#include "temp.h"
#include "work/places.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LATER_S = 3600 }; /* so much later than files are written they are looked at */

struct setting {
    const char *top;
    struct arena arena;
    struct places places;
    int fd;
};

static void setting_init(struct setting *setting)
{
    *setting = (struct setting){.top = temp_dir()};
    temp_text(setting->top, "metrics.csv", "step,loss\n");
    temp_text(setting->top, "predictions/1.json", "[]");
    places_init(&setting->places);
    setting->fd = open(setting->top, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(setting->fd >= 0);
}

static void setting_done(struct setting *setting)
{
    close(setting->fd);
    places_done(&setting->places);
    arena_done(&setting->arena);
}

static const char *const WITNESSES[] = {
    "", "metrics.csv", "predictions", "predictions/1.json", "never", NULL};

static void take(struct setting *setting, struct place_notes *notes, double now_s)
{
    place_notes_init(notes, now_s);
    for (size_t i = 0; WITNESSES[i]; i++) {
        struct file_stat stat = {0};
        file_stat_at(setting->fd, WITNESSES[i], &stat);
        place_notes_witness(notes, WITNESSES[i], &stat);
    }
    place_notes_child(notes, "predictions");
    place_notes_run(notes, 7);
    place_notes_run(notes, 9);
}

static struct place *learn(struct setting *setting, double now_s)
{
    struct place_notes notes;
    take(setting, &notes, now_s);
    struct place *place = places_of(&setting->places, setting->top);
    assert_non_null(place);
    assert_true(place_learn(place, &notes));
    place_notes_done(&notes);
    return place;
}

static bool is_same(const struct setting *setting, const struct place *place)
{
    struct file_stat stat;
    assert_true(file_stat_at(setting->fd, "", &stat));
    return place_is_same(place, setting->fd, &stat);
}

static void change(struct setting *setting, int kind)
{
    const char *csv = path_join(&setting->arena, setting->top, "metrics.csv");
    struct stat before;
    assert_int_equal(stat(csv, &before), 0);
    struct timespec times[2] = {before.st_atim, before.st_mtim};
    FILE *file;
    switch (kind) {
    case 0: /* grows */
        file = fopen(csv, "ab");
        fputs("1,2\n", file);
        fclose(file);
        break;
    case 1: /* is written anew, with its size and its time put back */
        file = fopen(csv, "r+b");
        fputs("STEP", file);
        fclose(file);
        assert_int_equal(utimensat(AT_FDCWD, csv, times, 0), 0);
        break;
    case 2: /* another file takes its place */
        temp_text(setting->top, "new", "step,loss\n");
        assert_int_equal(rename(path_join(&setting->arena, setting->top, "new"), csv), 0);
        break;
    case 3:
        temp_text(setting->top, "predictions/2.json", "[]");
        break;
    case 4:
        temp_text(setting->top, "never", "");
        break;
    default:
        assert_int_equal(unlink(csv), 0);
    }
}

static void test_it_holds_while_nothing_changes(void **state)
{
    (void)state;
    struct setting setting;
    setting_init(&setting);
    struct place *place = learn(&setting, clock_wall_s() + LATER_S);
    assert_true(is_same(&setting, place));
    assert_int_equal(place_run_count(place), 2);
    assert_true(place_run(place, 0) == 7 && place_run(place, 1) == 9);
    struct place_names names = place_children(place);
    assert_string_equal(place_next(&names), "predictions");
    assert_null(place_next(&names));
    names = place_witnesses(place);
    for (size_t i = 0; WITNESSES[i]; i++)
        assert_string_equal(place_next(&names), WITNESSES[i]);
    assert_null(place_next(&names));
    assert_ptr_equal(places_of(&setting.places, setting.top), place);
    assert_true(places_know(&setting.places, setting.top));
    assert_false(places_know(&setting.places, "/else"));
    setting_done(&setting);
}

static void test_any_change_ends_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        struct setting setting;
        setting_init(&setting);
        struct place *place = learn(&setting, clock_wall_s() + LATER_S);
        assert_true(is_same(&setting, place));
        /* Of another time than the change, however coarse the clock of files is. */
        static const char *const AGED[] = {"metrics.csv", "predictions"};
        struct timespec old[2] = {{1000, 0}, {1000, 0}};
        for (size_t i = 0; i < sizeof AGED / sizeof *AGED; i++)
            assert_int_equal(utimensat(setting.fd, AGED[i], old, 0), 0);
        place = learn(&setting, clock_wall_s() + LATER_S);
        change(&setting, kind);
        bool hidden = kind == 1; /* a coarse clock may not tell the last change from this */
        if (is_same(&setting, place) && !hidden)
            fail_msg("change %d is not seen", kind);
        setting_done(&setting);
    }
}

static void test_what_was_just_touched_is_not_trusted(void **state)
{
    (void)state;
    struct setting setting;
    setting_init(&setting);
    struct place *place = learn(&setting, clock_wall_s());
    assert_false(place->trusted);
    assert_false(is_same(&setting, place));
    assert_int_equal(place_run_count(place), 2); /* but known */
    struct file_stat future = {.mtime_ns = INT64_MAX};
    assert_true(place_is_fresh(&future, clock_wall_s()));
    setting_done(&setting);
}

static void test_a_name_counts_once_and_first(void **state)
{
    (void)state;
    struct setting setting;
    setting_init(&setting);
    struct place_notes once, twice;
    struct file_stat other = {.size_bytes = 99};
    take(&setting, &once, clock_wall_s() + LATER_S);
    take(&setting, &twice, clock_wall_s() + LATER_S);
    place_notes_witness(&twice, "metrics.csv", &other);
    assert_int_equal(once.digest, twice.digest);
    assert_int_equal(once.name_count, twice.name_count);
    place_notes_done(&once);
    place_notes_done(&twice);
    setting_done(&setting);
}

static void test_what_is_lost_is_noticed(void **state)
{
    (void)state;
    struct setting setting;
    setting_init(&setting);
    struct place *place = learn(&setting, clock_wall_s());
    struct place_notes notes;
    take(&setting, &notes, clock_wall_s());
    place_notes_run(&notes, 11);
    place_notes_child(&notes, "wandb");
    assert_false(place_has_lost(place, &notes));
    assert_true(place_learn(place, &notes));
    place_notes_done(&notes);
    take(&setting, &notes, clock_wall_s());
    place_notes_run(&notes, 11);
    assert_true(place_has_lost(place, &notes)); /* a directory */
    place_notes_child(&notes, "wandb");
    assert_false(place_has_lost(place, &notes));
    place_notes_done(&notes);
    take(&setting, &notes, clock_wall_s());
    place_notes_child(&notes, "wandb");
    assert_true(place_has_lost(place, &notes)); /* a run */
    place_notes_done(&notes);
    setting_done(&setting);
}

/* Kept bytes that were cut or changed are taken for nothing, or for what they say, but never harm.
 */
static void test_damaged_bytes(void **state)
{
    (void)state;
    struct setting setting;
    setting_init(&setting);
    struct place *place = learn(&setting, clock_wall_s() + LATER_S);
    size_t length = place->length;
    unsigned char *bytes = malloc(length + 1);
    assert_non_null(bytes);
    memcpy(bytes, place->bytes, length);
    assert_true(place_recall(place, bytes, length));
    assert_true(place->kept && is_same(&setting, place));
    for (size_t cut = 0; cut < length; cut++) {
        assert_true(place_recall(place, bytes, cut));
        assert_false(is_same(&setting, place));
    }
    for (size_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] ^= (unsigned char)(1 << bit);
            assert_true(place_recall(place, bytes, length));
            if (is_same(&setting, place))
                for (struct place_names names = place_children(place); place_next(&names);)
                    ;
            bytes[at] ^= (unsigned char)(1 << bit);
        }
    free(bytes);
    setting_done(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_holds_while_nothing_changes),
        cmocka_unit_test(test_any_change_ends_it),
        cmocka_unit_test(test_what_was_just_touched_is_not_trusted),
        cmocka_unit_test(test_a_name_counts_once_and_first),
        cmocka_unit_test(test_what_is_lost_is_noticed),
        cmocka_unit_test(test_damaged_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
