/*
 * What the files of the TensorBoard reader share: the event file being read, and its parts.
 * Knows: events, summaries, tensors, the plugins for scalars, hparams, pictures and text. Must not
 * know: other formats.
 *
 * Of pictures only where they are is told, as "EVENTFILE#TAG" and the step: the first 64 of a tag,
 * then every second up to the 128th, every fourth up to the 256th, and so on, so that a long run
 * has few and from all its length. Text is left out but for the arguments that Hugging Face's
 * Trainer logs, which are parameters where the file has no hparams before them.
 *
 * Messages and field numbers: tensorflow/core/util/event.proto, framework/summary.proto,
 * tensor.proto, tensorboard/plugins/hparams/plugin_data.proto; records: the TFRecord format.
 */
#pragma once

#include "readers/reader.h"
#include "readers/series.h"
#include "readers/wire.h"

#include "base/stream.h"

enum {
    TB_WITHHELD = 16,
    TB_HEADER_BYTES = 12, /* length and its checksum */
    TB_FRAME_BYTES = 16,  /* what a record takes beside its data */
    TB_LONGEST_RECORD = 1 << 30,
};

/* Bits of series.kind. */
enum {
    TB_SEEN = 1,
    TB_DECLARED_SCALAR = 2, /* by the metadata of an earlier value, which later ones leave out */
    TB_DECLARED_OTHER = 4,
    TB_HP_METRIC = 8,
    TB_DECLARED_PICTURES = 16, /* beside TB_DECLARED_OTHER */
};

/* For readers of runs that let TensorBoard write below them: appends the event files below
 * DIRECTORY of PLACE to CLAIM, by their time, for the TensorBoard reader to read, and owns the
 * directories that they lie in. Returns how many. */
size_t tensorboard_claim_below(
    const struct reader_place *place, struct reader_claim *claim, const char *directory);

struct tb_damage {
    int64_t count, first_offset;
};

/* What the hparams plugin says of the run. */
struct tb_session {
    bool seen;
    enum run_status status;
    double started_s, ended_s; /* NaN: not said */
};

struct tb_file {
    struct sink *sink;
    const char *name; /* for notes */
    struct series_set series;
    struct series_set pictures; /* names only; their kind counts them */
    struct tb_session session;
    double last_wall_s; /* latest event but those that end the session; -inf before */

    /* Lightning writes -1 to "hp_metric" as a placeholder: withheld until another value comes. */
    struct point withheld[TB_WITHHELD];
    int32_t withheld_count;
    bool hp_metric_is_real;

    struct tb_damage checksums, malformed, too_large, untagged;
    int64_t noted_stop; /* where an unreadable record was told of; -1 */
};

/*
 * Reads records from STREAM, which stands at MARK, into SINK and moves MARK behind the last whole
 * one. SIZE_BYTES is the file's. False, with ERR, only when memory runs out.
 */
bool tb_read(struct stream *stream, int64_t size_bytes, const char *name, struct reader_mark *mark,
    struct sink *sink, struct err *err);

/* The facts of one whole record at OFFSET. */
void tb_take_event(struct tb_file *file, struct wire event, int64_t offset);
/* A large record that has no scalars, of which only the beginning was looked at. */
struct tb_bulk {
    int64_t step;
    struct wire tag; /* of its only value; .at NULL for what has none */
    bool is_picture; /* else perhaps, when it is a tensor */
    bool is_tensor;
};

/* True when the record of LENGTH bytes that begins with HEAD has no scalars: a graph, or a summary
 * of one picture, histogram, sound or large tensor only. */
bool tb_is_bulk(struct wire head, uint64_t length, struct tb_bulk *bulk);

/* A picture called TAG was logged at STEP. */
void tb_take_picture(struct tb_file *file, struct wire tag, int64_t step);

/* The first text in a TensorProto; false when it has none. */
bool tb_tensor_text(struct wire tensor, struct wire *text);
/* TEXT is the arguments of the run: a JSON object, perhaps in Markdown, else YAML. False when it is
 * broken JSON: what came before is taken. */
bool tb_take_arguments(struct tb_file *file, struct wire text);

/* The one number in a TensorProto. DECLARED: the plugin said that it is a scalar, so that a shape
 * of ones is accepted too. False for anything else. */
bool tb_tensor_number(struct wire tensor, bool declared, double *value);

/* PluginData.content of the hparams plugin: parameters to the sink, the rest into the session.
 * *ENDS is set when it is an end record. */
void tb_take_hparams(struct tb_file *file, struct wire content, bool *ends);
void tb_emit_status(struct tb_file *file);

/* The mark's state. */
void tb_save_state(const struct tb_file *file, struct buf *state);
void tb_load_state(struct tb_file *file, const struct buf *state);
