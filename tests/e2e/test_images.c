/*
 * Lists of images and drawings of several: the same numbers as `boxtop eval`, and pixels where boxes
 * are.
 */
#include "made.h"
#include "png_read.h"
#include "program.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *root;
static char a[512], b[512], png[512];

/* B is A without the second box of each image. */
static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    made_set(root);
    made_detector(root, "a", "0.1");
    made_detector(root, "b", "0.1");
    made_predictions(root, "b/predictions/epoch_001.json", true);
    snprintf(a, sizeof a, "%s/a", root);
    snprintf(b, sizeof b, "%s/b", root);
    snprintf(png, sizeof png, "%s/out.png", root);
    return 0;
}

static const cJSON *in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        fail_msg("no %s", key);
    return item;
}

static const cJSON *of_image(const cJSON *list, double id)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (in(item, "image_id")->valuedouble == id)
            return item;
    }
    fail_msg("no image %g", id);
    return NULL;
}

/* Every image of LIST has the numbers that EVAL gives it, and no more are listed. */
static void assert_same_numbers(const cJSON *list, const cJSON *eval, bool all)
{
    static const char *const KEYS[] = {
        "file_name", "tp", "fp", "fn", "precision", "recall", "f1", "AP"};
    const cJSON *item, *images = in(list, "images"), *per_image = in(eval, "images");
    if (all)
        assert_int_equal(cJSON_GetArraySize(images), cJSON_GetArraySize(per_image));
    cJSON_ArrayForEach(item, images)
    {
        const cJSON *same = of_image(per_image, in(item, "image_id")->valuedouble);
        for (size_t k = 0; k < sizeof KEYS / sizeof *KEYS; k++) {
            bool undefined = cJSON_IsNull(in(item, KEYS[k])) && k == 7;
            if (!undefined && !cJSON_Compare(in(item, KEYS[k]), in(same, KEYS[k]), true))
                fail_msg("%s differs", KEYS[k]);
        }
    }
    assert_true(in(in(list, "total"), "tp")->valuedouble == in(in(eval, "at"), "tp")->valuedouble);
}

static void numbers_are_those_of_eval(void **state)
{
    (void)state;
    static const char *const AT[][2] = {{"0.3", "0.5"}, {"0.5", "0.7"}, {"0.45", "0.33"}};
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
        const char *conf = AT[i][0], *iou = AT[i][1];
        assert_same_numbers(BOXTOP_JSON("images", a, "--conf", conf, "--iou", iou),
            BOXTOP_JSON("eval", a, "--per-image", "--conf", conf, "--iou", iou), true);
        assert_same_numbers(
            BOXTOP_JSON("images", a, "--conf", conf, "--iou", iou, "--class", "person"),
            BOXTOP_JSON("eval", a, "--per-image", "--conf", conf, "--iou", iou, "--class", "person"),
            false);
    }
    const cJSON *best = in(BOXTOP_JSON("images", a, "--conf", "best"), "conf");
    assert_true(cJSON_Compare(best, in(in(BOXTOP_JSON("eval", a), "best_f1"), "conf"), true));
}

static void what_one_run_breaks(void **state)
{
    (void)state;
    const cJSON *list = BOXTOP_JSON("images", a, b, "--compare", "--conf", "0.5");
    const cJSON *item;
    assert_string_equal(in(list, "run")->valuestring, "a");
    assert_string_equal(in(list, "b")->valuestring, "b");
    assert_int_equal(cJSON_GetArraySize(in(list, "images")), MADE_IMAGES);
    int broken = 0, i = 0;
    cJSON_ArrayForEach(item, in(list, "images"))
    {
        struct made_counts x = made_counts(i, .5, .5, false, 0), y = made_counts(i, .5, .5, true, 0);
        assert_true(in(item, "fn")->valuedouble == x.fn);
        assert_true(in(in(item, "b"), "fn")->valuedouble == y.fn);
        assert_true(in(item, "gain")->valuedouble == x.fp + x.fn - y.fp - y.fn);
        assert_true(in(item, "disagreement")->valuedouble == x.tp - y.tp);
        broken += x.fp + x.fn == 0 && y.fp + y.fn > 0;
        i++;
    }
    assert_true(broken > 0);
    list = BOXTOP_JSON("images", b, "--baseline", a, "--broken", "--conf", "0.5");
    assert_int_equal((int)in(list, "found")->valuedouble, broken);
    assert_string_equal(in(list, "run")->valuestring, "a");
    list = BOXTOP_JSON("images", a, b, "--fixed", "--conf", "0.5");
    assert_int_equal((int)in(list, "found")->valuedouble, 0);
    const cJSON *compared = BOXTOP_JSON("eval", a, b, "--compare", "--conf", "0.5", "--bootstrap", "10");
    assert_non_null(compared);
}

static void lists_of_boxes(void **state)
{
    (void)state;
    const cJSON *item;
    double boxes = 0, errors = 0;
    cJSON_ArrayForEach(item, in(BOXTOP_JSON("images", a, "--error", "Bkg", "--conf", "0"), "images"))
        boxes += in(item, "boxes")->valuedouble;
    const cJSON *types = in(in(BOXTOP_JSON("eval", a, "--errors"), "errors"), "types");
    errors = in(in(types, "Bkg"), "count")->valuedouble;
    assert_true(boxes > 0 && boxes == errors);
    const char *csv = EXPECT(0, "images", a, "--sort", "FP", "--columns", "image,FP,width", "-n", "2",
        "--format", "csv", "--conf", "0.5")->out;
    assert_memory_equal(csv, "image,FP,width\n", 15);
    assert_int_equal(strcspn(csv + 15, "\n") > 5, 1);
    assert_non_null(strstr(csv, ",320\n"));
    assert_non_null(strstr(EXPECT(0, "images", a, "--name", "img[01]")->out, "\n2 of 6 images"));
    assert_non_null(strstr(EXPECT(0, "images", a, "--filter", "image~img3")->out, "\n1 of 6 images"));
}

/* They belong to the images: another run has them, and a new index. */
static void tags_stay(void **state)
{
    (void)state;
    char list[600], text[64] = "";
    EXPECT(0, "images", a, "--name", "img[02]", "--tag-as", "night");
    const cJSON *tagged = in(BOXTOP_JSON("images", b, "--tag", "night"), "images");
    assert_int_equal(cJSON_GetArraySize(tagged), 2);
    assert_string_equal(
        cJSON_GetArrayItem(in(cJSON_GetArrayItem(tagged, 0), "tags"), 0)->valuestring, "night");
    EXPECT(0, "index", "--rebuild", root);
    snprintf(list, sizeof list, "%s/list.txt", root);
    EXPECT(0, "images", a, "--filter", "tags=night", "-o", list);
    FILE *file = fopen(list, "r");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text - 1, file), 18);
    fclose(file);
    assert_string_equal(text, "img0.png\nimg2.png\n");
    EXPECT(0, "images", a, "--untag", "night");
    assert_non_null(strstr(EXPECT(0, "images", b, "--tag", "night")->out, "\n0 of 6 images"));
}

/* How many of the pixels of a row have a colour. */
static int coloured(const struct png_read *seen, int y, int from, int end)
{
    int best = 0;
    for (int near = y - 2; near <= y + 2; near++) {
        int count = 0;
        for (int x = from; x < end; x++)
            count += png_is_coloured(seen, x, near);
        best = count > best ? count : best;
    }
    return best;
}

static bool is_white(const struct png_read *seen, int x, int y)
{
    const unsigned char *pixel = seen->rgb + ((size_t)y * (size_t)seen->width_px + (size_t)x) * 3;
    return pixel[0] == 255 && pixel[1] == 255 && pixel[2] == 255;
}

/* Gaps of 6 pixels, and text of 10 above: the heading, then two lines. */
enum { GAP = 6, LINE = 10, TOP = LINE + GAP + 2 * LINE };

static void runs_beside_the_truth(void **state)
{
    (void)state;
    struct made_counts x = made_counts(1, .5, .5, false, 0), y = made_counts(1, .5, .5, true, 0);
    char line[256];
    const char *said = EXPECT(0, "draw", a, b, "img1", "-o", png)->out;
    snprintf(line, sizeof line, "TP %d  FP %d  FN %d  a\nTP %d  FP %d  FN %d  b\n", x.tp, x.fp, x.fn,
        y.tp, y.fp, y.fn);
    assert_non_null(strstr(said, line));
    struct png_read seen = png_read(png);
    assert_int_equal(seen.width_px, 3 * (MADE_WIDTH_PX + GAP) + GAP);
    assert_int_equal(seen.height_px, TOP + MADE_HEIGHT_PX + GAP);
    for (int tile = 0; tile < 3; tile++) {
        int left = GAP + tile * (MADE_WIDTH_PX + GAP);
        assert_true(coloured(&seen, TOP + 119, left + 40, left + 120) > 70); /* the exact box */
        assert_false(png_is_coloured(&seen, left + 80, TOP + 100));
        assert_true(is_white(&seen, left - 1, TOP + 100));
    }
    free(seen.rgb);
    EXPECT(0, "draw", a, "img1", "--steps", "-o", png);
    seen = png_read(png);
    assert_int_equal(seen.width_px, 3 * (MADE_WIDTH_PX + GAP) + GAP); /* the truth and two steps */
    free(seen.rgb);
}

static void two_runs_in_one_picture(void **state)
{
    (void)state;
    const char *said = EXPECT(0, "draw", a, b, "img1", "--compare", "-o", png)->out;
    assert_memory_equal(said, "A 1  B 0  both 1  missed 0", 26);
    struct png_read seen = png_read(png);
    assert_int_equal(seen.width_px, MADE_WIDTH_PX + 2 * GAP);
    assert_true(coloured(&seen, TOP + 119, GAP + 40, GAP + 120) > 70);
    free(seen.rgb);
    EXPECT(2, "draw", a, "img1", "--compare", "-o", png);
}

static void a_sheet_of_a_list(void **state)
{
    (void)state;
    const char *said =
        EXPECT(0, "draw", a, "--grid", "3x2", "--sort", "image:desc", "-n", "1", "-o", png)->out;
    assert_non_null(strstr(said, "img5.png\n"));
    struct png_read seen = png_read(png);
    assert_int_equal(seen.width_px, 3 * (480 + 2 * GAP) + 2 * GAP);
    free(seen.rgb);
    EXPECT(2, "draw", a, b, "--grid", "3x2", "-o", png);
    EXPECT(0, "draw", a, b, "--grid", "2x2", "--broken", "-o", png);
    const char *wrong = EXPECT(2, "draw", a, "img", "-o", png)->err;
    assert_non_null(strstr(wrong, "no image is called img; there is img0.png, img1.png, img2.png"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_those_of_eval),
        cmocka_unit_test(what_one_run_breaks), cmocka_unit_test(lists_of_boxes),
        cmocka_unit_test(tags_stay), cmocka_unit_test(runs_beside_the_truth),
        cmocka_unit_test(two_runs_in_one_picture), cmocka_unit_test(a_sheet_of_a_list)};
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
