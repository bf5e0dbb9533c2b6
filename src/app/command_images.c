/*
 * `boxtop images`: the images of a run, or of two against each other, as a list.
 * Knows: findings and how they are printed. Must not know: how an image is judged.
 *
 * With --format json (stable; an array of these where there are several runs, or pairs):
 *
 *     {"run": "a", "b": "b"|null, "ground_truth": "val.json", "note": "..."|null,
 *      "conf": 0.5, "iou": 0.5, "of": 50, "found": 12,
 *      "total": {"tp", "fp", "fn", "precision", "recall", "f1"}, "total_b": the same, with B only,
 *      "images": [{"image_id", "file_name", "tp", "fp", "fn", "precision", "recall", "f1",
 *                  "score", "AP", "boxes", "tags": ["night"], "columns": {"weather": "rain", ...},
 *                  "b": {"tp", ..., "f1", "score", "AP"}, "gain", "disagreement"   (with B only)}]}
 *
 * "run" is A; "of" counts the images that there are, "found" those that were asked for, before
 * --head. What is not known is null. "columns" are those that --columns names beside the numbers.
 */
#include "app/eval_report.h"
#include "app/finding.h"
#include "app/gather.h"
#include "work/image_export.h"
#include "work/image_tags.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_OUTPUT_BYTES = 1 << 30 };

struct output {
    const struct settings *settings;
    enum print_format format;
    struct buf buf;
    struct json_writer json;
    size_t printed;
    bool unreadable; /* a run was passed over */
};

/* ---- JSON ---- */

static void write_side(struct json_writer *json, const double *numbers)
{
    struct eval_counts counts = {.tp = (int64_t)numbers[IMAGE_TP],
        .fp = (int64_t)numbers[IMAGE_FP],
        .fn = (int64_t)numbers[IMAGE_FN]};
    report_write_counts(json, &counts);
    report_write_number(json, "score", numbers[IMAGE_SCORE]);
    report_write_number(json, "AP", numbers[IMAGE_AP]);
}

static void write_tags(
    struct json_writer *json, const struct image_pool *pool, const struct image_entry *entry)
{
    json_writer_key(json, "tags");
    json_writer_array(json);
    for (size_t c = 0; c < pool->column_count; c++) {
        const char *at = pool->columns[c].is_tags ? pool->columns[c].values[entry->image] : NULL;
        while (at && *at) {
            size_t length = strcspn(at, "\n");
            json_writer_bytes(json, at, length);
            at += length + (at[length] == '\n');
        }
    }
    json_writer_array_end(json);
}

static void write_columns(struct json_writer *json, const struct image_pool *pool,
    const struct image_columns *columns, const struct image_entry *entry)
{
    json_writer_key(json, "columns");
    json_writer_object(json);
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->items[i] < IMAGE_COLUMNS)
            continue;
        const struct image_column *column = &pool->columns[columns->items[i] - IMAGE_COLUMNS];
        report_write_text(json, column->name, column->values[entry->image]);
    }
    json_writer_object_end(json);
}

static void write_entry(struct json_writer *json, const struct finding *finding,
    const struct image_columns *columns, const struct image_entry *entry)
{
    const struct image_pool *pool = finding->pool;
    json_writer_object(json);
    report_write_image(json, &pool->sides[0]->dataset->images[entry->image]);
    write_side(json, entry->numbers);
    report_write_number(json, "boxes", entry->numbers[IMAGE_BOXES]);
    write_tags(json, pool, entry);
    if (columns)
        write_columns(json, pool, columns, entry);
    if (pool->side_count > 1) {
        json_writer_key(json, "b");
        json_writer_object(json);
        write_side(json, entry->numbers + IMAGE_B_TP);
        json_writer_object_end(json);
        report_write_number(json, "gain", entry->numbers[IMAGE_GAIN]);
        report_write_number(json, "disagreement", entry->numbers[IMAGE_DISAGREEMENT]);
    }
    json_writer_object_end(json);
}

static void write_total(
    struct json_writer *json, const char *key, const struct eval_counts *total)
{
    json_writer_key(json, key);
    json_writer_object(json);
    report_write_counts(json, total);
    json_writer_object_end(json);
}

static void write_list(struct json_writer *json, const struct finding *finding,
    const struct image_columns *columns)
{
    const struct image_list *list = &finding->list;
    json_writer_object(json);
    report_write_text(json, "run", finding->names[0]);
    report_write_text(json, "b", finding->names[1]);
    report_write_text(json, "ground_truth", finding->studies[0]->ground_truth);
    report_write_text(json, "note", finding->pool->difference);
    report_write_number(json, "conf", finding->at.confidence);
    report_write_number(json, "iou", finding->at.iou);
    report_write_int(json, "of", (int64_t)list->of);
    report_write_int(json, "found", (int64_t)finding->found);
    write_total(json, "total", &list->total[0]);
    if (finding->studies[1])
        write_total(json, "total_b", &list->total[1]);
    json_writer_key(json, "images");
    json_writer_array(json);
    for (size_t i = 0; i < list->count; i++)
        write_entry(json, finding, columns, &list->items[i]);
    json_writer_array_end(json);
    json_writer_object_end(json);
}

/* ---- tables ---- */

static void print_head(const struct finding *finding, struct buf *out)
{
    report_add_sentence(out, finding->names[1] ? "A" : "run", finding->names[0]);
    report_add_sentence(out, "B", finding->names[1]);
    report_add_sentence(out, "ground truth", finding->studies[0]->ground_truth);
    report_add_sentence(out, "note", finding->pool->difference);
    buf_printf(out, "\n%zu of %zu images at confidence %.2f, IoU %.2f", finding->found,
        finding->list.of, finding->at.confidence, finding->at.iou);
    if (finding->list.count < finding->found)
        buf_printf(out, ", the first %zu", finding->list.count);
    buf_add_string(out, "\n");
}

static bool print_list(struct output *output, struct finding *finding,
    const struct image_columns *columns, struct err *err)
{
    struct print_table table;
    if (!image_export_table(
            finding->pool, &finding->list, columns, &finding->arena, &table))
        return err_set(err, ERR_MEMORY, "out of memory while printing");
    if (output->format == PRINT_TABLE)
        print_head(finding, &output->buf);
    if (table.rows || output->format != PRINT_TABLE)
        print_table(&table, output->format, &output->buf);
    return true;
}

/* ---- tags ---- */

static bool tag_list(struct finding *finding, const char *tag, bool add, struct err *err)
{
    const struct image_list *list = &finding->list;
    const char **names = ARENA_ARRAY(&finding->arena, const char *, list->count + 1);
    const char *path = image_tags_path(&finding->arena, err);
    size_t changed;
    if (!path)
        return false;
    if (!names)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < list->count; i++)
        names[i] = finding->pool->names[list->items[i].image];
    if (!image_tags_write(
            path, finding->studies[0], names, list->count, tag, add, &changed, err))
        return false;
    fprintf(stderr, "%s %zu of %zu images %s\n", add ? "tagged" : "untagged", changed, list->count,
        changed == list->count ? "" : add ? "(the others had the tag)" : "(the others had it not)");
    return true;
}

static bool change_tags(const struct settings *settings, struct finding *finding, struct err *err)
{
    return (!settings->tag_as || tag_list(finding, settings->tag_as, true, err)) &&
           (!settings->untag || tag_list(finding, settings->untag, false, err));
}

/* ---- the command ---- */

static bool asks_ap(const struct settings *settings)
{
    const char *texts[] = {settings->columns, settings->sort, settings->filter};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && strcasestr(texts[i], "AP"))
            return true;
    return false;
}

static bool list_images(struct output *output, const struct run_row *a, const struct run_row *b,
    struct err *err)
{
    const struct settings *settings = output->settings;
    struct finding finding;
    struct image_columns columns;
    bool json = output->format == PRINT_JSON;
    bool ok = finding_make(settings, a, b, json || asks_ap(settings), &finding, err);
    if (ok && settings->columns)
        ok = image_columns_parse(finding.pool, settings->columns, &columns, err);
    else if (ok)
        image_columns_default(finding.pool, &finding.list,
            finding.which.marks || finding.which.verdicts || finding.which.in_range, &columns);
    ok = ok && change_tags(settings, &finding, err);
    if (ok && output->printed++ && !json)
        buf_add_char(&output->buf, '\n');
    if (ok && settings->list_file)
        ok = image_export_file(
            finding.pool, &finding.list, &columns, settings->list_file, err);
    else if (ok && json)
        write_list(&output->json, &finding, settings->columns ? &columns : NULL);
    else if (ok)
        ok = print_list(output, &finding, &columns, err);
    finding_done(&finding);
    return ok;
}

/* Says why one of several runs cannot be listed, and lets the others be. */
static bool pass_over(struct output *output, struct err *err)
{
    if (err->code == ERR_USAGE || err->code == ERR_MEMORY)
        return false;
    say_error(err);
    *err = (struct err){0};
    output->unreadable = true;
    return true;
}

static bool list_all(struct output *output, const struct gathered *gathered, struct err *err)
{
    bool two = finding_of_two(output->settings), ok = true;
    const struct run_row *a = two ? gathered->chosen[0] : NULL;
    size_t lists = gathered->count - two;
    bool array = lists > 1 && output->format == PRINT_JSON;
    if (two && !lists)
        return err_set(err, ERR_USAGE, "two runs are needed: name both, or one with --baseline");
    if (output->settings->list_file && lists > 1)
        return err_set(err, ERR_USAGE, "-o takes one list: name one run, or two with --compare");
    if (array)
        json_writer_array(&output->json);
    for (size_t i = two; ok && i < gathered->count; i++) {
        const struct run_row *run = gathered->chosen[i];
        if (lists > 1 && !run->prediction_count)
            continue;
        ok = (two ? list_images(output, a, run, err) : list_images(output, run, NULL, err)) ||
             (lists > 1 && pass_over(output, err));
    }
    if (array)
        json_writer_array_end(&output->json);
    if (ok && !output->printed && !output->unreadable)
        return err_set(err, ERR_FORMAT, "none of the %zu runs has predictions", gathered->count);
    return ok;
}

static bool images(struct output *output, char **operands, struct err *err)
{
    struct gathered gathered;
    bool ok = finding_gather(output->settings, operands, &gathered, err) &&
              list_all(output, &gathered, err);
    gather_done(&gathered);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    struct output output = {.settings = settings};
    struct err err = {0};
    int status = EXIT_FINE;
    buf_init(&output.buf, MOST_OUTPUT_BYTES);
    json_writer_init(&output.json, &output.buf, true);
    if (!print_format_parse(settings->format, &output.format, &err) ||
        !images(&output, operands, &err))
        status = err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
    if (status == EXIT_FINE && output.format == PRINT_JSON && !settings->list_file)
        buf_add_char(&output.buf, '\n');
    if (status == EXIT_FINE && (!print_flush(&output.buf, &err) || output.unreadable))
        status = EXIT_UNREADABLE;
    buf_done(&output.buf);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_images = {
    .name = "images",
    .operands = "RUN...",
    .summary = "the images of a run with TP, FP, FN and F1 each; of two runs, what one fixes or breaks",
    .accepts = FINDING_ACCEPTS " format columns tag-as untag list_file",
    .examples =
        "  boxtop images RUN --sort FN --class person     most people missed first\n"
        "  boxtop images A B --broken --conf best         where B has errors and A none\n"
        "  boxtop images RUN --confusion cat:dog          cats taken for dogs\n"
        "  boxtop images RUN --filter 'FP>3 width<800' --tag-as busy\n",
    .run = run,
};
