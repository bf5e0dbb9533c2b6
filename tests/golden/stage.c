#include "stage.h"

#include "screen/frame.h"
#include "screen/help.h"
#include "screen/keybar.h"
#include "screen/scroll.h"
#include "view/commands.h"
#include "view/finder.h"

#include "work/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST_STACK = 16, MOST_FRAMES = 8 };
enum { MOST_TABLES = VIEW_MOST_TABLES + 2 };
enum action { QUIT = 1, BACK, HELP, ELSEWHERE, FINDER, BOARD };

const struct key_row stage_keys[] = {
    {"?", "this help", HELP, NULL, "help", 1},
    {"q Esc", "back, and from the first screen quit", BACK, NULL, "back", 2},
    {":", "everything that can be done, by a few letters", FINDER, NULL, "command", 1},
    {"1 2 3 4 5", "the dashboard of that number", BOARD, NULL, "dashboards", 5},
    {"6 7 8 9", "the dashboard of that number", BOARD, NULL, NULL, 0},
    {"Q Ctrl-C", "quit", QUIT, NULL, NULL, 0},
    {"r", "read the runs again now", ELSEWHERE, NULL, NULL, 0},
    {"Ctrl-L", "draw the screen anew", ELSEWHERE, NULL, NULL, 0},
    {"Ctrl-Z", "suspend", ELSEWHERE, NULL, NULL, 0},
    {0},
};

struct opened {
    const struct view *view;
    void *state;
};

struct stage {
    struct stage_settings settings;
    struct world world;
    struct data_keep data;
    char tails[WANTS_TAILS_BYTES];
    struct session session;
    struct grid *grid;
    struct arena scratch;
    struct easel_scene *scene;
    struct opened stack[DEEPEST_STACK];
    int depth;
    bool helping;
    int help_top, help_lines;
    struct finder finder;
};

struct easel_terminal stage_terminal(void)
{
    return (struct easel_terminal){.graphics = EASEL_KITTY,
        .cell_width_px = 8,
        .cell_height_px = 16,
        .colours = 1 << 24,
        .utf8 = true};
}

static void give_up(const char *doing, const struct err *err)
{
    char text[1024];
    err_print(err, text, sizeof text);
    fprintf(stderr, "%s: %s\n", doing, text);
    abort();
}

static struct opened *top(struct stage *stage)
{
    return &stage->stack[stage->depth - 1];
}

static struct runs *load_runs(struct stage *stage, struct runs *before)
{
    struct err err = {0};
    struct runs *runs = runs_load(stage->settings.store, before, &err);
    if (!runs || !catalogue_find(runs))
        give_up("the runs", &err);
    if (!runs_load_listed_tails(stage->settings.store, runs, before, stage->tails, &err))
        give_up("means", &err);
    if (stage->settings.remarks && !remarks_attach(runs, stage->settings.remarks, &err))
        give_up("the remarks", &err);
    return runs;
}

struct stage *stage_new(const struct stage_settings *settings)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct theme theme;
    struct err err = {0};
    if (!stage || !theme_builtin(&theme, "dark", &err))
        give_up("the stage", &err);
    stage->settings = *settings;
    stage->grid = grid_new(settings->rows, settings->cols, &err);
    if (!stage->grid)
        give_up("the grid", &err);
    session_init(&stage->session, &theme);
    stage->session.now_s = STAGE_NOW_S;
    stage->session.rows = settings->rows - 2;
    stage->session.cols = settings->cols;
    stage->world.terminal = settings->terminal;
    stage->world.motion = MOTION_CHEAP;
    stage->world.indexing = !settings->store;
    if (settings->store)
        stage->world.runs = load_runs(stage, NULL);
    stage_open(stage, views[0], 0);
    return stage;
}

static void close_view(struct stage *stage)
{
    struct opened *closed = top(stage);
    if (closed->view->stop)
        closed->view->stop(closed->state);
    free(closed->state);
    stage->depth--;
}

void stage_free(struct stage *stage)
{
    while (stage->depth)
        close_view(stage);
    finder_done(&stage->finder);
    easel_scene_free(stage->scene);
    session_done(&stage->session);
    world_done(&stage->world);
    data_keep_done(&stage->data);
    grid_free(stage->grid);
    arena_done(&stage->scratch);
    free(stage);
}

void stage_open(struct stage *stage, const struct view *view, int64_t run)
{
    if (stage->depth == DEEPEST_STACK)
        return; /* as the loop does: there is an end to it */
    void *state = calloc(1, view->state_bytes);
    if (!state)
        abort();
    stage->stack[stage->depth++] = (struct opened){view, state};
    view->start(state, &stage->session, &stage->world, run);
}

static void open_board(struct stage *stage, int number)
{
    struct boards *boards = stage->session.boards;
    if (number < 0 || number >= boards->count) {
        session_say(&stage->session, "there is no dashboard %d: E on one of them makes more", number + 1);
        return;
    }
    if (boards->kept.shown != number)
        boards->kept.focus = 0;
    boards->kept.shown = number;
    while (stage->depth > 1 && top(stage)->view != &view_board)
        close_view(stage);
    if (top(stage)->view != &view_board)
        stage_open(stage, &view_board, 0);
}

static size_t key_tables(struct stage *stage, struct key_table out[MOST_TABLES])
{
    size_t count = view_key_tables(top(stage)->view, top(stage)->state, out);
    out[count++] = (struct key_table){"move", view_move_keys};
    out[count++] = (struct key_table){"all", stage_keys};
    return count;
}

/* ---- what the world answers ---- */

static bool answer_curves(struct stage *stage, const struct wants *wants)
{
    const struct curves *had = stage->world.curves;
    bool same = had && had->count == wants->curve_count;
    for (size_t i = 0; same && i < wants->curve_count; i++)
        same = curve_want_same(&had->curves[i].want, &wants->curves[i]);
    if (same || !wants->curve_count)
        return false;
    struct err err = {0};
    struct curves *curves =
        curves_load(stage->settings.store, wants->curves, wants->curve_count, NULL, &err);
    if (!curves)
        give_up("curves", &err);
    curves_release(stage->world.curves);
    stage->world.curves = curves;
    return true;
}

static struct study *load_study(
    const struct stage *stage, const struct study_want *want, struct err *err)
{
    const struct run_row *run = runs_find(stage->world.runs, want->run_id);
    struct arena arena = {0};
    struct truth_rules rules = {0};
    struct truth truth;
    struct study *study = NULL;
    if (!run || want->artifact < 0 || (size_t)want->artifact >= run->prediction_count) {
        err_set(err, ERR_USAGE, "the run has no such predictions any more");
    } else if (truth_read_rules(&arena, run->root, &rules, err) &&
               truth_find(&arena, &rules, run->root, run->directory, run->artifacts,
                   run->artifact_count, &truth, err)) {
        struct study_request request = {.predictions = run->artifacts[want->artifact].path, .truth = &truth};
        study = study_load(&request, NULL, err);
    }
    arena_done(&arena);
    return study;
}

/* TEXT with the path that is to be hidden as "ROOT". */
static void hide(const struct stage *stage, char *text)
{
    const char *hidden = stage->settings.hidden;
    char *at;
    while (hidden && (at = strstr(text, hidden))) {
        memcpy(at, "ROOT", 4);
        memmove(at + 4, at + strlen(hidden), strlen(at + strlen(hidden)) + 1);
    }
}

static void drop_photos(struct stage *stage)
{
    for (size_t i = 0; i < WORLD_PHOTOS; i++) {
        photo_release(stage->world.photos[i].photo);
        stage->world.photos[i] = (struct photo_answer){0};
    }
}

static bool answer_study(struct stage *stage, const struct study_want *want, size_t slot)
{
    struct study_answer *answer = &stage->world.studies[slot];
    if (!want->run_id ||
        (answer->want.run_id == want->run_id && answer->want.artifact == want->artifact))
        return false;
    struct err err = {0};
    struct study *study = load_study(stage, want, &err);
    if (answer->study)
        appraisals_forget(&stage->world.appraisals, answer->study);
    drop_photos(stage); /* they may be of the study that goes */
    study_release(answer->study);
    *answer = (struct study_answer){.want = *want, .study = study};
    if (!study)
        err_print(&err, answer->trouble, sizeof answer->trouble);
    hide(stage, answer->trouble);
    return true;
}

static bool answer_photo(struct stage *stage, size_t at, const struct photo_want *want)
{
    struct photo_answer *answer = &stage->world.photos[at];
    if (want->ahead || world_photo(&stage->world, want))
        return false;
    struct arena arena = {0};
    const char *path = photo_want_path(want, &arena);
    struct photo *photo = photo_load(NULL, path, want->width_px, want->height_px, false);
    arena_done(&arena);
    if (!photo)
        abort();
    hide(stage, photo->trouble);
    photo_release(answer->photo);
    *answer = (struct photo_answer){*want, photo};
    return true;
}

static bool answer_pool(struct stage *stage, const struct pool_want *want)
{
    struct pool_answer *answer = &stage->world.pool;
    if (!want->a || world_pool(&stage->world, want))
        return false;
    pool_answer_done(answer);
    answer->want.a = study_share((struct study *)want->a);
    answer->want.b = want->b ? study_share((struct study *)want->b) : NULL;
    pool_answer_make(answer, NULL);
    return true;
}

static void keep_deltas(void *self, const struct deltas *so_far)
{
    *(struct deltas *)self = *so_far;
}

static bool answer_deltas(struct stage *stage, const struct deltas_want *want)
{
    struct world *world = &stage->world;
    struct index_settings settings = {0};
    struct err err = {0};
    if (!want->count || (world->deltas && deltas_want_same(&world->deltas->want, want)))
        return false;
    if (!world->deltas && !(world->deltas = calloc(1, sizeof *world->deltas)))
        abort();
    if (!deltas_make(want, world->runs, &settings, NULL, keep_deltas, world->deltas, &err))
        give_up("intervals", &err);
    for (size_t i = 0; i < want->count; i++)
        hide(stage, world->deltas->rows[i].trouble);
    return true;
}

static bool answer_clerk(struct stage *stage, const struct wants *wants)
{
    struct world *world = &stage->world;
    bool any = answer_deltas(stage, &wants->deltas);
    struct err err = {0};
    if (wants->influence.snapshot &&
        (!world->influence || !influence_want_same(&world->influence->want, &wants->influence))) {
        influence_answer_free(world->influence);
        world->influence = influence_answer_make(&wants->influence, world->runs);
        any = true;
    }
    if (wants->texts.paths[0][0] &&
        (!world->texts || !text_want_same(&world->texts->want, &wants->texts))) {
        texts_release(world->texts);
        world->texts = texts_load(&wants->texts);
        any = true;
    }
    const struct run_row *run = wants->files ? runs_find(world->runs, wants->files) : NULL;
    if (run && !world_files(world, wants->files)) {
        drop_photos(stage);
        run_files_release(world->files);
        world->files = run_files_load(stage->settings.store, run, &err);
        any = true;
    }
    if (err.code)
        give_up("files", &err);
    return any;
}

static bool answer_data(struct stage *stage, const struct data_want *want)
{
    struct data_answer *answer = &stage->world.data;
    if (!want->run_id || !stage->world.runs || data_want_same(want, &answer->want))
        return false;
    data_page_release(answer->page);
    data_answer_make(&stage->data, want, stage->world.runs, NULL, answer);
    hide(stage, answer->trouble);
    return true;
}

static void keep_intervals(void *self, struct intervals *so_far)
{
    struct world *world = self;
    intervals_free(world->intervals);
    world->intervals = so_far;
}

static bool answer_appraisals(struct stage *stage, const struct wants *wants)
{
    struct world *world = &stage->world;
    struct appraisals_want missing;
    struct err err = {0};
    appraisals_missing(&world->appraisals, &wants->appraisals, &missing);
    for (size_t i = 0; i < missing.count; i++)
        appraisals_take(&world->appraisals, appraisal_make(&missing.items[i]));
    bool same = wants->intervals.count < 2 ||
                (world->intervals && intervals_want_same(&world->intervals->want, &wants->intervals));
    if (!same && !intervals_make(&wants->intervals, NULL, keep_intervals, world, &err))
        give_up("intervals", &err);
    return missing.count || !same;
}

static bool answer_tails(struct stage *stage, const struct wants *wants)
{
    if (!wants->tails[0] || strcmp(wants->tails, stage->tails) == 0)
        return false;
    memcpy(stage->tails, wants->tails, sizeof stage->tails);
    stage_reload(stage, stage->settings.store);
    return true;
}

static bool answer(struct stage *stage, const struct wants *wants)
{
    bool any = answer_curves(stage, wants);
    any |= answer_tails(stage, wants);
    any |= answer_clerk(stage, wants);
    any |= answer_appraisals(stage, wants); /* before a study of theirs may go */
    bool photo = false;
    for (size_t i = 0; i < wants->photo_count; i++) /* before a study that they name may go */
        photo |= answer_photo(stage, i, &wants->photos[i]);
    for (size_t i = 0; i < WORLD_STUDIES; i++)
        any |= answer_study(stage, &wants->studies[i], i);
    any |= answer_pool(stage, &wants->pool);
    return answer_data(stage, &wants->data) || any || photo;
}

/* ---- frames ---- */

static void draw_bottom(struct stage *stage)
{
    struct grid *grid = stage->grid;
    struct key_table tables[MOST_TABLES];
    const struct key_row *rows[MOST_TABLES];
    size_t count = key_tables(stage, tables), kept = 0;
    for (size_t i = 0; i < count; i++)
        if (tables[i].rows != view_move_keys)
            rows[kept++] = tables[i].rows;
    struct keybar bar = {rows, kept, stage->session.message, STYLE_IS(ACCENT)};
    keybar_draw(&bar, grid, grid->rows - 1, 1, grid->cols - 2);
}

static void draw_help(struct stage *stage)
{
    struct key_table tables[MOST_TABLES];
    const struct key_row *rows[MOST_TABLES];
    size_t count = key_tables(stage, tables);
    for (size_t i = 0; i < count; i++)
        rows[i] = tables[i].rows;
    struct rect place = {1, 0, stage->grid->rows - 2, stage->grid->cols};
    struct rect inside = frame_popup(stage->grid, place, "keys");
    stage->help_lines = help_draw(stage->grid, inside, rows, count, count - 2, stage->help_top);
}

static void draw(struct stage *stage)
{
    struct grid *grid = stage->grid;
    arena_done(&stage->scratch);
    grid_clear(grid);
    struct canvas canvas = {.grid = grid, .scratch = &stage->scratch};
    struct rect body = {1, 0, grid->rows - 2, grid->cols};
    grid_text(grid, 0, 1, grid->cols - 2, STYLE_IS(HEADER), top(stage)->view->title);
    if (body.rows >= 1) {
        struct rect before = grid_clip(grid, body);
        top(stage)->view->draw(top(stage)->state, &stage->session, &stage->world, &canvas, body);
        grid_unclip(grid, before);
    }
    draw_bottom(stage);
    if (stage->helping)
        draw_help(stage);
    if (stage->finder.open)
        finder_draw(&stage->finder, grid);
    easel_scene_free(stage->scene);
    stage->scene = canvas.scene;
}

bool stage_frame(struct stage *stage)
{
    struct wants wants = {0};
    if (!stage->depth)
        return false;
    if (top(stage)->view->wants)
        top(stage)->view->wants(top(stage)->state, &stage->session, &stage->world, &wants);
    bool any = stage->settings.store && answer(stage, &wants);
    stage->session.rows = stage->grid->rows - 2;
    stage->session.cols = stage->grid->cols;
    draw(stage);
    return any;
}

void stage_settle(struct stage *stage)
{
    for (int i = 0; i < MOST_FRAMES && stage_frame(stage); i++)
        continue;
}

void stage_resize(struct stage *stage, int rows, int cols)
{
    if (!grid_resize(stage->grid, rows, cols, NULL))
        abort();
    stage->session.rows = stage->grid->rows - 2;
    stage->session.cols = stage->grid->cols;
}

/* ---- events ---- */

static void act_in_help(struct stage *stage, const struct event *event)
{
    int move = view_movement(event), page = stage->grid->rows - 4;
    int most = stage->help_lines - page;
    if (move < 0) {
        stage->helping = event->kind != EVENT_KEY;
        return;
    }
    if (move == SCROLL_UP || move == SCROLL_DOWN)
        stage->help_top += move == SCROLL_UP ? -1 : 1;
    else
        stage->help_top += move == SCROLL_PAGE_UP || move == SCROLL_HALF_UP ? -page : page;
    if (move == SCROLL_FIRST || stage->help_top < 0 || most < 0)
        stage->help_top = 0;
    else if (move == SCROLL_LAST || stage->help_top > most)
        stage->help_top = most;
}

static void act_globally(struct stage *stage, const struct event *event)
{
    int action = key_rows_find(stage_keys, event);
    if (action == HELP) {
        stage->helping = true;
        stage->help_top = 0;
    } else if (action == BACK) {
        close_view(stage);
    } else if (action == FINDER) {
        struct key_table tables[MOST_TABLES];
        size_t count = key_tables(stage, tables);
        finder_open(&stage->finder, NULL, tables, count, &stage->session, &stage->world);
    } else if (action == BOARD) {
        open_board(stage, event->key - '1');
    }
    while (action == QUIT && stage->depth)
        close_view(stage);
}

/* Remarks are written and come back with the runs, copies are said; settings are not kept. */
static void run_errands(struct stage *stage)
{
    struct err err = {0};
    for (struct errand *errand; (errand = errand_take(&stage->session.errands));
         errand_free(errand)) {
        struct buf text;
        buf_init(&text, 1 << 20);
        if (errand->kind == ERRAND_REMARK && stage->settings.remarks) {
            if (!remarks_write(stage->settings.remarks, errand->remarks, errand->remark_count, &err))
                give_up("the remarks", &err);
            stage_reload(stage, stage->settings.store);
        } else if (errand->kind == ERRAND_COPY && copy_print(errand->copy, &text, &err)) {
            session_say(&stage->session, "%s", text.data ? text.data : "");
        }
        buf_done(&text);
    }
}

static enum view_outcome handle_known(struct stage *stage, const struct event *event)
{
    struct view_effect effect = {0};
    enum view_outcome outcome =
        top(stage)->view->act(top(stage)->state, &stage->session, &stage->world, event, &effect);
    run_errands(stage);
    if (outcome == VIEW_OPENED && effect.open)
        stage_open(stage, effect.open, effect.run);
    else if (outcome == VIEW_CLOSED)
        close_view(stage);
    else if (outcome == VIEW_QUIT)
        while (stage->depth)
            close_view(stage);
    else if (outcome == VIEW_IGNORED && event->kind == EVENT_KEY)
        act_globally(stage, event);
    return outcome;
}

static void act_in_finder(struct stage *stage, const struct event *event)
{
    struct finder_choice choice = finder_event(&stage->finder, event);
    if (choice.kind == FINDER_KEY)
        handle_known(stage, &choice.event);
    else if (choice.kind == FINDER_SCREEN)
        stage_open(stage, choice.view, stage->session.current);
    else if (choice.kind == FINDER_BOARD)
        open_board(stage, choice.number);
    else if (choice.kind == FINDER_COMMAND)
        command_obey(
            top(stage)->view, top(stage)->state, &stage->session, &stage->world, choice.text);
}

enum view_outcome stage_event(struct stage *stage, const struct event *event)
{
    if (!stage->depth || event->kind == EVENT_ANSWER || event->kind == EVENT_FOCUS)
        return VIEW_IGNORED;
    if (event->kind == EVENT_KEY)
        stage->session.message[0] = '\0';
    if (stage->finder.open) {
        act_in_finder(stage, event);
        return VIEW_STAYED;
    }
    if (stage->helping) {
        act_in_help(stage, event);
        return VIEW_IGNORED;
    }
    return handle_known(stage, event);
}

void stage_reload(struct stage *stage, struct store *store)
{
    struct runs *before = stage->world.runs;
    bool same = store == stage->settings.store;
    stage->settings.store = store;
    stage->world.runs = load_runs(stage, same ? before : NULL);
    runs_release(before);
}

/* ---- looking ---- */

const struct grid *stage_grid(const struct stage *stage)
{
    return stage->grid;
}

const struct easel_scene *stage_scene(const struct stage *stage)
{
    return stage->scene;
}

const struct world *stage_world(const struct stage *stage)
{
    return &stage->world;
}

struct session *stage_session(struct stage *stage)
{
    return &stage->session;
}

const struct key_row *stage_keys_now(struct stage *stage)
{
    struct key_table tables[MOST_TABLES];
    size_t count = view_key_tables(top(stage)->view, top(stage)->state, tables);
    return tables[count - 1].rows;
}

const struct view *stage_view(const struct stage *stage)
{
    return stage->depth ? stage->stack[stage->depth - 1].view : NULL;
}
