#include "record/surroundings.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/num.h"
#include "base/text.h"
#include "record/secret.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MOST_FILE_BYTES = 4 << 20, MOST_VALUE_BYTES = 16 << 10 };

/* A star at the end stands for anything. */
static const char *const VARIABLES[] = {"CUDA_*", "CUBLAS_*", "CUDNN_*", "NVIDIA_*", "NCCL_*",
    "GLOO_*", "HIP_*", "ROCR_*", "HSA_*", "GPU_DEVICE_ORDINAL", "OMP_*", "KMP_*", "MKL_*",
    "OPENBLAS_*", "NUMEXPR_*", "TORCH*", "PYTORCH_*", "ATEN_*", "TF_FORCE_*", "TF_ENABLE_*",
    "TF_CPP_*", "TF_XLA_*", "TF_GPU_*", "TF_CUDNN_*", "TF_DETERMINISTIC_OPS", "TF_NUM_*",
    "TF_CONFIG", "XLA_*", "JAX_*", "KERAS_*", "ACCELERATE_*", "DEEPSPEED_*", "HF_*",
    "TRANSFORMERS_*", "DETECTRON2_*", "YOLO_*", "WANDB_*", "COMET_*", "MLFLOW_*", "CLEARML_*",
    "NEPTUNE_*", "SLURM_*", "SLURMD_NODENAME", "PBS_*", "LSB_*", "SGE_*", "JOB_ID",
    "KUBERNETES_SERVICE_HOST", "RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "NODE_RANK",
    "MASTER_ADDR", "MASTER_PORT", "CONDA_*", "MAMBA_*", "VIRTUAL_ENV", "PYENV_*", "UV_*", "PYTHON*",
    "PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "MALLOC_*", "LANG", "LC_ALL", "TZ", "TMPDIR", "SHELL",
    "SSH_CONNECTION", "container", NULL};

bool surroundings_has_variable(const char *name)
{
    for (const char *const *at = VARIABLES; *at; at++) {
        size_t length = strlen(*at);
        bool star = (*at)[length - 1] == '*';
        if (star ? strncmp(name, *at, length - 1) == 0 : strcmp(name, *at) == 0)
            return true;
    }
    return false;
}

/* ---- small things ---- */

struct writing {
    const char *root;
    struct json_writer *out;
    struct arena arena;
};

static void text(struct writing *writing, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    json_writer_key(writing->out, key);
    json_writer_string(writing->out, value);
}

static void number(struct writing *writing, const char *key, int64_t value)
{
    json_writer_key(writing->out, key);
    json_writer_int(writing->out, value);
}

/* The file PATH below the root, "" when it cannot be read. */
static const char *contents(struct writing *writing, const char *path)
{
    struct buf out;
    const char *copy = NULL, *full = arena_printf(&writing->arena, "%s%s", writing->root, path);
    buf_init(&out, MOST_FILE_BYTES);
    if (full && file_read(full, &out, NULL) && out.data)
        copy = arena_copy(&writing->arena, out.data, out.length);
    buf_done(&out);
    return copy ? copy : "";
}

/* What stands behind KEY at the beginning of a line of TEXT, without blanks, quotes and the sign
 * between; "" for none. */
static const char *field(struct arena *arena, const char *from, const char *key)
{
    for (const char *at = from; *at; at = strchrnul(at, '\n'), at += *at == '\n') {
        if (strncmp(at, key, strlen(key)) != 0)
            continue;
        const char *value = at + strlen(key);
        value += strspn(value, " \t:=\"");
        size_t length = strcspn(value, "\n");
        while (length && strchr(" \t\"", value[length - 1]))
            length--;
        const char *copy = arena_copy(arena, value, length);
        return copy ? copy : "";
    }
    return "";
}

static const char *variable(const struct surroundings_from *from, const char *name)
{
    size_t length = strlen(name);
    for (char *const *at = from->environment; *at; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=' && (*at)[length + 1])
            return *at + length + 1;
    return NULL;
}

/* ---- the parts ---- */

/* The name of USER_ID in passwd's TEXT. */
static const char *user_in(struct arena *arena, const char *passwd, uid_t user_id)
{
    for (const char *at = passwd; *at; at = strchrnul(at, '\n'), at += *at == '\n') {
        int64_t id;
        size_t name = strcspn(at, ":\n");
        const char *behind = at + name + (at[name] == ':');
        behind += strcspn(behind, ":\n");
        behind += *behind == ':';
        if (num_parse_int(behind, strcspn(behind, ":\n"), &id) && id == (int64_t)user_id)
            return arena_copy(arena, at, name);
    }
    return NULL;
}

static void write_who(struct writing *writing, const struct surroundings_from *from)
{
    char host[HOST_NAME_MAX + 1] = "", *directory = realpath(".", NULL);
    gethostname(host, sizeof host - 1);
    const char *user = user_in(&writing->arena, contents(writing, "/etc/passwd"), geteuid());
    if (!user)
        user = variable(from, "USER");
    text(writing, "host", host);
    text(writing, "user", user ? user : variable(from, "LOGNAME"));
    number(writing, "user_id", (int64_t)geteuid());
    text(writing, "directory", directory);
    text(writing, "boxtop", BOXTOP_VERSION);
    free(directory);
}

static void write_system(struct writing *writing)
{
    struct utsname names;
    text(writing, "system",
        field(&writing->arena, contents(writing, "/etc/os-release"), "PRETTY_NAME="));
    if (uname(&names) != 0)
        return;
    text(writing, "kernel", arena_printf(&writing->arena, "%s %s", names.sysname, names.release));
    text(writing, "architecture", names.machine);
}

/* cgroup's limit on this process: what stands in the nearest group that has one. */
static int64_t memory_limit(struct writing *writing)
{
    static const char *const FILES[] = {
        "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    struct arena *arena = &writing->arena;
    const char *group = field(arena, contents(writing, "/proc/self/cgroup"), "0:");
    int64_t bytes = 0, least = INT64_MAX;
    for (const char *at = group; at && *at == '/' && at[1]; at = path_parent(arena, at)) {
        const char *path = arena_printf(arena, "/sys/fs/cgroup%s/memory.max", at);
        const char *said = path ? contents(writing, path) : "";
        if (num_parse_int(said, strcspn(said, "\n"), &bytes) && bytes < least)
            least = bytes;
    }
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        const char *said = contents(writing, FILES[i]);
        if (num_parse_int(said, strcspn(said, "\n"), &bytes) && bytes < least)
            least = bytes;
    }
    return least < INT64_MAX / 2 ? least : 0; /* the old groups say "none" by a huge number */
}

static void write_machine(struct writing *writing)
{
    static const char *const MODELS[] = {"model name", "Model", "cpu model"};
    struct arena *arena = &writing->arena;
    const char *cpus = contents(writing, "/proc/cpuinfo"), *model = "";
    const char *total = field(arena, contents(writing, "/proc/meminfo"), "MemTotal");
    cpu_set_t allowed;
    int64_t kibibytes, limit = memory_limit(writing);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS && !*model; i++)
        model = field(arena, cpus, MODELS[i]);
    text(writing, "cpu", model);
    if (online > 0)
        number(writing, "cpus", online);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        number(writing, "cpus_allowed", CPU_COUNT(&allowed));
    if (num_parse_int(total, strcspn(total, " "), &kibibytes))
        number(writing, "memory_bytes", kibibytes * 1024);
    if (limit)
        number(writing, "memory_limit_bytes", limit);
}

static void write_graphics(struct writing *writing)
{
    static const char VERSION[] = "Kernel Module";
    struct arena *arena = &writing->arena;
    struct file_list list;
    const char *said = strstr(contents(writing, "/proc/driver/nvidia/version"), VERSION);
    const char *folder = arena_printf(arena, "%s/proc/driver/nvidia/gpus", writing->root);
    const char *digits = said ? said + sizeof VERSION - 1 : "";
    /* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 ..." */
    while (*digits && *digits != '\n' && !isdigit((unsigned char)*digits))
        digits++;
    text(writing, "nvidia_driver", arena_copy(arena, digits, strspn(digits, "0123456789.")));
    if (!folder || !file_list(folder, arena, &list, NULL) || !list.count)
        return;
    json_writer_key(writing->out, "gpus");
    json_writer_array(writing->out);
    for (size_t i = 0; i < list.count; i++) {
        const char *path =
            arena_printf(arena, "/proc/driver/nvidia/gpus/%s/information", list.entries[i].name);
        const char *model = path ? field(arena, contents(writing, path), "Model") : "";
        json_writer_string(writing->out, *model ? model : NULL);
    }
    json_writer_array_end(writing->out);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_variables(struct writing *writing, char *const *environment)
{
    size_t count = 0, kept = 0;
    while (environment[count])
        count++;
    const char **sorted = ARENA_ARRAY(&writing->arena, const char *, count + 1);
    json_writer_key(writing->out, "variables");
    json_writer_object(writing->out);
    for (size_t i = 0; sorted && i < count; i++) {
        const char *sign = strchr(environment[i], '=');
        const char *name =
            sign ? arena_copy(&writing->arena, environment[i], (size_t)(sign - environment[i]))
                 : NULL;
        if (name && surroundings_has_variable(name))
            sorted[kept++] = environment[i];
    }
    if (kept)
        qsort(sorted, kept, sizeof *sorted, by_text);
    for (size_t i = 0; i < kept; i++) {
        const char *sign = strchr(sorted[i], '=');
        const char *name = arena_copy(&writing->arena, sorted[i], (size_t)(sign - sorted[i]));
        struct buf value;
        buf_init(&value, MOST_VALUE_BYTES);
        if (name)
            secret_add_value(&value, name, sign + 1);
        if (name)
            json_writer_key(writing->out, name);
        if (name)
            json_writer_bytes(writing->out, value.data ? value.data : "", value.length);
        buf_done(&value);
    }
    json_writer_object_end(writing->out);
}

void surroundings_write(const struct surroundings_from *from, struct json_writer *writer)
{
    struct writing writing = {.root = from->root, .out = writer};
    arena_init(&writing.arena, 0);
    json_writer_object(writer);
    write_who(&writing, from);
    write_system(&writing);
    write_machine(&writing);
    write_graphics(&writing);
    write_variables(&writing, from->environment);
    json_writer_object_end(writer);
    arena_done(&writing.arena);
}
