/*
 * Secrets: which names and shapes are masked, and which harmless ones are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/secret.h"

#include <string.h>

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        bool secret;
    } NAMES[] = {
        {"WANDB_API_KEY", "abc", true},
        {"--api-key", "0123456789", true},
        {"apiKey", "x", true},
        {"APIKEY", "x", true},
        {"db.password", "12345", true},
        {"dbPassword", "hunter", true},
        {"passwd", "a", true},
        {"client_secret", "a", true},
        {"AWS_SECRET_ACCESS_KEY", "a", true},
        {"HF_TOKEN", "Zm9vYmFyYmF6", true},
        {"hub-token", "Zm9vYmFyYmF6", true},
        {"hubToken", "Zm9vYmFyYmF6", true},
        {"SLURM_JWT", "eyJ", true},
        {"key", "A8s7d6f5", true},
        {"max_tokens", "512", false},
        {"max_token", "512", false},
        {"tokenizer", "bert-base", false},
        {"token_dim", "A768", false},
        {"keypoints", "A17", false},
        {"label_key", "image", false},
        {"monkey", "A1b2C3d4", false},
        {"use_auth_token", "true", false},
        {"use_auth_token", "None", false},
        {"password", "", false},
        {"lr", "0.1", false},
        {"", "x", false},
        {"author", "A. Person", false},
        {"PWD_LIKE", "/data", false},
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (secret_is(NAMES[i].name, strlen(NAMES[i].name), NAMES[i].value,
                strlen(NAMES[i].value)) != NAMES[i].secret)
            fail_msg("%s=%s is taken for the other", NAMES[i].name, NAMES[i].value);
}

static void test_shapes(void **state)
{
    (void)state;
    static const char *const TEXTS[][2] = {
        {"https://me:pw@git.example/x.git", "https://me:***@git.example/x.git"},
        {"http://:pw@h/", "http://:***@h/"},
        {"https://0123456789abcdef0123456789@h/x", "https://***@h/x"},
        {"ssh://git@h/x", "ssh://git@h/x"},
        {"git@github.com:a/b.git", "git@github.com:a/b.git"},
        {"http://user:p@ss@proxy:3128", "http://user:***@proxy:3128"},
        {"https://h/x?token=Ab12Cd34&n=1", "https://h/x?token=***&n=1"},
        {"mysql://u:p@h a://u:q@h", "mysql://u:***@h a://u:***@h"},
        {"hf_abcdefghijklmnopqrstuvwxyz", "hf_***"},
        {"x=ghp_0123456789abcdefghij0123", "x=ghp_***"},
        {"shf_abcdefghijklmnopqrstuvwxyz", "shf_abcdefghijklmnopqrstuvwxyz"},
        {"hf_hub", "hf_hub"},
        {"AKIAABCDEFGHIJKLMNOP", "AKIA***"},
        {"Authorization: Bearer abcdef123456", "Authorization: Bearer ***"},
        {"bearer abcdef123456", "bearer ***"},
        {"WANDB_API_KEY=abc python train.py", "WANDB_API_KEY=*** python train.py"},
        {"curl --password hunter2 x", "curl --password *** x"},
        {"API_KEY='a b' python", "API_KEY='***' python"},
        {"{\"api_key\": \"abc\", \"lr\": 1}", "{\"api_key\": \"***\", \"lr\": 1}"},
        {"the token is here", "the token is here"},
        {"lr=0.1 data/coco:train", "lr=0.1 data/coco:train"},
        {"", ""},
        {"=", "="},
        {"://@", "://@"},
        {"password=", "password="},
        {"\x1b[31m\xff", "\x1b[31m\xff"},
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct buf out;
        buf_init(&out, 4096);
        secret_add(&out, TEXTS[i][0], strlen(TEXTS[i][0]));
        assert_string_equal(out.data ? out.data : "", TEXTS[i][1]);
        buf_done(&out);
    }
}

static void test_words(void **state)
{
    (void)state;
    static const char *const WORDS[][3] = {
        {"--password", "hunter2", "***"},
        {"--password", "--lr", "--lr"},
        {"--password=x", "hunter2", "hunter2"},
        {"--lr", "0.1", "0.1"},
        {NULL, "--wandb-key=a b c1", "--wandb-key=***"},
        {NULL, "+db.password=x", "+db.password=***"},
        {NULL, "https://u:p@h", "https://u:***@h"},
        {"train.py", "secret", "secret"},
    };
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct buf out;
        buf_init(&out, 4096);
        secret_add_word(&out, WORDS[i][0], WORDS[i][1]);
        assert_string_equal(out.data ? out.data : "", WORDS[i][2]);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
