/*
 * Runs a fuzz target without a fuzzer: on nothing, on every seed, and on COUNT mutations of the
 * seeds that are the same each time. A crash names its input; --write gives that input back.
 *
 *     replay_NAME SEEDS COUNT
 *     replay_NAME SEEDS --write N >FILE
 *
 * Knows: files of bytes. Must not know: what the target does with them.
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_BYTES = 1 << 16, MOST_SEEDS = 512 };

struct input {
    uint8_t *bytes;
    size_t length;
};

struct seeds {
    struct input inputs[MOST_SEEDS];
    size_t count;
};

/* Only for the sentence that a crash leaves behind. */
static volatile sig_atomic_t running;

static void name_the_input(int signal_number)
{
    char line[96] = "replay: crashed on input ";
    size_t at = strlen(line), digits = 1;
    unsigned number = (unsigned)running;
    for (unsigned n = number; n >= 10; n /= 10)
        digits++;
    for (size_t i = digits; i-- > 0; number /= 10)
        line[at + i] = (char)('0' + number % 10);
    line[at + digits] = '\n';
    ssize_t written = write(STDERR_FILENO, line, at + digits + 1);
    (void)written;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void *or_die(void *memory)
{
    if (!memory) {
        perror("replay");
        exit(2);
    }
    return memory;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_seed(struct seeds *seeds, const char *path)
{
    FILE *file = or_die(fopen(path, "rb"));
    struct input *input = &seeds->inputs[seeds->count++];
    input->bytes = or_die(malloc(MOST_BYTES));
    input->length = fread(input->bytes, 1, MOST_BYTES, file);
    fclose(file);
}

static void read_seeds(struct seeds *seeds, const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        if (seeds->count < MOST_SEEDS)
            read_seed(seeds, path);
        free(entries[i]);
    }
    free(entries);
}

/* splitmix64: the same numbers on every machine. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t limit)
{
    return limit ? (size_t)(next(state) % limit) : 0;
}

/* Makes room for LENGTH bytes at AT (as far as the maximum allows); returns how many. */
static size_t open_gap(struct input *input, size_t at, size_t length)
{
    if (length > MOST_BYTES - input->length)
        length = MOST_BYTES - input->length;
    memmove(input->bytes + at + length, input->bytes + at, input->length - at);
    input->length += length;
    return length;
}

static void overwrite_number(struct input *input, size_t at, uint64_t *state)
{
    static const uint64_t NUMBERS[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff,
        0x80000000, 0xffffffff, UINT64_C(0x7fffffffffffffff), UINT64_C(0x7ff0000000000000),
        UINT64_MAX};
    uint64_t number = NUMBERS[below(state, sizeof NUMBERS / sizeof *NUMBERS)];
    size_t width = (size_t)1 << below(state, 4);
    for (size_t i = 0; i < width && at + i < input->length; i++)
        input->bytes[at + i] = (uint8_t)(number >> 8 * i);
}

static void insert_token(struct input *input, size_t at, uint64_t *state)
{
    static const char *const TOKENS[] = {"\n", "{", "[", "\"", ",", ":", "-", "1e999", "NaN",
        "\\u0000", "\xff", "\x1b[2J", "99999999999999999999", "- &a [*a]", "../", "  "};
    const char *token = TOKENS[below(state, sizeof TOKENS / sizeof *TOKENS)];
    size_t length = open_gap(input, at, strlen(token));
    memcpy(input->bytes + at, token, length);
}

static void splice(struct input *input, size_t at, const struct input *other, uint64_t *state)
{
    if (!other->length)
        return;
    size_t from = below(state, other->length);
    size_t length = open_gap(input, at, below(state, other->length - from + 1));
    memcpy(input->bytes + at, other->bytes + from, length);
}

static void mutate(struct input *input, const struct input *other, uint64_t *state)
{
    size_t at = below(state, input->length);
    switch (below(state, 6)) {
    case 0:
        if (at < input->length)
            input->bytes[at] ^= (uint8_t)(1u << below(state, 8));
        break;
    case 1:
        overwrite_number(input, at, state);
        break;
    case 2:
        insert_token(input, at, state);
        break;
    case 3:
        splice(input, at, other, state);
        break;
    case 4: {
        size_t length = below(state, input->length - at + 1);
        memmove(input->bytes + at, input->bytes + at + length, input->length - at - length);
        input->length -= length;
        break;
    }
    default:
        input->length = at;
    }
}

/* Input NUMBER into OUT: 0 is empty, then come the seeds, then their mutations. */
static void make_input(const struct seeds *seeds, size_t number, struct input *out)
{
    static const struct input NOTHING = {0};
    out->length = 0;
    if (number == 0)
        return;
    uint64_t state = number;
    size_t seed = number <= seeds->count ? number - 1 : below(&state, seeds->count);
    const struct input *from = seeds->count ? &seeds->inputs[seed] : &NOTHING;
    if (from->length)
        memcpy(out->bytes, from->bytes, from->length);
    out->length = from->length;
    if (number <= seeds->count)
        return;
    for (size_t n = 1 + below(&state, 6); n > 0; n--)
        mutate(out, seeds->count ? &seeds->inputs[below(&state, seeds->count)] : &NOTHING, &state);
}

static void run(const struct seeds *seeds, size_t count, struct input *scratch)
{
    signal(SIGABRT, name_the_input);
    for (size_t i = 0; i <= seeds->count + count; i++) {
        running = (sig_atomic_t)i;
        make_input(seeds, i, scratch);
        /* A copy of the exact size, so that a sanitizer sees the first byte read too far. */
        uint8_t *exact = or_die(malloc(scratch->length + !scratch->length));
        memcpy(exact, scratch->bytes, scratch->length);
        LLVMFuzzerTestOneInput(exact, scratch->length);
        free(exact);
    }
    printf("%zu seeds and %zu mutations\n", seeds->count, count);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: replay SEEDS COUNT | replay SEEDS --write N\n");
        return 2;
    }
    struct seeds *seeds = or_die(calloc(1, sizeof *seeds));
    struct input scratch = {or_die(malloc(MOST_BYTES)), 0};
    read_seeds(seeds, argv[1]);
    if (argc > 3) {
        make_input(seeds, strtoul(argv[3], NULL, 10), &scratch);
        fwrite(scratch.bytes, 1, scratch.length, stdout);
    } else {
        run(seeds, strtoul(argv[2], NULL, 10), &scratch);
    }
    for (size_t i = 0; i < seeds->count; i++)
        free(seeds->inputs[i].bytes);
    free(seeds);
    free(scratch.bytes);
    return 0;
}
