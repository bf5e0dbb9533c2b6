#include "story.h"

#include "made_runs.h"
#include "stage.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_STORY_BYTES = 1 << 16 };

struct story {
    const char *file;
    int line, rows, cols;
    char remarks[1024]; /* where this story's tags and notes are kept */
    const struct made_runs *runs;
    struct stage *stage; /* made with the first word that needs one */
    struct buf *out;
};

static struct stage *on_stage(struct story *story)
{
    struct stage_settings settings = {.terminal = stage_terminal()};
    if (story->stage || !story->runs)
        return story->stage;
    settings.store = story->runs->store;
    settings.hidden = story->runs->root;
    snprintf(story->remarks, sizeof story->remarks, "%s-%s.json", story->runs->root,
        path_base(story->file));
    settings.remarks = story->remarks;
    settings.rows = story->rows;
    settings.cols = story->cols;
    story->stage = stage_new(&settings);
    stage_settle(story->stage);
    return story->stage;
}

static void send(struct story *story, const struct event *event)
{
    stage_event(on_stage(story), event);
    stage_settle(story->stage);
}

/* ---- words ---- */

static bool play_runs(struct story *story, const char *rest)
{
    story->runs = made_runs(rest);
    if (story->stage)
        stage_free(story->stage);
    story->stage = NULL;
    return story->runs != NULL;
}

static bool play_size(struct story *story, const char *rest)
{
    if (sscanf(rest, "%dx%d", &story->cols, &story->rows) != 2)
        return false;
    if (story->stage) {
        stage_resize(story->stage, story->rows, story->cols);
        stage_settle(story->stage);
    }
    return true;
}

static bool play_open(struct story *story, const char *rest)
{
    char name[32];
    int used = 0;
    if (sscanf(rest, "%31s %n", name, &used) != 1 || !on_stage(story))
        return false;
    const struct run_row *run = NULL;
    const struct runs *runs = stage_world(story->stage)->runs;
    if (rest[used] && !(run = runs_find_named(runs, rest + used, NULL)))
        return false;
    for (const struct view *const *view = views; *view; view++)
        if (strcmp((*view)->name, name) == 0) {
            stage_open(story->stage, *view, run ? run->id : 0);
            stage_settle(story->stage);
            return true;
        }
    return false;
}

static bool play_theme(struct story *story, const char *rest)
{
    return on_stage(story) && theme_builtin(&stage_session(story->stage)->theme, rest, NULL);
}

static bool play_keys(struct story *story, const char *rest)
{
    if (!on_stage(story))
        return false;
    while (*(rest += strspn(rest, " "))) {
        struct event event = {.kind = EVENT_KEY};
        size_t length = strcspn(rest, " ");
        if (!key_parse(rest, length, &event.key, &event.mods))
            return false;
        send(story, &event);
        rest += length;
    }
    return true;
}

static bool play_type(struct story *story, const char *rest)
{
    if (!on_stage(story))
        return false;
    for (; *rest; rest++)
        send(story, &(struct event){.kind = EVENT_KEY, .key = *rest});
    return true;
}

static bool play_mouse(struct story *story, const char *rest, enum mouse_action action)
{
    struct event event = {.kind = EVENT_MOUSE, .action = action, .button = 1};
    int got = sscanf(rest, "%d %d %d", &event.row, &event.col, &event.wheel_rows);
    if (got != (action == MOUSE_WHEEL ? 3 : 2) || !on_stage(story))
        return false;
    send(story, &event);
    return true;
}

static bool play_press(struct story *story, const char *rest)
{
    return play_mouse(story, rest, MOUSE_PRESS);
}

static bool play_move(struct story *story, const char *rest)
{
    return play_mouse(story, rest, MOUSE_MOVE);
}

static bool play_drag(struct story *story, const char *rest)
{
    return play_mouse(story, rest, MOUSE_DRAG);
}

static bool play_release(struct story *story, const char *rest)
{
    return play_mouse(story, rest, MOUSE_RELEASE);
}

static bool play_wheel(struct story *story, const char *rest)
{
    return play_mouse(story, rest, MOUSE_WHEEL);
}

static bool show(struct story *story, const char *title, bool roles)
{
    if (!on_stage(story))
        return false;
    const struct grid *grid = stage_grid(story->stage);
    buf_printf(story->out, "==== %s, %dx%d", title, grid->cols, grid->rows);
    if (grid->cursor_shown)
        buf_printf(story->out, ", cursor at %d,%d", grid->cursor_row, grid->cursor_col);
    buf_add_char(story->out, '\n');
    grid_dump(grid, story->out, roles);
    return true;
}

static bool play_screen(struct story *story, const char *rest)
{
    return show(story, rest, true);
}

static bool play_text(struct story *story, const char *rest)
{
    return show(story, rest, false);
}

static void print_tile(struct story *story, const struct easel_tile *tile)
{
    static const char *const LINES[] = {
        [EASEL_SOLID] = "solid", [EASEL_DASHED] = "dashed", [EASEL_DOTTED] = "dotted",
        [EASEL_DOUBLE] = "double"};
    buf_printf(story->out, "picture of %d x %d pixels at %d,%d in %d x %d cells%s, %zu boxes\n",
        tile->photo->original_width_px, tile->photo->original_height_px, tile->row, tile->col,
        tile->rows, tile->cols, tile->look.grey ? ", grey" : "", tile->box_count);
    if (tile->look.zoom > 0)
        buf_printf(story->out, "  %.1f times as large around %.1f, %.1f\n", tile->look.zoom,
            tile->look.x, tile->look.y);
    for (size_t i = 0; i < tile->box_count; i++) {
        const struct easel_box *box = &tile->boxes[i];
        buf_printf(story->out, "  %-6s %d px  %6.2f %6.2f %6.2f %6.2f  %s\n", LINES[box->line],
            box->line_px, box->x, box->y, box->w, box->h, box->label);
    }
}

static bool play_picture(struct story *story, const char *rest)
{
    if (!on_stage(story))
        return false;
    const struct easel_scene *scene = stage_scene(story->stage);
    buf_printf(story->out, "==== %s\n", rest);
    if (!scene) {
        buf_add_string(story->out, "no picture\n");
        return true;
    }
    for (size_t i = 0; i < scene->tile_count; i++)
        print_tile(story, &scene->tiles[i]);
    return true;
}

static const struct {
    const char *word;
    bool (*play)(struct story *story, const char *rest);
} WORDS[] = {
    {"runs", play_runs},
    {"size", play_size},
    {"open", play_open},
    {"theme", play_theme},
    {"keys", play_keys},
    {"type", play_type},
    {"press", play_press},
    {"move", play_move},
    {"drag", play_drag},
    {"release", play_release},
    {"wheel", play_wheel},
    {"screen", play_screen},
    {"text", play_text},
    {"picture", play_picture},
};

/* ---- the file ---- */

static bool play_line(struct story *story, char *line)
{
    size_t length = strcspn(line, " ");
    const char *rest = line + length + strspn(line + length, " ");
    if (!*line || *line == '#')
        return true;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strlen(WORDS[i].word) == length && strncmp(line, WORDS[i].word, length) == 0)
            return WORDS[i].play(story, rest) && (!story->stage || stage_view(story->stage));
    return false;
}

bool story_play(const char *file, struct buf *out)
{
    struct story story = {.file = file, .rows = 24, .cols = 80, .out = out};
    struct buf text;
    struct err err = {0};
    buf_init(&text, MOST_STORY_BYTES);
    bool ok = file_read(file, &text, &err);
    char *next = text.data, *line;
    while (ok && next && (line = strsep(&next, "\n"))) {
        story.line++;
        ok = play_line(&story, line);
        if (!ok)
            fprintf(stderr, "%s line %d: cannot be played: %s\n", file, story.line, line);
    }
    if (err.code)
        fprintf(stderr, "%s: %s\n", file, err.text);
    if (story.stage)
        stage_free(story.stage);
    if (story.remarks[0])
        unlink(story.remarks);
    buf_done(&text);
    return ok;
}
