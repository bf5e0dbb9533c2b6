#include "work/message.h"

#include <stdlib.h>

void message_free(void *item)
{
    struct message *message = item;
    runs_release(message->runs);
    curves_release(message->curves);
    study_release(message->study.study);
    photo_release(message->photo.photo);
    pool_answer_done(&message->pool);
    data_page_release(message->data.page);
    buf_done(&message->paint.bytes);
    buf_done(&message->copied.text);
    free(message->deltas);
    influence_answer_free(message->influence);
    texts_release(message->texts);
    run_files_release(message->files);
    appraisal_release(message->appraisal);
    intervals_free(message->intervals);
    free(message);
}

struct message *message_new(enum message_kind kind)
{
    struct message *message = calloc(1, sizeof *message);
    if (message)
        message->kind = kind;
    return message;
}

void message_post(struct queue *answers, struct message *message)
{
    if (message && !queue_post(answers, message))
        message_free(message);
}

void message_post_trouble(struct queue *answers, const struct err *err)
{
    if (err->code == ERR_CANCELLED)
        return;
    struct message *message = message_new(MESSAGE_TROUBLE);
    if (message)
        err_print(err, message->trouble, sizeof message->trouble);
    message_post(answers, message);
}
