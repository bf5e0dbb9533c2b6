/*
 * Feeds arbitrary bytes to the YOLO reader: up to the first NUL as a data.yaml, behind it as the
 * label file that the data.yaml's own split finds.
 */
#include "annotation_sets.h"

#include "readers/yolo.h"

#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[64];

static void remove_directory(void)
{
    static const char *const PARTS[] = {
        "valid/labels/a.txt", "valid/labels", "valid", "data.yaml", ""};
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", directory, PARTS[i]);
        remove(path);
    }
}

static void make_directory(void)
{
    char path[128];
    if (directory[0])
        return;
    snprintf(directory, sizeof directory, "/tmp/fuzz-yolo-XXXXXX");
    check(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/valid", directory);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/valid/labels", directory);
    mkdir(path, 0700);
    atexit(remove_directory);
}

static void put(const char *name, const uint8_t *data, size_t size, char path[128])
{
    snprintf(path, 128, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    check(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char YAML[] = "val: ../valid/images\nnames: [a, b, c]\n";
    char yaml[128], labels[128];
    const uint8_t *split = size ? memchr(data, 0, size) : NULL;
    size_t first = split ? (size_t)(split - data) : 0;
    struct yolo_row row;
    make_directory();
    if (split)
        put("data.yaml", data, first, yaml);
    else
        put("data.yaml", (const uint8_t *)YAML, sizeof YAML - 1, yaml);
    put("valid/labels/a.txt", split ? split + 1 : data, size - first - (split != NULL), labels);
    if (size && yolo_row_parse((const char *)data, size, &row))
        check(row.class_index >= 0 && isfinite(row.box.x) && row.box.w >= 0 && row.box.h >= 0);
    read_both_ways(yaml, NULL);
    *strrchr(labels, '/') = '\0';
    read_both_ways(labels, "yolo");
    return 0;
}
