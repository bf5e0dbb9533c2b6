/*
 * The Python packages that a command will find, from the records that installers leave behind.
 * Knows: *.dist-info, *.egg-info, *.egg, *.egg-link, direct_url.json, conda-meta. Must not know:
 * pip (it is never run, nor is Python).
 *
 *     # Python 3.11 of /data/venv/bin/python
 *     # /data/venv/lib/python3.11/site-packages
 *     numpy==1.26.4
 *     mmdet @ git+https://github.com/open-mmlab/mmdetection@44ebd17b...
 *     # conda
 *     cuda-toolkit=11.8.0=0
 */
#pragma once

#include "base/err.h"
#include "record/python_env.h"

#include "base/buf.h"

/* Puts packages.txt onto OUT; nothing when the command is none of Python's. Looks for LIMIT_MS at
 * most (but for a file system that hangs), and says so in the text when that was not enough. Off
 * the main thread. False with ERR when memory is out. */
bool packages_write(
    const struct python_env_from *from, int64_t limit_ms, struct buf *out, struct err *err);
