#include "readers/sqlite_file.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEPS_BETWEEN_LOOKS = 1000 };

/* ---- a file layer that can only read ---- */

struct open_file {
    sqlite3_file base;
    int fd; /* the sqlite_file's; -1 reads as empty */
};

static int file_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int file_read_at(sqlite3_file *file, void *out, int wanted, sqlite3_int64 offset)
{
    int fd = ((struct open_file *)file)->fd, held = 0;
    while (fd >= 0 && held < wanted) {
        ssize_t got = pread(fd, (char *)out + held, (size_t)(wanted - held), offset + held);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return SQLITE_IOERR_READ;
        if (got == 0)
            break;
        held += (int)got;
    }
    if (held == wanted)
        return SQLITE_OK;
    memset((char *)out + held, 0, (size_t)(wanted - held));
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
    (void)file, (void)data, (void)length, (void)offset;
    return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    (void)file, (void)size;
    return SQLITE_READONLY;
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct stat s = {0};
    int fd = ((struct open_file *)file)->fd;
    if (fd >= 0 && fstat(fd, &s) != 0)
        return SQLITE_IOERR_FSTAT;
    *size = s.st_size;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
    (void)file, (void)level;
    return SQLITE_OK;
}

static int file_check_lock(sqlite3_file *file, int *locked)
{
    (void)file;
    *locked = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
    (void)file, (void)what, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_zero(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 1, /* without shared memory: the log's index is then kept in our own */
    .xClose = file_close,
    .xRead = file_read_at,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_zero,
    .xDeviceCharacteristics = file_zero,
};

static int layer_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *out, int flags, int *out_flags)
{
    struct sqlite_file *file = vfs->pAppData;
    (void)name;
    out->pMethods = NULL;
    if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
        return SQLITE_CANTOPEN; /* journals and temporary files: none are needed for reading */
    ((struct open_file *)out)->fd = flags & SQLITE_OPEN_WAL ? file->wal_fd : file->fd;
    out->pMethods = &METHODS;
    if (out_flags)
        *out_flags = SQLITE_OPEN_READONLY;
    return SQLITE_OK;
}

static int layer_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)name, (void)sync;
    return SQLITE_OK; /* what a database without pages would do to its log */
}

static int layer_access(sqlite3_vfs *vfs, const char *name, int flags, int *there)
{
    struct sqlite_file *file = vfs->pAppData;
    (void)flags;
    *there = path_has_suffix(name, "-wal") && file->wal_fd >= 0;
    return SQLITE_OK;
}

static int layer_full_path(sqlite3_vfs *vfs, const char *name, int out_bytes, char *out)
{
    (void)vfs;
    int length = snprintf(out, (size_t)out_bytes, "%s", name);
    return length >= 0 && length < out_bytes ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int layer_randomness(sqlite3_vfs *vfs, int bytes, char *out)
{
    (void)vfs;
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    return system ? system->xRandomness(system, bytes, out) : 0;
}

static int layer_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds; /* nobody is waited for */
}

static int layer_time(sqlite3_vfs *vfs, double *julian_day)
{
    (void)vfs;
    *julian_day = 2440587.5 + clock_wall_s() / 86400;
    return SQLITE_OK;
}

/* ---- files ---- */

bool sqlite_file_is(const char *head)
{
    return memcmp(head, "SQLite format 3", SQLITE_FILE_MAGIC_BYTES) == 0;
}

bool sqlite_file_has_wal(const char *path, char *out, size_t out_bytes)
{
    struct file_stat stat;
    int length = snprintf(out, out_bytes, "%s-wal", path);
    return length >= 0 && (size_t)length < out_bytes && file_stat(out, &stat) && stat.is_regular &&
           stat.size_bytes > 0;
}

/* Its journal stands beside the file while a transaction is written into it. */
static bool has_journal(const char *path)
{
    static const unsigned char MAGIC[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    char journal[4096], head[sizeof MAGIC];
    int length = snprintf(journal, sizeof journal, "%s-journal", path);
    return length >= 0 && (size_t)length < sizeof journal &&
           file_peek(journal, head, sizeof head) == sizeof head &&
           memcmp(head, MAGIC, sizeof head) == 0;
}

static int open_fd(const char *path)
{
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

/* ---- looking whether somebody writes ---- */

/* Bytes of the file's header. */
enum { PAGE_BYTES = 16, CHANGES = 24, PAGES = 28, PAGES_AS_OF = 92 };

static struct sqlite_file_look look(const struct sqlite_file *file)
{
    struct sqlite_file_look look = {.torn = has_journal(file->path)};
    struct stat s;
    if (fstat(file->fd, &s) == 0) {
        look.stat.size_bytes = s.st_size;
        look.stat.mtime_ns = (int64_t)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec;
    }
    if (pread(file->fd, look.head, sizeof look.head, 0) != (ssize_t)sizeof look.head)
        memset(look.head, 0, sizeof look.head);
    if (file->wal_fd >= 0 && pread(file->wal_fd, look.wal_head, sizeof look.wal_head, 0) < 0)
        memset(look.wal_head, 0, sizeof look.wal_head);
    return look;
}

/* Commits change the header, and a log that begins anew its own; one that grows does no harm. */
bool sqlite_file_is_quiet(const struct sqlite_file *file)
{
    struct sqlite_file_look now = look(file);
    const struct sqlite_file_look *then = &file->look;
    return !then->torn && !now.torn && now.stat.size_bytes == then->stat.size_bytes &&
           now.stat.mtime_ns == then->stat.mtime_ns &&
           memcmp(now.head, then->head, sizeof now.head) == 0 &&
           memcmp(now.wal_head, then->wal_head, sizeof now.wal_head) == 0;
}

bool sqlite_file_is_torn(const struct sqlite_file *file)
{
    return file->look.torn;
}

static int64_t big_endian(const unsigned char *at, int bytes)
{
    int64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

bool sqlite_file_is_cut(const struct sqlite_file *file)
{
    const unsigned char *head = file->look.head;
    if (file->wal_fd >= 0)
        return false; /* its pages may still be in the log */
    int64_t page_bytes = big_endian(head + PAGE_BYTES, 2);
    if (page_bytes == 1)
        page_bytes = 65536;
    return page_bytes == 0 ||
           (memcmp(head + CHANGES, head + PAGES_AS_OF, 4) == 0 &&
               file->look.stat.size_bytes < page_bytes * big_endian(head + PAGES, 4));
}

/* ---- opening ---- */

static int look_at_clock(void *self)
{
    return clock_ms() > ((struct sqlite_file *)self)->deadline_ms;
}

static void be_careful(struct sqlite_file *file)
{
    static const struct {
        int what, most;
    } LIMITS[] = {
        {SQLITE_LIMIT_LENGTH, SQLITE_FILE_VALUE_BYTES},
        {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
        {SQLITE_LIMIT_COLUMN, 200},
        {SQLITE_LIMIT_EXPR_DEPTH, 50},
        {SQLITE_LIMIT_COMPOUND_SELECT, 4},
        {SQLITE_LIMIT_FUNCTION_ARG, 8},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    static const struct {
        int what, on;
    } SWITCHES[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++)
        sqlite3_limit(file->db, LIMITS[i].what, LIMITS[i].most);
    for (size_t i = 0; i < sizeof SWITCHES / sizeof *SWITCHES; i++)
        sqlite3_db_config(file->db, SWITCHES[i].what, SWITCHES[i].on, NULL);
    sqlite3_progress_handler(file->db, STEPS_BETWEEN_LOOKS, look_at_clock, file);
    /* Alone, as far as SQLite knows: so it asks for no shared memory beside the log. */
    sqlite3_exec(file->db,
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON",
        NULL, NULL, NULL);
}

static bool connect(struct sqlite_file *file, const char *path, struct err *err)
{
    snprintf(file->vfs_name, sizeof file->vfs_name, "boxtop-%p", (void *)file);
    file->vfs = (sqlite3_vfs){.iVersion = 1,
        .szOsFile = sizeof(struct open_file),
        .mxPathname = 4096,
        .zName = file->vfs_name,
        .pAppData = file,
        .xOpen = layer_open,
        .xDelete = layer_delete,
        .xAccess = layer_access,
        .xFullPathname = layer_full_path,
        .xRandomness = layer_randomness,
        .xSleep = layer_sleep,
        .xCurrentTime = layer_time};
    if (sqlite3_vfs_register(&file->vfs, 0) != SQLITE_OK)
        return err_set(err, ERR_MEMORY, "out of memory");
    int code = sqlite3_open_v2(
        path, &file->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, file->vfs_name);
    sqlite3_vfs_unregister(&file->vfs); /* nobody else is to find it by name */
    if (code == SQLITE_OK)
        return true;
    return err_set(
        err, code == SQLITE_NOMEM ? ERR_MEMORY : ERR_IO, "cannot open: %s", sqlite3_errstr(code));
}

bool sqlite_file_open(struct sqlite_file *file, const char *path, int64_t time_ms, struct err *err)
{
    char wal[4096];
    *file = (struct sqlite_file){
        .path = path, .fd = -1, .wal_fd = -1, .deadline_ms = clock_ms() + time_ms};
    /* The log first: when the writer empties it in between, its pages stand in the file. */
    if (sqlite_file_has_wal(path, wal, sizeof wal))
        file->wal_fd = open_fd(wal);
    file->fd = open_fd(path);
    bool ok = file->fd >= 0 || err_set_errno(err, "cannot open");
    if (ok && connect(file, path, err)) {
        file->look = look(file);
        be_careful(file);
        return true;
    }
    err_in_file(err, path);
    sqlite_file_close(file);
    return false;
}

void sqlite_file_close(struct sqlite_file *file)
{
    sqlite3_close(file->db);
    if (file->fd >= 0)
        close(file->fd);
    if (file->wal_fd >= 0)
        close(file->wal_fd);
    *file = (struct sqlite_file){.fd = -1, .wal_fd = -1};
}

/* ---- asking ---- */

static bool fail(struct sqlite_file *file, int code, struct err *err)
{
    if ((code & 0xff) == SQLITE_NOMEM)
        return err_set(err, ERR_MEMORY, "out of memory");
    if ((code & 0xff) == SQLITE_INTERRUPT)
        return err_set(err, ERR_LIMIT, "takes too long to read: the rest is left out");
    return err_set(err, ERR_FORMAT, "SQLite: %s", sqlite3_errmsg(file->db));
}

sqlite3_stmt *sqlite_file_ask(
    struct sqlite_file *file, const char *sql, const char *text, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(file->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && text)
        code = sqlite3_bind_text(statement, 1, text, -1, SQLITE_TRANSIENT);
    if (code == SQLITE_OK)
        return statement;
    fail(file, code, err);
    sqlite3_finalize(statement);
    return NULL;
}

bool sqlite_file_next(struct sqlite_file *file, sqlite3_stmt **statement, struct err *err)
{
    int code = sqlite3_step(*statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        fail(file, code, err);
    sqlite3_finalize(*statement);
    *statement = NULL;
    return false;
}

int64_t sqlite_file_number(
    struct sqlite_file *file, const char *sql, const char *text, struct err *err)
{
    sqlite3_stmt *statement = sqlite_file_ask(file, sql, text, err);
    int64_t number = 0;
    if (statement && sqlite_file_next(file, &statement, err))
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}
