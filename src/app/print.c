#include "app/print.h"

#include <stdio.h>

bool print_flush(struct buf *out, struct err *err)
{
    if (out->failed)
        return err_set(err, ERR_MEMORY, "out of memory while printing");
    size_t length = out->length;
    bool ok =
        fwrite(out->data ? out->data : "", 1, length, stdout) == length && fflush(stdout) == 0;
    return ok || err_set_errno(err, "cannot write to standard output");
}
