/*
 * What the screens keep in the person's settings comes back as it was: the look of curves, pins, what
 * the palette chose.
 * Knows: look_keep.h, finder.h, errands as they are ordered. Must not know: files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/finder.h"
#include "view/look_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct session *new_session(void)
{
    struct session *session = calloc(1, sizeof *session);
    struct theme theme;
    assert_true(theme_builtin(&theme, "dark", NULL));
    assert_non_null(session);
    session_init(session, &theme);
    return session;
}

static void drop(struct session *session)
{
    session_done(session);
    free(session);
}

/* The one errand that SESSION has ordered, as a settings file would hold it. */
static char *ordered(struct session *session, const char *name)
{
    struct errand *errand = errand_take(&session->errands);
    char *text = NULL;
    assert_non_null(errand);
    assert_int_equal(errand->kind, ERRAND_SETTINGS);
    assert_string_equal(errand->name, name);
    assert_true(asprintf(&text, "{\"%s\": %s}", name, errand->value) > 0);
    assert_null(session->errands);
    errand_free(errand);
    return text;
}

static void test_the_look_of_curves_comes_back(void **state)
{
    (void)state;
    struct session *session = new_session(), *again = new_session();
    struct look_kept kept = {0};
    look_keep_order(&kept, session);
    assert_null(session->errands); /* how it was found */
    look_keep_order(&kept, session);
    assert_null(session->errands);
    panel_look_set_x(&session->look, "val/\"AP\"");
    assert_true(panel_look_set_smooth(&session->look, "median:9", NULL));
    assert_true(panel_toggle_pin(&session->pins, "loss"));
    assert_true(panel_toggle_pin(&session->pins, "AP"));
    session->look.log_y = session->look.band = session->pixels = true;
    snprintf(session->curve_pattern, sizeof session->curve_pattern, "loss|lr");
    look_keep_order(&kept, session);
    char *text = ordered(session, "curves");
    look_keep_order(&kept, session);
    assert_null(session->errands);
    look_keep_read(again, text);
    assert_string_equal(panel_look_x_name(&again->look), "val/\"AP\"");
    assert_int_equal(again->look.x, CURVE_X_METRIC);
    assert_int_equal(again->look.smooth.kind, SMOOTH_MEDIAN);
    assert_float_equal(again->look.smooth.strength, 9, 0);
    assert_true(again->look.log_y && again->look.band && again->pixels);
    assert_false(again->look.log_x);
    assert_int_equal(again->pins.count, 2);
    assert_string_equal(again->pins.names[0], "loss");
    assert_string_equal(again->pins.names[1], "AP");
    assert_string_equal(again->curve_pattern, "loss|lr");
    free(text);
    look_keep_done(&kept);
    drop(again);
    drop(session);
}

static void test_the_look_of_images_comes_back(void **state)
{
    (void)state;
    struct session *session = new_session(), *again = new_session();
    struct look_kept kept = {0};
    look_keep_order(&kept, session);
    session->images = (struct images_looks){.show = "grid of images",
        .order = "most FP",
        .overlay = "truth",
        .hover = "off",
        .maskless = true,
        .grey = true,
        .brightness = 30,
        .contrast = -100};
    look_keep_order(&kept, session);
    char *text = ordered(session, "images");
    look_keep_read(again, text);
    assert_memory_equal(&again->images, &session->images, sizeof again->images);
    look_keep_read(again, "{\"images\": {\"show\": [1], \"grey\": 3, \"contrast\": 700, \"brightness\": "
                          "\"up\", \"order\": {\"a\": 1}}}");
    assert_string_equal(again->images.show, "");
    assert_string_equal(again->images.order, "");
    assert_false(again->images.grey);
    assert_int_equal(again->images.contrast, -100);
    assert_int_equal(again->images.brightness, 30);
    free(text);
    look_keep_done(&kept);
    drop(again);
    drop(session);
}

static void test_the_axes_of_the_trade_off_come_back(void **state)
{
    (void)state;
    struct session *session = new_session(), *again = new_session();
    struct look_kept kept = {0};
    look_keep_order(&kept, session);
    session->tradeoff_x = (struct tradeoff_choice){"memory/peak \"mb\"", true, -1};
    session->tradeoff_y = (struct tradeoff_choice){"AP50", false, 1};
    snprintf(session->constraint, sizeof session->constraint, "ms/img<50 AP>0.2");
    session->tradeoff_parallel = true;
    look_keep_order(&kept, session);
    char *text = ordered(session, "tradeoff");
    look_keep_read(again, text);
    assert_string_equal(again->tradeoff_x.name, session->tradeoff_x.name);
    assert_true(again->tradeoff_x.log && again->tradeoff_x.direction == -1);
    assert_string_equal(again->tradeoff_y.name, "AP50");
    assert_true(!again->tradeoff_y.log && again->tradeoff_y.direction == 1);
    assert_string_equal(again->constraint, "ms/img<50 AP>0.2");
    assert_true(again->tradeoff_parallel && !again->tradeoff_front_only);
    session->tradeoff_front_only = true;
    free(text);
    look_keep_order(&kept, session);
    text = ordered(session, "tradeoff");
    look_keep_read(again, text);
    assert_true(again->tradeoff_front_only);
    look_keep_read(again, "{\"tradeoff\": {\"x\": 3, \"y\": {\"better\": \"up\"}, \"constraint\": []}}");
    assert_string_equal(again->tradeoff_x.name, "");
    assert_int_equal(again->tradeoff_y.direction, 0);
    assert_string_equal(again->constraint, "");
    free(text);
    look_keep_done(&kept);
    drop(again);
    drop(session);
}

static void test_what_is_wrong_is_passed_over(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {NULL, "", "{}", "[]", "{\"curves\": 3}",
        "{\"curves\": {\"x\": 3, \"smooth\": \"ema:7\", \"pinned\": \"loss\", \"log_x\": \"yes\","
        " \"panels\": null, \"later\": [1, {\"x\": \"epoch\"}]}}"};
    struct session *session = new_session();
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        look_keep_read(session, TEXTS[i]);
        assert_int_equal(session->look.x, CURVE_X_STEP);
        assert_float_equal(session->look.smooth.strength, 0, 0);
        assert_int_equal(session->pins.count, 0);
        assert_false(session->look.log_x);
        assert_string_equal(session->curve_pattern, "");
    }
    look_keep_read(session, "{\"curves\": {\"pinned\": [\"a\", 3, \"b\", {}], \"x\": \"epoch\"}}");
    assert_int_equal(session->pins.count, 2);
    assert_string_equal(panel_look_x_name(&session->look), "epoch");
    drop(session);
}

/* ---- the palette ---- */

static const struct key_row KEYS[] = {
    {"s", "sort by this column", 1, "table", NULL, 0}, {"d", "what differs", 2, "table", NULL, 0}, {0}};

static void open_finder(struct finder *finder, const struct session *session)
{
    static const struct key_table TABLES[] = {{"runs", KEYS}};
    static const struct world WORLD;
    finder_open(finder, NULL, TABLES, 1, session, &WORLD);
    assert_true(finder->open);
}

static struct finder_choice press(struct finder *finder, int32_t key)
{
    return finder_event(finder, &(struct event){.kind = EVENT_KEY, .key = key});
}

static struct finder_choice type(struct finder *finder, const char *text)
{
    for (; *text; text++)
        press(finder, *text);
    return press(finder, KEY_ENTER);
}

static void test_the_palette_remembers_over_sessions(void **state)
{
    (void)state;
    struct session *session = new_session();
    struct finder finder = {0}, again = {0};
    finder_keep(&finder, session);
    assert_null(session->errands);
    open_finder(&finder, session);
    assert_int_equal(type(&finder, "differs").kind, FINDER_KEY);
    open_finder(&finder, session);
    assert_string_equal(type(&finder, "filter AP>0.3").text, "filter AP>0.3");
    finder_keep(&finder, session);
    char *text = ordered(session, "palette");
    assert_string_equal(text, "{\"palette\": [\"filter AP>0.3\",\"what differs\"]}");
    finder_read(&again, text);
    open_finder(&again, session);
    struct finder_choice choice = press(&again, KEY_ENTER); /* the newest stands first */
    assert_int_equal(choice.kind, FINDER_COMMAND);
    assert_string_equal(choice.text, "filter AP>0.3");
    open_finder(&again, session);
    press(&again, KEY_UP);
    assert_string_equal(again.prompt.text, "filter AP>0.3");
    press(&again, KEY_UP);
    assert_string_equal(again.prompt.text, "what differs");
    press(&again, KEY_UP); /* there is none before it */
    assert_string_equal(again.prompt.text, "what differs");
    press(&again, KEY_DOWN);
    assert_string_equal(again.prompt.text, "filter AP>0.3");
    press(&again, KEY_DOWN);
    assert_string_equal(again.prompt.text, "");
    press(&again, KEY_DOWN); /* now it is the list's */
    choice = press(&again, KEY_ENTER);
    assert_int_equal(choice.kind, FINDER_KEY);
    assert_int_equal(choice.event.key, 'd');
    free(text);
    finder_done(&finder);
    finder_done(&again);
    drop(session);
}

static void test_what_cannot_be_done_here_is_not_recalled(void **state)
{
    (void)state;
    struct session *session = new_session();
    struct finder finder = {0};
    finder_read(&finder, "{\"palette\": [\"of another screen\", \"what differs\", 7]}");
    open_finder(&finder, session);
    press(&finder, KEY_UP);
    assert_string_equal(finder.prompt.text, "what differs");
    finder_done(&finder);
    drop(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_look_of_curves_comes_back),
        cmocka_unit_test(test_the_look_of_images_comes_back),
        cmocka_unit_test(test_the_axes_of_the_trade_off_come_back),
        cmocka_unit_test(test_what_is_wrong_is_passed_over),
        cmocka_unit_test(test_the_palette_remembers_over_sessions),
        cmocka_unit_test(test_what_cannot_be_done_here_is_not_recalled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
