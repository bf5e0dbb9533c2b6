#include "store/home.h"

#include "store/hash.h"
#include "store/schema.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Numbers that <linux/magic.h> does not have come from the file systems' own sources. */
static const uint32_t SHARED_FILE_SYSTEMS[] = {
    NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, CEPH_SUPER_MAGIC,
    V9FS_MAGIC, FUSE_SUPER_MAGIC, AFS_SUPER_MAGIC, AFS_FS_MAGIC, CODA_SUPER_MAGIC, NCP_SUPER_MAGIC,
    OCFS2_SUPER_MAGIC, 0x0bd00bd0, /* Lustre */
    0x47504653,                    /* GPFS, Spectrum Scale */
    0x19830326,                    /* BeeGFS */
    0x01161970,                    /* GFS2 */
    0xaad7aaea,                    /* PanFS */
    0x20030528,                    /* OrangeFS, PVFS2 */
    0x786f4256,                    /* VirtualBox shared folder */
    0xbacbacbc,                    /* VMware shared folder */
};

enum store_journal store_journal_for_fs(uint64_t magic)
{
    for (size_t i = 0; i < sizeof SHARED_FILE_SYSTEMS / sizeof *SHARED_FILE_SYSTEMS; i++)
        if ((uint32_t)magic == SHARED_FILE_SYSTEMS[i])
            return STORE_JOURNAL_DELETE;
    return STORE_JOURNAL_WAL;
}

enum store_journal home_journal(const char *path)
{
    struct arena arena;
    struct statfs fs;
    arena_init(&arena, 0);
    char *parent = path_parent(&arena, path);
    bool known = statfs(path, &fs) == 0 || (parent && statfs(parent, &fs) == 0);
    arena_done(&arena);
    return known ? store_journal_for_fs((uint64_t)fs.f_type) : STORE_JOURNAL_DELETE;
}

static bool has_our_name(const char *path)
{
    const char *base = path_base(path);
    const char *tail = base + strspn(base, "0123456789abcdef");
    static const char *const PARENTS[] = {"/boxtop/", "/boxtop-"};
    if (tail - base != 16 || strcmp(tail, ".db") != 0)
        return false;
    for (size_t i = 0; i < sizeof PARENTS / sizeof *PARENTS; i++)
        for (const char *at = path; (at = strstr(at, PARENTS[i])); at++)
            if (!strchr(at + 1, '/') || strchr(at + 1, '/') == base - 1)
                return true;
    return false;
}

bool home_is_ours(const char *path)
{
    enum {
        ID_OFFSET = 68,
        HEAD_BYTES = 72
    }; /* https://www.sqlite.org/fileformat2.html#the_database_header */
    unsigned char head[HEAD_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    if (got == HEAD_BYTES && memcmp(head, "SQLite format 3", 16) == 0) {
        uint32_t id = (uint32_t)head[ID_OFFSET] << 24 | (uint32_t)head[ID_OFFSET + 1] << 16 |
                      (uint32_t)head[ID_OFFSET + 2] << 8 | head[ID_OFFSET + 3];
        return id == SCHEMA_APPLICATION_ID;
    }
    return has_our_name(path);
}

/* A directory that others could have put there before us is not to be trusted. */
static bool make_private(const char *directory, struct err *err)
{
    struct stat found;
    if (mkdir(directory, 0700) != 0 && lstat(directory, &found) != 0) {
        err_set_errno(err, "cannot make a directory for the index");
    } else if (lstat(directory, &found) != 0 || !S_ISDIR(found.st_mode) ||
               found.st_uid != geteuid() || (found.st_mode & 077)) {
        err_set(err, ERR_IO, "is not a directory of ours alone (mode 0700): set XDG_CACHE_HOME");
    } else {
        return true;
    }
    err_in_file(err, directory);
    return false;
}

static bool make_cache(const char *directory, struct err *err)
{
    struct err why = {0};
    if (file_make_dirs(directory, &why))
        return true;
    err_set(err, why.code, "%.150s: set XDG_CACHE_HOME, or name a file with --index", why.text);
    err_in_file(err, directory);
    return false;
}

/* The directory of indexes, made when it is not there. */
static char *cache_directory(struct arena *arena, struct err *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool temporary = false;
    char *directory;
    if (cache &&
        cache[0] == '/') { /* a relative one is to be ignored, says the XDG specification */
        directory = arena_printf(arena, "%s/boxtop", cache);
    } else if (home && home[0] == '/') {
        directory = arena_printf(arena, "%s/.cache/boxtop", home);
    } else {
        directory = arena_printf(arena, "/tmp/boxtop-%lu", (unsigned long)geteuid());
        temporary = true;
    }
    if (!directory) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    bool made = temporary ? make_private(directory, err) : make_cache(directory, err);
    return made ? directory : NULL;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *store_path_for_roots(
    struct arena *arena, const char *const *roots, size_t count, struct err *err)
{
    char *directory = cache_directory(arena, err);
    const char **sorted = ARENA_ARRAY(arena, const char *, count + 1);
    if (!directory)
        return NULL;
    if (!sorted) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        sorted[i] = roots[i];
    qsort(sorted, count, sizeof *sorted, compare_texts);
    uint64_t hash = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0)
            hash = hash_stable(hash, sorted[i], strlen(sorted[i]));
    char *path = arena_printf(arena, "%s/%016llx.db", directory, (unsigned long long)hash);
    if (!path)
        err_set(err, ERR_MEMORY, "out of memory");
    return path;
}
