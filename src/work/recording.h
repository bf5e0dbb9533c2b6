/*
 * A command that `boxtop record` runs or ran: what status.json says of it, and signals to it.
 * Knows: status.json, processes of this machine. Must not know: who records, screens.
 *
 *     {"status": "running", "started": "2024-05-01T10:00:00Z", "host": "gpu1", "pid": 4711,
 *      "pid_start": 88123, "recorder_pid": 4700, "recorder_start": 88120,
 *      "pid_scope": "9d3d3b4c-.../4026531836", "command": ["python", "train.py"]}
 *     {..., "status": "failed", "ended": "...", "exit_code": 1}    or "signal": "SIGKILL"
 *
 * A process id alone names whoever has it now. With the time at which its process started (clock
 * ticks since the boot, "pid_start") and the host it names one process for ever. Whether it lives
 * can be told where process ids mean what they meant to the recorder ("pid_scope": the boot of the
 * machine and the space of pids).
 */
#pragma once

#include "base/err.h"
#include "base/process.h"
#include "facts/run.h"

#include <stddef.h>
#include <stdint.h>

enum { RECORDING_COMMAND_BYTES = 1024, RECORDING_HOST_BYTES = 256 };

struct recording {
    char command[RECORDING_COMMAND_BYTES]; /* words in a line, quoted to be told apart; cut */
    char host[RECORDING_HOST_BYTES];       /* "" when not said */
    int64_t pid, pid_start;                /* 0 when not said */
    int64_t recorder_pid, recorder_start;  /* the same, of boxtop record itself */
    char scope[PROCESS_SCOPE_BYTES];       /* "" when not said */
    enum run_status status;
    double started_s, ended_s; /* NaN when not said */
    int64_t exit_code;         /* -1 when not said */
    char signal[32];           /* that ended it: "SIGKILL"; "" for none */
};

/* False: TEXT is not the status.json of a recorded run. Some microseconds; any thread. */
bool recording_read(const char *text, size_t length, struct recording *out);

enum recording_life {
    RECORDING_NONE,   /* nothing was recorded here */
    RECORDING_UNSURE, /* it runs or ran elsewhere, or in another boot */
    RECORDING_LIVES,  /* the command or its recorder does: the end will be written down */
    RECORDING_DEAD,   /* neither */
};

/* Of one that says it is running. Reads two files of /proc and waits for nothing: the main thread
 * may call it. */
enum recording_life recording_life(const struct recording *recording);
/* The same of what the status.json in DIRECTORY says now. Reads that file. */
enum recording_life recording_life_in(const char *directory);

/*
 * Sends SIGNAL to the command, as the terminal would: to its process group where it leads one.
 * False with ERR when that cannot be meant any more: it has ended, it runs on another host, or its
 * process id has gone to another process. Reads one file of /proc and waits for nothing: the main
 * thread may call it.
 */
bool recording_send(const struct recording *recording, int signal, struct err *err);
