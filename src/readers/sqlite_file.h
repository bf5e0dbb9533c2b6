/*
 * Somebody else's SQLite database, read without leaving a trace: nothing is locked, written or made
 * beside it, and nobody is waited for.
 * Knows: SQLite. Must not know: any schema.
 *
 * The file and its write-ahead log ("FILE-wal") are read through a file layer of our own that can
 * do nothing but read; SQLite keeps the log's index in memory. What a server commits meanwhile is
 * not seen, or (when it moves its log into the file at that moment) found to be damaged: read again
 * later. The database is not trusted: no views and triggers run, sizes and time are bounded.
 */
#pragma once

#include "base/err.h"
#include "base/file.h"

#include <sqlite3.h>

enum { SQLITE_FILE_MAGIC_BYTES = 16, SQLITE_FILE_VALUE_BYTES = 16 << 20 };

struct sqlite_file {
    sqlite3 *db;
    /* Private. */
    sqlite3_vfs vfs;
    char vfs_name[40];
    const char *path;
    int fd, wal_fd;
    struct sqlite_file_look {
        struct file_stat stat;
        unsigned char head[100], wal_head[32]; /* zeros while there are none */
        bool torn;
    } look; /* when it was opened */
    int64_t deadline_ms;
};

/* Whether a file that begins with these SQLITE_FILE_MAGIC_BYTES is a database. */
bool sqlite_file_is(const char *head);
/* The name of the write-ahead log of PATH in OUT when there is one with anything in it. */
bool sqlite_file_has_wal(const char *path, char *out, size_t out_bytes);
/* Opens PATH for at most TIME_MS of work. FILE and PATH must stay until it is closed. ERR:
 * ERR_IO, ERR_MEMORY; damage shows itself only when something is asked. One thread at a time. */
bool sqlite_file_open(struct sqlite_file *file, const char *path, int64_t time_ms, struct err *err);
void sqlite_file_close(struct sqlite_file *file);
/* Nobody wrote to it from before it was opened until now, so all answers were of one state. */
bool sqlite_file_is_quiet(const struct sqlite_file *file);
/* A transaction stood half written in it when it was opened: its writer was at it, or had died of
 * it. */
bool sqlite_file_is_torn(const struct sqlite_file *file);
/* The file is shorter than it says itself: half copied, or cut off. What is left may do. */
bool sqlite_file_is_cut(const struct sqlite_file *file);

/* Prepares SQL, with TEXT bound to its first parameter unless NULL. NULL with ERR. */
sqlite3_stmt *sqlite_file_ask(
    struct sqlite_file *file, const char *sql, const char *text, struct err *err);
/* The next row. False at the end, and (with ERR) when it fails; the statement is then finalized. */
bool sqlite_file_next(struct sqlite_file *file, sqlite3_stmt **statement, struct err *err);
/* The one number that SQL gives (with TEXT bound as above); 0 when there is none, or (with ERR)
 * when it fails. */
int64_t sqlite_file_number(
    struct sqlite_file *file, const char *sql, const char *text, struct err *err);
