#include "readers/table_sniff.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "readers/rows.h"

#include <string.h>
#include <strings.h>

enum { MOST_LINES = 16, MOST_DEPTH = 64 };

/* Those of reinforcement learning are Stable Baselines' and its ancestors'. The index of pandas has
 * no name. */
const char *const TABLE_STEPS[] = {"step", "iteration", "iter", "global_step", "current_steps",
    "epoch", "Step", "Iteration", "Iter", "Epoch", "time/total_timesteps", "total_timesteps",
    "misc/total_timesteps", "TimestepsSoFar", "episode", "Episode", "", NULL};
const char *const TABLE_WALLS[] = {
    "timestamp", "wall_time", "datetime", "date", "time", "Timestamp", "Date", "Time", NULL};

/* Columns that tell that a row is about a picture or a box. */
static const char *const OTHERS[] = {"image", "image_id", "img", "img_id", "image_path", "image_name",
    "file", "file_name", "filename", "path", "label", "label_id", "labels", "class", "class_id",
    "class_name", "category", "category_id", "category_name", "bbox", "box", "xmin", "x1",
    "prediction", "predictions", "annotation_id", NULL};

static const char NO_STEP[] = "no column counts steps (step, iteration, iter, global_step or epoch)";
static const char OF_PICTURES[] = "its rows are about images or boxes, not steps";
static const char HAS_WORDS[] = "a column holds words, so that it may be several tables in one";
static const char NO_ROWS[] = "it has no whole row yet";

struct text {
    const char *at, *end;
    bool whole; /* what ends at END ends the file */
};

/* The next line; false when it does not end in TEXT, unless it is the last of the file. */
static bool next_line(struct text *text, const char **line, size_t *length)
{
    if (text->at == text->end)
        return false;
    const char *end = memchr(text->at, '\n', (size_t)(text->end - text->at));
    if (!end && !text->whole)
        return false;
    *line = text->at;
    *length = (size_t)((end ? end : text->end) - text->at);
    text->at = end ? end + 1 : text->end;
    return true;
}

static bool next_useful_line(struct text *text, const char **line, size_t *length)
{
    while (next_line(text, line, length))
        if (!rows_is_blank(*line, *length) && !rows_is_merge_marker(*line, *length))
            return true;
    return false;
}

static bool is_in(const char *const *names, const struct csv_cell *cell)
{
    return rows_name_index(names, cell->text, cell->length) >= 0;
}

static bool is_of_validation(const struct csv_cell *cell)
{
    return cell->length > 4 && memcmp(cell->text, "val_", 4) == 0;
}

static bool is_header_of_keras(const struct csv *csv)
{
    const struct csv_cell *last[2] = {NULL, NULL};
    if (csv_find(csv, "epoch") != 0 || csv_find(csv, "loss") < 0)
        return false;
    for (size_t i = 1; i < csv->count; i++) {
        const struct csv_cell **before = &last[is_of_validation(&csv->cells[i])];
        if (*before && csv_compare(*before, &csv->cells[i]) >= 0)
            return false;
        *before = &csv->cells[i];
    }
    return true;
}

/* ---- rows of separated values ---- */

enum cell_kind { CELL_STEP, CELL_DATE, CELL_NUMBER };

struct columns {
    unsigned char kinds[CSV_MAX_CELLS / 16]; /* enum cell_kind; more are not told apart */
    size_t count;
    bool counted; /* none is the step */
};

static bool is_loss(const char *name, size_t length)
{
    for (size_t i = 0; i + 4 <= length; i++)
        if (strncasecmp(name + i, "loss", 4) == 0)
            return true;
    return false;
}

/* Whether the losses of a header make up for a step without a name, in column STEP or nowhere (-1).
 */
static bool has_losses(const struct csv *csv, int step)
{
    int losses = 0;
    for (size_t i = 0; i < csv->count; i++)
        losses += is_loss(csv->cells[i].text, csv->cells[i].length);
    return step < 0 ? losses > 1 : step == 0 && losses;
}

/* Reads the header; the reason when it is that of no table. */
static const char *take_header(struct columns *columns, const struct csv *csv)
{
    const size_t most = sizeof columns->kinds;
    int step = -1;
    for (int i = 0; step < 0 && TABLE_STEPS[i]; i++)
        step = csv_find(csv, TABLE_STEPS[i]);
    bool named = step >= 0 && csv->cells[step].length;
    if (step >= (int)most || (!named && !has_losses(csv, step)))
        return NO_STEP;
    columns->count = csv->count;
    columns->counted = step < 0;
    for (size_t i = 0; i < csv->count; i++) {
        if (is_in(OTHERS, &csv->cells[i]))
            return OF_PICTURES;
        if (i < most)
            columns->kinds[i] = is_in(TABLE_WALLS, &csv->cells[i]) ? CELL_DATE : CELL_NUMBER;
    }
    if (step >= 0)
        columns->kinds[step] = CELL_STEP;
    return NULL;
}

/* Keras puts quotes around a list, which then are quoted themselves. */
static bool is_list(const struct csv_cell *cell)
{
    size_t i = 0;
    while (i < cell->length && cell->text[i] == '"')
        i++;
    return i < cell->length && cell->text[i] == '[';
}

/* A number and its unit, a date, a time of day: 1.15%, 7.4G, 00:12:33. */
static bool is_measure(const struct csv_cell *cell)
{
    enum { UNIT_BYTES = 2 };
    size_t i = 0;
    while (i < cell->length && strchr("0123456789.:/%+- TZ", cell->text[i]))
        i++;
    return i && cell->text[0] >= '0' && cell->text[0] <= '9' && cell->length - i <= UNIT_BYTES;
}

/* Lists, truths and measures are not read, but tell no rows of one kind from those of another. */
static bool is_word(const struct csv_cell *cell)
{
    static const char *const TRUTHS[] = {"True", "False", "true", "false", NULL};
    double value;
    return cell->length && !is_list(cell) && !rows_is_missing(cell->text, cell->length) &&
           !is_in(TRUTHS, cell) && !is_measure(cell) &&
           !num_parse(cell->text, cell->length, &value);
}

/* Whether the row is one of the table; *WORDS when a cell holds words. Rows of another width, or
 * without a step, say nothing. */
static bool take_row(const struct columns *columns, const struct csv *csv, bool *words)
{
    bool has_step = columns->counted;
    if (csv->count < columns->count)
        return false;
    for (size_t i = 0; i < columns->count && i < sizeof columns->kinds; i++)
        if (columns->kinds[i] == CELL_STEP)
            has_step = csv->cells[i].length && !is_word(&csv->cells[i]);
    for (size_t i = 0; has_step && i < columns->count && i < sizeof columns->kinds; i++)
        *words |= columns->kinds[i] == CELL_NUMBER && is_word(&csv->cells[i]);
    return has_step;
}

static enum table_kind sniff_csv(struct text text, const char **why)
{
    const char *line;
    size_t length;
    int rows = 0;
    bool keras = false, words = false, of_use = false;
    struct columns columns = {0};
    struct csv csv;
    if (!next_useful_line(&text, &line, &length))
        return TABLE_NONE;
    csv_init(&csv, csv_guess_separator(line, length));
    if (csv_split(&csv, line, length) && csv.count > 1) {
        *why = take_header(&columns, &csv);
        keras = !*why && is_header_of_keras(&csv);
        of_use = !*why;
    }
    for (int i = 0; of_use && !words && i < MOST_LINES && next_useful_line(&text, &line, &length); i++)
        rows += csv_split(&csv, line, length) && take_row(&columns, &csv, &words);
    csv_done(&csv);
    if (!of_use)
        return TABLE_NONE;
    *why = words ? HAS_WORDS : !rows && !keras ? NO_ROWS : NULL;
    return *why ? TABLE_NONE : keras ? TABLE_KERAS : TABLE_CSV;
}

/* ---- JSON ---- */

struct members {
    int steps, numbers, top_numbers, arrays; /* NUMBERS: without the steps */
    bool others, losses;                     /* LOSSES: a list of numbers that is called a loss */
};

/* What is left of the list, behind any of its items. */
static bool skip_list(struct json *json)
{
    while (json->kind != JSON_ARRAY_END)
        if (!json_skip(json) || json_next(json) == JSON_BAD)
            return false;
    return true;
}

/* What the object that is open holds, to its end; false when it is not whole. */
static bool count_members(struct json *json, int depth, struct members *found)
{
    while (json_next(json) == JSON_KEY) {
        bool step = !depth && rows_name_index(TABLE_STEPS, json->text, json->length) >= 0;
        bool other = !depth && rows_name_index(OTHERS, json->text, json->length) >= 0;
        bool loss = depth < 2 && is_loss(json->text, json->length);
        found->others |= json_next(json) != JSON_OBJECT && other; /* "bbox": {"AP": 1} is fine */
        switch (json->kind) {
        case JSON_OBJECT:
            if (!(depth < MOST_DEPTH ? count_members(json, depth + 1, found) : json_skip(json)))
                return false;
            break;
        case JSON_ARRAY:
            found->arrays++;
            found->losses |= json_next(json) == JSON_NUMBER && loss;
            if (!skip_list(json))
                return false;
            break;
        case JSON_NUMBER:
            found->steps += step;
            found->numbers += !step;
            found->top_numbers += !step && !depth;
            break;
        default:
            break;
        }
    }
    return json->kind == JSON_OBJECT_END;
}

static bool is_object(const char *data, size_t length, struct members *found)
{
    struct json json;
    *found = (struct members){0};
    json_init_memory(&json, data, length);
    return json_next(&json) == JSON_OBJECT && count_members(&json, 0, found) &&
           json_next(&json) == JSON_END;
}

/* Words in front of the first row are passed over, as when it is read. */
static enum table_kind sniff_json(struct text text, const char **why)
{
    const char *start = text.at, *line;
    size_t length;
    struct members found;
    int objects = 0;
    for (int i = 0; i < MOST_LINES && next_useful_line(&text, &line, &length); i++) {
        if (!is_object(line, length, &found))
            break;
        objects++;
        if (found.steps && found.others)
            *why = OF_PICTURES;
        if (found.steps && (found.others || !found.numbers))
            return TABLE_NONE;
        if (found.steps)
            return objects > 1 || text.at < text.end ? TABLE_LINES : TABLE_LINE;
    }
    if (objects > 1) {
        *why = NO_STEP;
        return TABLE_NONE;
    }
    bool whole = is_object(start, (size_t)(text.end - start), &found) && text.whole;
    if (found.losses && (whole || !text.whole))
        return TABLE_COLUMNS;
    if (!whole)
        return TABLE_NONE;
    found.numbers += found.steps;
    return found.top_numbers || (found.numbers && !found.arrays) ? TABLE_SUMMARY : TABLE_NONE;
}

/* A list is judged by its first object. */
static enum table_kind sniff_list(struct text text, const char **why)
{
    struct json json;
    struct members found = {0};
    json_init_memory(&json, text.at, (size_t)(text.end - text.at));
    if (json_next(&json) != JSON_ARRAY || json_next(&json) != JSON_OBJECT ||
        !count_members(&json, 0, &found) || !found.steps)
        return TABLE_NONE;
    *why = found.others ? OF_PICTURES : NULL;
    return found.others || !found.numbers ? TABLE_NONE : TABLE_LIST;
}

enum table_kind table_sniff(const char *head, size_t length, bool whole, const char **why)
{
    struct text text = {head + text_mark_bytes(head, length), head + length, whole};
    *why = NULL;
    const char *first = csv_skip_blanks(text.at, text.end, '\0');
    if (first == text.end || memchr(first, '\0', (size_t)(text.end - first)))
        return TABLE_NONE;
    return *first == '{'   ? sniff_json(text, why)
           : *first == '[' ? sniff_list(text, why)
                           : sniff_csv(text, why);
}
