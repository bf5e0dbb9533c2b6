#include "work/data_answer.h"

#include <stdio.h>
#include <string.h>

static bool same_at(const struct data_study_at *a, const struct data_study_at *b)
{
    return a->confidence == b->confidence && a->iou == b->iou;
}

bool data_want_same_table(const struct data_want *a, const struct data_want *b)
{
    return a->run_id == b->run_id && a->study == b->study && strcmp(a->name, b->name) == 0 &&
           (!a->study || same_at(&a->at, &b->at));
}

static bool same_rows(const struct data_want *a, const struct data_want *b)
{
    if (a->sort_count != b->sort_count || strcmp(a->filter, b->filter) != 0)
        return false;
    for (size_t i = 0; i < a->sort_count; i++)
        if (a->sorts[i].column != b->sorts[i].column ||
            a->sorts[i].descending != b->sorts[i].descending)
            return false;
    return true;
}

bool data_want_same(const struct data_want *a, const struct data_want *b)
{
    return data_want_same_table(a, b) && same_rows(a, b) && a->serial == b->serial &&
           a->column == b->column;
}

static void forget_table(struct data_keep *keep)
{
    data_page_release(keep->page);
    data_table_release(keep->table);
    study_release(keep->study);
    *keep = (struct data_keep){0};
}

void data_keep_done(struct data_keep *keep)
{
    forget_table(keep);
}

/* How the file of WANT looks; zeroed when its table is none of a file's. */
static struct file_stat look(const struct data_want *want, const struct run_row *run)
{
    char path[4096];
    struct file_stat stat = {0};
    snprintf(path, sizeof path, "%s/%s", run->directory, want->name);
    if (!want->study && !file_stat(path, &stat))
        stat = (struct file_stat){0};
    return stat;
}

static bool is_as_kept(
    const struct data_keep *keep, const struct data_want *want, const struct file_stat *now)
{
    if (!keep->table || !data_want_same_table(&keep->want, want))
        return false;
    if (keep->want.serial == want->serial || want->study)
        return true;
    return now->is_regular && now->size_bytes == keep->stat.size_bytes &&
           now->mtime_ns == keep->stat.mtime_ns && now->inode == keep->stat.inode;
}

/* Makes keep->table that of WANT. */
static bool find_table(struct data_keep *keep, const struct data_want *want,
    const struct runs *runs, const atomic_bool *stale, struct err *err)
{
    const struct run_row *run = runs_find(runs, want->run_id);
    if (!run)
        return err_set(err, ERR_USAGE, "the run is gone");
    struct file_stat now = look(want, run);
    if (is_as_kept(keep, want, &now)) {
        keep->want.serial = want->serial;
        return true;
    }
    forget_table(keep);
    struct data_run_request request = {run->directory, run->prediction_count > 0, want->name,
        want->study, want->at};
    keep->table = data_run_open(&request, stale, err);
    if (!keep->table)
        return false;
    keep->want = *want;
    keep->stat = now;
    keep->study = want->study ? study_share((struct study *)want->study) : NULL;
    return true;
}

/* Makes keep->page that of WANT. */
static bool find_page(struct data_keep *keep, const struct data_want *want,
    const atomic_bool *stale, struct err *err)
{
    if (keep->page && same_rows(&keep->want, want))
        return true;
    struct data_sort sorts[DATA_MOST_SORTS];
    size_t count = 0;
    for (size_t i = 0; i < want->sort_count; i++) /* the file may have fewer columns now */
        if (want->sorts[i].column < (int)keep->table->column_count)
            sorts[count++] = want->sorts[i];
    struct data_page *page =
        data_page_new(keep->table, want->filter, sorts, count, stale, err);
    if (!page)
        return false;
    data_page_release(keep->page);
    keep->page = page;
    keep->want = *want;
    return true;
}

bool data_answer_make(struct data_keep *keep, const struct data_want *want, const struct runs *runs,
    const atomic_bool *stale, struct data_answer *out)
{
    struct err err = {0};
    *out = (struct data_answer){.want = *want};
    bool ok = find_table(keep, want, runs, stale, &err) && find_page(keep, want, stale, &err);
    if (ok) {
        out->page = data_page_share(keep->page);
        bool wanted = want->column >= 0 && want->column < (int)keep->table->column_count;
        out->summarised = wanted && data_summary_make(out->page, (size_t)want->column, stale,
                                        &out->summary, &err);
    }
    if (err.code == ERR_CANCELLED) {
        data_page_release(out->page);
        *out = (struct data_answer){0};
        return false;
    }
    if (!ok)
        err_print(&err, out->trouble, sizeof out->trouble);
    return true;
}
