/*
 * A whole file of parameters: the table of endings.
 */
#include "readers/params_file.h"

#include "readers/json_params.h"
#include "readers/python_params.h"
#include "readers/yaml_params.h"

bool params_file_read(const struct reader_source *source,
    bool (*take)(void *self, const struct param *param), struct sink *sink, struct err *err)
{
    static const struct {
        const char *ending;
        bool (*read)(const char *path, const char *name, struct params *params, struct sink *sink,
            struct err *err);
    } LANGUAGES[] = {{".json", json_params_read}, {".py", python_params_read}, {"", yaml_params_read}};
    struct params params;
    size_t i = 0;
    while (!path_has_suffix(source->name, LANGUAGES[i].ending))
        i++;
    if (take)
        params_init(&params, take, sink);
    else
        params_init_sink(&params, sink);
    bool ok = LANGUAGES[i].read(source->path, source->name, &params, sink, err);
    params_done(&params);
    return ok;
}
