/*
 * A command's words, one a line: whatever they are, the parameters are whole JSON that harms no
 * terminal, and the command is written with as many words.
 */
#include "base/json.h"
#include "base/text.h"
#include "record/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_WORDS = 64, MOST_BYTES = 4096 };

static void need(bool holds)
{
    if (!holds)
        abort();
}

/* How many values stand at depth one. */
static size_t check(const struct buf *out)
{
    struct json json;
    size_t count = 0;
    need(!out->failed && out->data);
    for (const char *at = out->data, *end = at + out->length; at < end;) {
        int32_t code;
        at += text_decode(at, end, &code);
        need(code == '\n' || (code >= 0 && !text_code_is_harmful(code)));
    }
    json_init_memory(&json, out->data, out->length);
    while (json_next(&json) != JSON_END) {
        need(json.kind != JSON_BAD);
        count += json.depth == 1 && json.kind == JSON_STRING;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[MOST_BYTES + 1], *words[MOST_WORDS + 1] = {0};
    size_t count = 0, length = size < MOST_BYTES ? size : MOST_BYTES;
    memcpy(text, data, length);
    text[length] = '\0';
    for (char *at = text; at && count < MOST_WORDS;) {
        words[count++] = at;
        at = strchr(at, '\n');
        if (at)
            *at++ = '\0';
    }
    /* Where no file is: what stands in files is for other targets. */
    struct words_from from = {words, NULL, "/proc/self/fdinfo"};
    struct buf out;
    struct json_writer writer;
    buf_init(&out, 16 << 20);
    need(words_write_config(&from, &out, NULL));
    check(&out);
    buf_clear(&out);
    json_writer_init(&writer, &out, false);
    words_write_command(words, &writer);
    need(check(&out) == count);
    buf_done(&out);
    return 0;
}
