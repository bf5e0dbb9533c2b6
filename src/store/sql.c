#include "store/sql.h"

#include "base/grow.h"
#include "store/sql_points.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STEPS_BETWEEN_LOOKS = 10000, MOST_SQL_BYTES = 1 << 20 };

/* One statement being answered. */
struct asking {
    const struct sql_request *request;
    sqlite3 *db;
    sqlite3_stmt *statement;
    struct arena *arena;
    struct sql_answer *answer;
    struct err *err;
    size_t bytes, capacity; /* of texts, and of cells */
    size_t most_rows, most_bytes;
    int64_t most_memory_bytes;
    int64_t memory_before;
    bool cancelled, too_much_memory;
    char refused[96]; /* what the authorizer refused; "" for nothing */
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}

/* ---- what a statement may do ---- */

static int refuse(struct asking *a, const char *what, const char *name)
{
    if (!a->refused[0])
        snprintf(a->refused, sizeof a->refused, "%s%s%.40s", what, name ? " " : "", name ? name : "");
    return SQLITE_DENY;
}

/* Functions that reach out of the database, or tell of it. */
static bool is_refused_function(const char *name)
{
    static const char *const NAMES[] = {"load_extension", "readfile", "writefile", "edit",
        "fts3_tokenizer", "sqlite_compileoption_get", "sqlite_compileoption_used"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcasecmp(NAMES[i], name) == 0)
            return true;
    return false;
}

static int authorize(void *self, int action, const char *first, const char *second,
    const char *database, const char *inner)
{
    (void)database, (void)inner;
    struct asking *a = self;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return second && is_refused_function(second) ? refuse(a, "the function", second) : SQLITE_OK;
    case SQLITE_PRAGMA:
        return refuse(a, "PRAGMA", first);
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        return refuse(a, "ATTACH", NULL);
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
        return refuse(a, "a transaction", NULL);
    default:
        return refuse(a, "a statement that writes", NULL);
    }
}

/* Called by SQLite every now and then; other than 0 ends the statement. */
static int look_around(void *self)
{
    struct asking *a = self;
    const atomic_bool *stale = a->request->stale;
    a->cancelled = stale && atomic_load_explicit(stale, memory_order_relaxed);
    a->too_much_memory = sqlite3_memory_used() - a->memory_before > a->most_memory_bytes;
    return a->cancelled || a->too_much_memory;
}

static void set_limits(sqlite3 *db)
{
    static const int LIMITS[][2] = {{SQLITE_LIMIT_LENGTH, SQL_MOST_CELL_BYTES},
        {SQLITE_LIMIT_SQL_LENGTH, MOST_SQL_BYTES}, {SQLITE_LIMIT_COLUMN, SQL_MOST_COLUMNS},
        {SQLITE_LIMIT_EXPR_DEPTH, 200}, {SQLITE_LIMIT_COMPOUND_SELECT, 100},
        {SQLITE_LIMIT_VDBE_OP, 250000}, {SQLITE_LIMIT_FUNCTION_ARG, 100},
        {SQLITE_LIMIT_ATTACHED, 0}, {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 0}, {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++)
        sqlite3_limit(db, LIMITS[i][0], LIMITS[i][1]);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
}

/* ---- what went wrong ---- */

/* SQLite's CODE as an error of the person's statement. */
static bool fail(struct asking *a, int code)
{
    int at = sqlite3_error_offset(a->db);
    if (a->cancelled)
        return err_set(a->err, ERR_CANCELLED, "stopped");
    if (a->too_much_memory)
        return err_set(a->err, ERR_LIMIT, "SQL: takes more than %lld MB of memory",
            (long long)(a->most_memory_bytes >> 20));
    if (a->refused[0])
        err_set(a->err, ERR_USAGE, "SQL: %s is refused: only SELECT, WITH, VALUES and EXPLAIN are run",
            a->refused);
    else if ((code & 0xff) == SQLITE_NOMEM)
        return no_memory(a->err);
    else if ((code & 0xff) == SQLITE_TOOBIG)
        return err_set(a->err, ERR_LIMIT, "SQL: a value or the statement is too large");
    else
        err_set(a->err, ERR_USAGE, "SQL: %s", sqlite3_errmsg(a->db));
    if (at >= 0)
        err_at(a->err, ERR_AT_BYTE, at);
    return false;
}

/* ---- tables ---- */

/* As a whole word, letter case ignored. */
static bool mentions(const char *sql, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = sql; (at = strcasestr(at, name)); at++) {
        bool begins = at == sql || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (begins && !(isalnum((unsigned char)at[length]) || at[length] == '_'))
            return true;
    }
    return false;
}

static int bind_value(sqlite3_stmt *statement, int at, const struct sql_value *value)
{
    switch (value->kind) {
    case SQL_INTEGER:
        return sqlite3_bind_int64(statement, at, value->integer);
    case SQL_REAL:
        return sqlite3_bind_double(statement, at, value->real);
    case SQL_TEXT:
        return value->text ? sqlite3_bind_text(statement, at, value->text, -1, SQLITE_STATIC)
                           : sqlite3_bind_null(statement, at);
    default:
        return sqlite3_bind_null(statement, at);
    }
}

static int insert_rows(struct asking *a, const struct sql_table *table, const char *insert)
{
    sqlite3_stmt *statement;
    struct sql_value cells[SQL_MOST_COLUMNS];
    int code = sqlite3_prepare_v2(a->db, insert, -1, &statement, NULL);
    for (size_t row = 0; code == SQLITE_OK; row++) {
        memset(cells, 0, sizeof *cells * (size_t)table->column_count);
        if (!table->fill(table->self, row, cells))
            break;
        for (int i = 0; code == SQLITE_OK && i < table->column_count; i++)
            code = bind_value(statement, i + 1, &cells[i]);
        if (code == SQLITE_OK && sqlite3_step(statement) != SQLITE_DONE)
            code = sqlite3_errcode(a->db);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    return code;
}

static bool fill_table(struct asking *a, const struct sql_table *table)
{
    struct arena scratch = {0};
    struct buf insert;
    buf_init(&insert, 4096);
    buf_printf(&insert, "INSERT INTO %s VALUES(?", table->name);
    for (int i = 1; i < table->column_count; i++)
        buf_add_string(&insert, ",?");
    buf_add_char(&insert, ')');
    const char *make = arena_printf(&scratch, "CREATE TABLE %s(%s)", table->name, table->columns);
    const char *index = table->index ? arena_printf(&scratch, "CREATE INDEX %s_index ON %s(%s)",
                                           table->name, table->name, table->index)
                                     : "";
    int code = make && index && !insert.failed ? sqlite3_exec(a->db, make, NULL, NULL, NULL)
                                               : SQLITE_NOMEM;
    if (code == SQLITE_OK && mentions(a->request->sql, table->name))
        code = insert_rows(a, table, insert.data);
    if (code == SQLITE_OK)
        code = sqlite3_exec(a->db, index, NULL, NULL, NULL);
    buf_done(&insert);
    arena_done(&scratch);
    return code == SQLITE_OK || fail(a, code);
}

static bool fill_tables(struct asking *a)
{
    int code = sqlite3_exec(a->db, "BEGIN", NULL, NULL, NULL);
    for (size_t i = 0; code == SQLITE_OK && i < a->request->table_count; i++)
        if (!fill_table(a, &a->request->tables[i]))
            return false;
    if (code == SQLITE_OK)
        code = sqlite3_exec(a->db, "COMMIT; ANALYZE; PRAGMA query_only=1", NULL, NULL, NULL);
    /* Declaring a virtual table counts as writing, so it is done before that is refused. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(a->db, "SELECT 1 FROM points LIMIT 0", NULL, NULL, NULL);
    return code == SQLITE_OK || fail(a, code);
}

/* ---- the answer ---- */

static const char *hexadecimal(struct arena *arena, const unsigned char *bytes, size_t length)
{
    static const char DIGITS[] = "0123456789abcdef";
    char *text = arena_alloc(arena, 2 * length + 1);
    for (size_t i = 0; text && i < length; i++) {
        text[2 * i] = DIGITS[bytes[i] >> 4];
        text[2 * i + 1] = DIGITS[bytes[i] & 15];
    }
    return text;
}

static bool read_value(struct asking *a, int column, struct sql_value *out)
{
    sqlite3_stmt *row = a->statement;
    size_t length;
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        *out = (struct sql_value){.kind = SQL_INTEGER, .integer = sqlite3_column_int64(row, column)};
        return true;
    case SQLITE_FLOAT:
        *out = (struct sql_value){.kind = SQL_REAL, .real = sqlite3_column_double(row, column)};
        return true;
    case SQLITE_NULL:
        *out = (struct sql_value){0};
        return true;
    default:
        break;
    }
    bool is_text = sqlite3_column_type(row, column) == SQLITE_TEXT;
    const void *bytes = is_text ? (const void *)sqlite3_column_text(row, column)
                                : sqlite3_column_blob(row, column);
    length = (size_t)sqlite3_column_bytes(row, column);
    if (!bytes && length)
        return no_memory(a->err);
    a->bytes += is_text ? length : 2 * length;
    if (a->bytes > a->most_bytes)
        return err_set(a->err, ERR_LIMIT, "SQL: the answer has more than %zu MB of text: say LIMIT",
            a->most_bytes >> 20);
    out->kind = is_text ? SQL_TEXT : SQL_BLOB;
    out->text = is_text ? arena_copy(a->arena, bytes ? bytes : "", length)
                        : hexadecimal(a->arena, bytes, length);
    return out->text || no_memory(a->err);
}

static bool read_row(struct asking *a)
{
    struct sql_answer *answer = a->answer;
    if (answer->rows == a->most_rows)
        return err_set(
            a->err, ERR_LIMIT, "SQL: the answer has more than %zu rows: say LIMIT", a->most_rows);
    if (!GROW(answer->cells, a->capacity, (answer->rows + 1) * answer->columns))
        return no_memory(a->err);
    struct sql_value *cells = answer->cells + answer->rows * answer->columns;
    memset(cells, 0, answer->columns * sizeof *cells);
    for (size_t i = 0; i < answer->columns; i++)
        if (!read_value(a, (int)i, &cells[i]))
            return false;
    answer->rows++;
    return true;
}

static bool read_titles(struct asking *a)
{
    struct sql_answer *answer = a->answer;
    answer->columns = (size_t)sqlite3_column_count(a->statement);
    answer->titles = ARENA_ARRAY(a->arena, const char *, answer->columns + 1);
    for (size_t i = 0; answer->titles && i < answer->columns; i++) {
        const char *name = sqlite3_column_name(a->statement, (int)i);
        if (!name || !(answer->titles[i] = arena_string(a->arena, name)))
            return no_memory(a->err);
    }
    return answer->titles || no_memory(a->err);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n;")] == '\0';
}

/* Prepares the one statement; what stands behind it must be nothing, or a comment. */
static bool prepare(struct asking *a)
{
    const char *behind;
    int code = sqlite3_prepare_v2(a->db, a->request->sql, -1, &a->statement, &behind);
    if (code != SQLITE_OK)
        return fail(a, code);
    if (!a->statement)
        return err_set(a->err, ERR_USAGE, "SQL: there is no statement");
    if (!sqlite3_stmt_readonly(a->statement))
        return err_set(a->err, ERR_USAGE, "SQL: only SELECT, WITH, VALUES and EXPLAIN are run");
    if (is_blank(behind))
        return true;
    sqlite3_stmt *second = NULL;
    code = sqlite3_prepare_v2(a->db, behind, -1, &second, NULL);
    bool more = code != SQLITE_OK || second;
    sqlite3_finalize(second);
    if (more) {
        err_set(a->err, ERR_USAGE, "SQL: one statement at a time");
        err_at(a->err, ERR_AT_BYTE, behind - a->request->sql);
    }
    return !more;
}

static bool answer_statement(struct asking *a)
{
    if (!prepare(a) || !read_titles(a))
        return false;
    int code;
    while ((code = sqlite3_step(a->statement)) == SQLITE_ROW)
        if (!read_row(a))
            return false;
    if (code != SQLITE_DONE)
        return fail(a, code);
    /* The cells move into the arena, where everything else is. */
    struct sql_answer *answer = a->answer;
    size_t count = answer->rows * answer->columns;
    struct sql_value *cells = ARENA_ARRAY(a->arena, struct sql_value, count + 1);
    if (!cells)
        return no_memory(a->err);
    if (count)
        memcpy(cells, answer->cells, count * sizeof *cells);
    free(answer->cells);
    answer->cells = cells;
    return true;
}

bool store_sql(struct store *store, const struct sql_request *request, struct arena *arena,
    struct sql_answer *answer, struct err *err)
{
    struct asking a = {.request = request,
        .arena = arena,
        .answer = answer,
        .err = err,
        .most_rows = request->most_rows ? request->most_rows : SQL_MOST_ROWS,
        .most_bytes = request->most_bytes ? request->most_bytes : SQL_MOST_BYTES,
        .most_memory_bytes =
            request->most_memory_bytes ? request->most_memory_bytes : SQL_MOST_MEMORY_BYTES};
    struct sql_points points = {store, request->series, request->series_count};
    *answer = (struct sql_answer){0};
    if (strlen(request->sql) > MOST_SQL_BYTES)
        return err_set(err, ERR_LIMIT, "SQL: a statement has at most %d bytes", MOST_SQL_BYTES);
    int code = sqlite3_open_v2(":memory:", &a.db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(a.db, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sql_points_register(a.db, &points);
    bool ok = code == SQLITE_OK ? fill_tables(&a) : fail(&a, code);
    if (ok) {
        set_limits(a.db);
        sqlite3_set_authorizer(a.db, authorize, &a);
        a.memory_before = sqlite3_memory_used();
        sqlite3_progress_handler(a.db, STEPS_BETWEEN_LOOKS, look_around, &a);
        ok = answer_statement(&a);
    }
    sqlite3_finalize(a.statement);
    sqlite3_close(a.db);
    if (!ok) {
        free(answer->cells); /* what moves into the arena does so last */
        *answer = (struct sql_answer){0};
    }
    return ok;
}
