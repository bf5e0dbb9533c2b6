#include "screen/table.h"

#include <string.h>

enum { GUTTER = 1, GAP = 2, NARROW = 1 /* a column of marks */, LEAST_CUT_COLS = 4 };

/* One drawing. */
struct drawing {
    struct table *table;
    const struct table_source *source;
    const struct table_column *columns;
    size_t first_row, row_count; /* the rows seen */
    int right;                   /* the first column of cells behind the table */
    uint64_t measured[TABLE_MAX_COLUMNS / 64];
};

/* FNV-1a over what the widths depend on: another set or order of columns is measured anew. */
static uint64_t hash_columns(const struct table_column *columns, int count)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (int i = 0; i < count; i++) {
        int shape[] = {columns[i].min_cols, columns[i].max_cols, (int)columns[i].align};
        for (const char *c = columns[i].title ? columns[i].title : ""; *c; c++)
            hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
        for (size_t j = 0; j < sizeof shape / sizeof *shape; j++)
            hash = (hash ^ (uint64_t)(unsigned)shape[j]) * 0x100000001b3;
    }
    return hash;
}

static void get_cell(const struct drawing *drawing, size_t row, int column, struct table_cell *cell)
{
    cell->text = cell->tail = NULL;
    cell->style = STYLE_IS(TEXT);
    drawing->source->cell(drawing->source->self, row, column, cell);
}

/* Bytes of TEXT in front of its decimal point (or of its exponent, or all of a whole number);
 * SIZE_MAX when it is no number. */
static size_t split_number(const char *text)
{
    size_t digit = strcspn(text, "0123456789");
    if (!text[digit])
        return SIZE_MAX;
    size_t point = strcspn(text, ".");
    return text[point] ? point : digit + strcspn(text + digit, "eE \xc2\xe2");
}

static int span_cols(const char *text, size_t length)
{
    char part[TABLE_ROOM_BYTES];
    if (length >= sizeof part)
        length = sizeof part - 1;
    memcpy(part, text, length);
    part[length] = '\0';
    return grid_text_cols(part);
}

static void widen(uint16_t *cols, int by)
{
    if (by > *cols)
        *cols = (uint16_t)(by < GRID_MAX_COLS ? by : GRID_MAX_COLS);
}

static int content_cols(const struct table *table, int column)
{
    return table->whole[column] + table->point[column];
}

static void measure_cell(struct table *table, int column, enum table_align align, const char *text)
{
    size_t split = align == TABLE_DECIMAL ? split_number(text) : SIZE_MAX;
    if (split != SIZE_MAX) {
        widen(&table->whole[column], span_cols(text, split));
        widen(&table->point[column], grid_text_cols(text + split));
    } else {
        widen(&table->whole[column], grid_text_cols(text) - table->point[column]);
    }
}

/* " v", or " v2" where it is not the first. */
static int sort_cols(const struct table_column *spec)
{
    return !spec->sort ? 0 : spec->sort == 1 || spec->sort == -1 ? 2 : 3;
}

/* The width of COLUMN, measured once a drawing. */
static int column_cols(struct drawing *drawing, int column)
{
    const struct table_column *spec = &drawing->columns[column];
    struct table *table = drawing->table;
    uint64_t bit = 1ULL << (column % 64);
    if (!(drawing->measured[column / 64] & bit) && !spec->drawn) {
        drawing->measured[column / 64] |= bit;
        for (size_t i = 0; i < drawing->row_count; i++) {
            struct table_cell cell;
            get_cell(drawing, drawing->first_row + i, column, &cell);
            if (cell.text)
                measure_cell(table, column, spec->align, cell.text);
        }
    }
    int cols = spec->drawn ? 0 : content_cols(table, column);
    int title = (spec->title ? grid_text_cols(spec->title) : 0) + sort_cols(spec);
    cols = title > cols ? title : cols;
    cols = spec->max_cols > 0 && cols > spec->max_cols ? spec->max_cols : cols;
    return cols < spec->min_cols ? spec->min_cols : cols;
}

static int gap_between(int cols, int next)
{
    return cols <= NARROW || next <= NARROW ? 1 : GAP;
}

/* Gives a place to every column that is seen from first_column on. */
static void place_columns(struct drawing *drawing)
{
    struct table *table = drawing->table;
    int at = table->place.col + GUTTER, before = -1;
    memset(table->cols, 0, sizeof table->cols);
    memset(table->left, 0, sizeof table->left);
    table->last_column = -1;
    for (int i = 0; i < table->columns; i++) {
        if (i == table->frozen && table->first_column > i)
            i = table->first_column;
        int cols = column_cols(drawing, i);
        if (before >= 0)
            at += gap_between(before, cols);
        int room = drawing->right - at - (i + 1 < table->columns); /* of the mark that more follow */
        bool number = drawing->columns[i].align != TABLE_LEFT || drawing->columns[i].drawn;
        if (room < cols && (room < LEAST_CUT_COLS || (number && table->last_column >= table->frozen)))
            return; /* the beginning of a number is another number */
        table->left[i] = (uint16_t)at;
        table->cols[i] = (uint16_t)(cols < room ? cols : room);
        if (cols > room)
            return;
        table->last_column = i;
        at += cols;
        before = cols;
    }
}

/* Frozen columns that leave no room for the others would hide them for good: then fewer are. */
static void limit_frozen(struct drawing *drawing)
{
    struct table *table = drawing->table;
    int most = table->place.cols * 3 / 4, used = GUTTER, kept = 0;
    for (int before = -1; kept < table->frozen; kept++) {
        int cols = column_cols(drawing, kept);
        used += cols + (before >= 0 ? gap_between(before, cols) : 0);
        before = cols;
        if (used > most)
            break;
    }
    table->frozen = kept;
}

/* Takes back what was scrolled further than is needed to see the last column. */
static void fill_room(struct drawing *drawing)
{
    struct table *table = drawing->table;
    while (table->first_column > table->frozen && table->last_column == table->columns - 1) {
        table->first_column--;
        place_columns(drawing);
        if (table->last_column == table->columns - 1)
            continue;
        table->first_column++;
        place_columns(drawing);
        return;
    }
}

/* Scrolls sideways until the column under the cursor is wholly seen, if it can be. */
static void show_column(struct drawing *drawing)
{
    struct table *table = drawing->table;
    if (table->column >= table->columns)
        table->column = table->columns - 1;
    if (table->column < 0)
        table->column = 0;
    if (table->first_column < table->frozen)
        table->first_column = table->frozen;
    if (table->column >= table->frozen && table->column < table->first_column)
        table->first_column = table->column;
    if (table->first_column >= table->columns)
        table->first_column = table->frozen < table->columns ? table->columns - 1 : table->frozen;
    place_columns(drawing);
    while (table->column > table->last_column && table->first_column < table->column) {
        table->first_column++;
        place_columns(drawing);
    }
    fill_room(drawing);
}

static void draw_header(struct drawing *drawing, struct grid *grid, bool focused)
{
    const struct table *table = drawing->table;
    for (int i = 0; i < table->columns; i++) {
        const struct table_column *spec = &drawing->columns[i];
        int cols = table->cols[i], left = table->left[i], row = table->place.row;
        if (!cols)
            continue;
        struct style style = focused && i == table->column ? STYLE_IS(ACCENT) : STYLE_IS(HEADER);
        int mark = cols > sort_cols(spec) ? sort_cols(spec) : 0;
        int used = spec->title ? grid_text_cols(spec->title) : 0;
        used = used < cols - mark ? used : cols - mark;
        if (spec->align != TABLE_LEFT)
            left += cols - mark - used;
        if (spec->title)
            grid_text(grid, row, left, cols - mark, style, spec->title);
        if (mark)
            grid_put(grid, row, left + used + 1, STYLE_IS(ACCENT),
                spec->sort > 0 ? 0x25b4 : 0x25be);
        if (mark == 3)
            grid_put(grid, row, left + used + 2, STYLE_IS(ACCENT),
                (uint32_t)('0' + (spec->sort > 0 ? spec->sort : -spec->sort)));
    }
    int end = drawing->right - 1;
    if (table->last_column + 1 < table->columns && table->columns > 0)
        grid_put(grid, table->place.row, end, STYLE_IS(MUTED), '>');
    if (table->first_column > table->frozen)
        grid_put(grid, table->place.row, table->place.col, STYLE_IS(MUTED), '<');
}

/* The beginning, an ellipsis, and more of the end. */
static void draw_ends(
    struct grid *grid, int row, int left, int cols, struct style style, const char *text)
{
    int shown = grid_text(grid, row, left, cols / 3 + 1, style, text);
    const char *end = text;
    while (*end && (grid_text_cols(end) > cols - shown || ((unsigned char)*end & 0xc0) == 0x80))
        end++;
    grid_text(grid, row, left + shown, cols - shown, style, end);
}

static void draw_text(const struct drawing *drawing, struct grid *grid, int row, int column,
    const struct table_cell *cell)
{
    const struct table *table = drawing->table;
    enum table_align align = drawing->columns[column].align;
    int left = table->left[column], cols = table->cols[column];
    size_t split = align == TABLE_DECIMAL ? split_number(cell->text) : SIZE_MAX;
    int behind = split == SIZE_MAX ? 0 : table->point[column] - grid_text_cols(cell->text + split);
    bool ends = drawing->columns[column].ends;
    int used = align == TABLE_LEFT && !ends ? 0 : grid_text_cols(cell->text);
    behind = behind > 0 ? behind : 0;
    if (ends && used > cols)
        draw_ends(grid, row, left, cols, cell->style, cell->text);
    else if (align == TABLE_LEFT || used + behind > cols)
        grid_text(grid, row, left, cols, cell->style, cell->text);
    else
        grid_text_right(grid, row, left, cols - behind, cell->style, cell->text);
    if (cell->tail && align != TABLE_LEFT && used + behind <= cols)
        grid_text_right(grid, row, left, cols - behind, STYLE_IS(MUTED), cell->tail);
}

/* A bar through the whole row would be sent twice with every step of the cursor: it crosses what
 * stays in sight while the rest scrolls, and the cell under the cursor. */
static void draw_bar(const struct table *table, struct grid *grid, int row)
{
    struct rect bar = {row, table->place.col, 1, GUTTER};
    for (int i = 0, seen = 0; i < table->columns && (i < table->frozen || !seen); i++)
        if (table->cols[i]) {
            bar.cols = table->left[i] + table->cols[i] - bar.col;
            seen++;
        }
    grid_mark(grid, bar, STYLE_ON_CURSOR);
    int at = table->column;
    if (at >= 0 && at < table->columns && table->cols[at])
        grid_mark(
            grid, (struct rect){row, table->left[at], 1, table->cols[at]}, STYLE_ON_CURSOR);
}

static void draw_row(struct drawing *drawing, struct grid *grid, int row, size_t at, bool cursor)
{
    const struct table *table = drawing->table;
    const struct table_source *source = drawing->source;
    struct rect bar = {row, table->place.col, 1, table->place.cols};
    int mark = source->mark ? source->mark(source->self, at) : 0;
    for (int i = 0; i < table->columns; i++) {
        if (!table->cols[i])
            continue;
        struct rect place = {row, table->left[i], 1, table->cols[i]};
        if (drawing->columns[i].drawn) {
            struct rect before = grid_clip(grid, place);
            if (source->draw)
                source->draw(source->self, at, i, grid, place);
            grid_unclip(grid, before);
            continue;
        }
        struct table_cell cell;
        get_cell(drawing, at, i, &cell);
        if (cell.text && *cell.text)
            draw_text(drawing, grid, row, i, &cell);
    }
    if (mark & TABLE_SELECTED) {
        grid_put(grid, row, table->place.col, STYLE_IS(ACCENT), 0x258c);
        grid_mark(grid, bar, STYLE_ON_SELECTED);
    } else if (mark & TABLE_PARTLY) {
        grid_put(grid, row, table->place.col, STYLE_IS(ACCENT), 0x2596);
    }
    if (mark & TABLE_MUTED)
        grid_mark(grid, bar, STYLE_DIM);
    if (cursor)
        draw_bar(table, grid, row);
}

void table_draw(struct table *table, struct grid *grid, struct rect rect,
    const struct table_source *source, const struct table_column *columns, int count, int frozen,
    bool focused)
{
    count = count < 0 ? 0 : count > TABLE_MAX_COLUMNS ? TABLE_MAX_COLUMNS : count;
    uint64_t layout = hash_columns(columns, count);
    if (layout != table->layout) {
        memset(table->whole, 0, sizeof table->whole);
        memset(table->point, 0, sizeof table->point);
        table->layout = layout;
    }
    table->place = rect_cut(rect, grid_rect(grid));
    table->rows = source->rows(source->self);
    table->columns = count;
    table->frozen = frozen < 0 ? 0 : frozen > count ? count : frozen;
    int visible = table->place.rows - 1;
    scroll_fit(&table->scroll, table->rows, visible);
    struct drawing drawing = {
        table, source, columns, table->scroll.top, 0, table->place.col + table->place.cols, {0}};
    size_t below = table->rows - table->scroll.top;
    drawing.row_count = visible < 1 ? 0 : below < (size_t)visible ? below : (size_t)visible;
    limit_frozen(&drawing);
    show_column(&drawing);
    struct rect before = grid_clip(grid, table->place);
    draw_header(&drawing, grid, focused);
    for (size_t i = 0; i < drawing.row_count; i++) {
        size_t at = table->scroll.top + i;
        int row = table->place.row + 1 + (int)i;
        bool cursor = focused && at == table->scroll.cursor;
        draw_row(&drawing, grid, row, at, cursor);
        if (cursor)
            grid_cursor(grid, row, table->place.col);
    }
    grid_unclip(grid, before);
}

void table_move_column(struct table *table, int by)
{
    table->column += by;
    if (table->column >= table->columns)
        table->column = table->columns - 1;
    if (table->column < 0)
        table->column = 0;
}

int table_border_at(const struct table *table, int row, int col)
{
    if (!rect_holds(table->place, row, col) || row != table->place.row)
        return -1;
    for (int i = 0; i < table->columns; i++) {
        int end = table->left[i] + table->cols[i];
        if (table->cols[i] && col >= end && col < end + GAP)
            return i;
    }
    return -1;
}

struct table_hit table_at(const struct table *table, int row, int col)
{
    struct table_hit hit = {TABLE_NOWHERE, 0, -1};
    if (!rect_holds(table->place, row, col))
        return hit;
    for (int i = 0; i < table->columns; i++)
        if (table->cols[i] && col >= table->left[i] && col < table->left[i] + table->cols[i])
            hit.column = i;
    hit.row = table->scroll.top + (size_t)(row - table->place.row - 1);
    if (row == table->place.row)
        hit = (struct table_hit){TABLE_HEADER, 0, hit.column};
    else if (hit.row < table->rows)
        hit.part = TABLE_ROW;
    return hit;
}
