/*
 * `boxtop ls`: the runs table.
 * Knows: its options. Must not know: how a number came about.
 */
#include "app/listing_table.h"
#include "app/runs_json.h"

static void list_json(const struct listing *listing, struct buf *out)
{
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_array(&json);
    for (size_t i = 0; i < listing->count; i++)
        runs_json_run(&json, &listing->gathered.runs->rows[listing->order[i]]);
    json_writer_array_end(&json);
    buf_add_char(out, '\n');
}

enum { MOST_OUTPUT_BYTES = 1 << 30 };

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct listing listing = {0};
    enum print_format format;
    int status = EXIT_WRONG_USAGE;
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    if (print_format_parse(settings->format, &format, &err)) {
        status = EXIT_UNREADABLE;
        if (gather_below(settings, operands, &listing.gathered, &err) &&
            listing_prepare(&listing, settings, &err)) {
            /* The whole of every run, unless columns were asked for. */
            if (format == PRINT_JSON && !settings->columns && !listing.is_grouped)
                list_json(&listing, &out);
            else
                listing_print(&listing, format, settings->all, &out, &err);
            if (listing.gathered.runs->count == 0 && format == PRINT_TABLE)
                buf_printf(&out,
                    "no runs found: boxtop reads Ultralytics, TensorBoard, COCO results "
                    "and its own plain layout\n");
            status = print_flush(&out, &err) ? EXIT_FINE : EXIT_UNREADABLE;
        }
        if (err.code == ERR_USAGE)
            status = EXIT_WRONG_USAGE;
        gather_done(&listing.gathered);
    }
    buf_done(&out);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_ls = {
    .name = "ls",
    .operands = "[PATH...]",
    .summary = "the table of the runs below PATH",
    .accepts = "index gt images format sort filter columns baseline group-by best "
               "constraint all rebuild",
    .run = run,
};
