#include "app/keys.h"

#include "app/loop.h"
#include "view/board.h"

enum { MOST_FILE_BYTES = 64 << 10 };

size_t keys_all_tables(struct key_table out[KEYS_MOST_TABLES])
{
    size_t count = 0;
    for (const struct view *const *view = views; *view && count < KEYS_MOST_TABLES - 3; view++)
        out[count++] = (struct key_table){(*view)->name, (*view)->keys};
    out[count++] = (struct key_table){"edit", board_edit_keys};
    out[count++] = (struct key_table){"move", view_move_keys};
    out[count++] = (struct key_table){"all", loop_keys};
    return count;
}

void keys_read(const struct boards_paths *paths, struct remap *remap, char *trouble,
    size_t trouble_bytes)
{
    struct key_table tables[KEYS_MOST_TABLES];
    size_t count = keys_all_tables(tables);
    struct buf text;
    buf_init(&text, MOST_FILE_BYTES);
    if (boards_load_keys(paths, &text, trouble, trouble_bytes) && text.length)
        remap_parse(remap, text.data, text.length, tables, count, trouble, trouble_bytes);
    buf_done(&text);
}
