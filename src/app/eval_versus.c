#include "app/eval_versus.h"

/* People see so many images of each kind; programs get all. */
enum { MOST_SHOWN = 10 };

static const char *const BY_KEYS[EVAL_BYS] = {"neither", "only_a", "only_b", "both"};

static bool is_common(const struct versus_report *report, int32_t image)
{
    return !report->run->image_position || report->run->image_position[image] >= 0;
}

/* The image of a pair: of its annotation, else of the false positive. */
static int32_t image_of(const struct versus_report *report, const struct eval_pair *pair)
{
    const struct study *a = report->a->study, *b = report->b->study;
    if (pair->annotation >= 0)
        return a->dataset->annotations[pair->annotation].image;
    const struct study *has = pair->row[0] >= 0 ? a : b;
    int32_t row = pair->row[0] >= 0 ? pair->row[0] : pair->row[1];
    return has->link.image_of_key[has->detections->rows[row].image_key];
}

static int64_t count_pairs(const struct versus_report *report, const struct eval_pairs *pairs)
{
    int64_t count = 0;
    for (size_t i = 0; i < pairs->count; i++)
        count += is_common(report, image_of(report, &pairs->items[i]));
    return count;
}

static size_t count_changes(const struct versus_report *report, const struct eval_changes *changes)
{
    size_t count = 0;
    for (size_t i = 0; i < changes->count; i++)
        count += is_common(report, changes->items[i].image);
    return count;
}

/* ---- JSON ---- */

static void write_pairs(const struct versus_report *report, const char *key,
    const struct eval_pairs *pairs, struct json_writer *json)
{
    json_writer_key(json, key);
    json_writer_array(json);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct eval_pair *pair = &pairs->items[i];
        int32_t image = image_of(report, pair);
        if (!is_common(report, image))
            continue;
        json_writer_object(json);
        report_write_image(json, &report->a->study->dataset->images[image]);
        if (pair->annotation >= 0)
            report_write_annotation(report->a, json, "truth", pair->annotation);
        report_write_detection(report->a, json, "a", pair->row[0], image);
        report_write_detection(report->b, json, "b", pair->row[1], image);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

/* Counts of all, and the boxes that only one has. */
static void write_by(const struct versus_report *report, const char *key,
    const struct eval_pairs by[EVAL_BYS], struct json_writer *json)
{
    json_writer_key(json, key);
    json_writer_object(json);
    json_writer_key(json, "counts");
    json_writer_object(json);
    for (int i = 0; i < EVAL_BYS; i++)
        report_write_int(json, BY_KEYS[i], count_pairs(report, &by[i]));
    json_writer_object_end(json);
    write_pairs(report, BY_KEYS[EVAL_BY_A], &by[EVAL_BY_A], json);
    write_pairs(report, BY_KEYS[EVAL_BY_B], &by[EVAL_BY_B], json);
    json_writer_object_end(json);
}

static void write_changes(const struct versus_report *report, const char *key,
    const struct eval_changes *changes, struct json_writer *json)
{
    json_writer_key(json, key);
    json_writer_array(json);
    for (size_t i = 0; i < changes->count; i++) {
        const struct eval_change *change = &changes->items[i];
        if (!is_common(report, change->image))
            continue;
        json_writer_object(json);
        report_write_image(json, &report->a->study->dataset->images[change->image]);
        report_write_int(json, "errors_a", change->errors[0]);
        report_write_int(json, "errors_b", change->errors[1]);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

void versus_write(const struct versus_report *report, struct json_writer *json)
{
    const struct eval_versus *versus = report->versus;
    if (!versus)
        return;
    write_by(report, "objects", versus->truths, json);
    write_by(report, "false_positives", versus->false_positives, json);
    write_changes(report, "fixed", &versus->fixed, json);
    write_changes(report, "broken", &versus->broken, json);
    write_changes(report, "better", &versus->better, json);
    write_changes(report, "worse", &versus->worse, json);
}

/* ---- tables ---- */

static bool print_by(
    const struct versus_report *report, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"boxes", "both", "only A", "only B", "neither"};
    static const char *const NAMES[] = {"objects found by", "false positives of"};
    const struct eval_pairs *by[] = {report->versus->truths, report->versus->false_positives};
    struct report_table table;
    report_table_init(&table, report->a->arena, TITLES, sizeof TITLES / sizeof *TITLES, 2);
    for (int i = 0; i < 2; i++) {
        report_add_text(&table, NAMES[i]);
        report_add_int(&table, count_pairs(report, &by[i][EVAL_BY_BOTH]));
        report_add_int(&table, count_pairs(report, &by[i][EVAL_BY_A]));
        report_add_int(&table, count_pairs(report, &by[i][EVAL_BY_B]));
        if (i == 0)
            report_add_int(&table, count_pairs(report, &by[i][EVAL_BY_NEITHER]));
        else
            report_add_text(&table, NULL);
    }
    return report_table_print(&table, NULL, format, out, err);
}

static void add_changes(const struct versus_report *report, const char *what,
    const struct eval_changes *changes, size_t most, struct report_table *table)
{
    size_t shown = 0;
    for (size_t i = 0; i < changes->count && shown < most; i++) {
        const struct eval_change *change = &changes->items[i];
        if (!is_common(report, change->image))
            continue;
        report_add_text(table, what);
        report_add_text(table, report_image_name(report->a, change->image));
        report_add_int(table, change->errors[0]);
        report_add_int(table, change->errors[1]);
        shown++;
    }
}

static bool print_images(
    const struct versus_report *report, enum print_format format, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"B", "image", "errors of A", "of B"};
    const struct eval_versus *versus = report->versus;
    size_t fixed = count_changes(report, &versus->fixed);
    size_t broken = count_changes(report, &versus->broken);
    size_t most = format == PRINT_TABLE ? MOST_SHOWN : SIZE_MAX;
    struct report_table table;
    report_table_init(
        &table, report->a->arena, TITLES, sizeof TITLES / sizeof *TITLES, fixed + broken);
    add_changes(report, "fixed", &versus->fixed, most, &table);
    add_changes(report, "broken", &versus->broken, most, &table);
    const char *title = arena_printf(report->a->arena,
        "%zu images fixed by B (no error left), %zu broken (had none); fewer errors on %zu, more on "
        "%zu",
        fixed, broken, count_changes(report, &versus->better),
        count_changes(report, &versus->worse));
    return report_table_print(&table, title, format, out, err);
}

bool versus_print(
    const struct versus_report *report, enum print_format format, struct buf *out, struct err *err)
{
    if (!report->versus)
        return true;
    buf_add_char(out, '\n');
    if (!print_by(report, format, out, err))
        return false;
    buf_add_char(out, '\n');
    return print_images(report, format, out, err);
}
