/*
 * Synonyms: the spellings of frameworks, and those that a person adds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/synonym.h"

#include <string.h>

static const struct {
    const char *quantity, *name;
} TABLE[] = {
#define SYNONYM(quantity, name) {quantity, name},
#include "facts/synonyms.def"
#undef SYNONYM
};

static const char *quantity_of(const struct synonyms *synonyms, const char *name)
{
    const struct synonym *found = synonyms_find(synonyms, name);
    return found ? found->quantity : "";
}

static void test_frameworks_agree(void **state)
{
    (void)state;
    static const char *const SAME[][6] = {
        {"lr", "lr0", "SOLVER.BASE_LR", "optimizer.lr", "optim_wrapper.optimizer.lr",
            "learning_rate"},
        {"batch", "batch_size", "SOLVER.IMS_PER_BATCH", "train_batch_size", "args.batch_size",
            "hparams.batch_size"},
        {"batch_per_gpu", "per_device_train_batch_size", "data.samples_per_gpu"},
        {"epochs", "num_train_epochs", "max_epochs", "train_cfg.max_epochs", "epoches"},
        {"max_steps", "SOLVER.MAX_ITER", "max_iters"},
        {"imgsz", "img_size"},
        {"seed", "SEED", "randomness.seed"},
        {"weights", "MODEL.WEIGHTS", "load_from", "pretrained"},
    };
    static const char *const OTHERS[] = {"lr1", "lr_backbone", "data.lr", "epoch", "", "model.seed",
        "args.", "args.lr1", "args.args.lr"};
    struct arena arena = {0};
    struct synonyms synonyms;
    assert_true(synonyms_init(&synonyms, &arena));
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        for (size_t k = 0; k < 6 && SAME[i][k]; k++)
            assert_string_equal(quantity_of(&synonyms, SAME[i][k]), SAME[i][0]);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_null(synonyms_find(&synonyms, OTHERS[i]));
    synonyms_done(&synonyms);
    arena_done(&arena);
}

/* Each name once, a quantity's own name first of its rows. */
static void test_the_table_is_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(TABLE[i].name, TABLE[k].name);
        if (i == 0 || strcmp(TABLE[i].quantity, TABLE[i - 1].quantity) != 0)
            assert_string_equal(TABLE[i].name, TABLE[i].quantity);
    }
}

static void test_a_person_adds_names(void **state)
{
    (void)state;
    static const char *const LR[] = {"my.lr", "lr0"}, *const OWN[] = {"tau", "temperature", "T"};
    static const char *const NONE[] = {""};
    struct arena arena = {0};
    struct synonyms synonyms;
    assert_true(synonyms_init(&synonyms, &arena));
    assert_true(synonyms_add(&synonyms, LR, 2) && synonyms_add(&synonyms, OWN, 3));
    assert_true(synonyms_add(&synonyms, NONE, 1) && synonyms_add(&synonyms, NONE, 0));
    assert_string_equal(quantity_of(&synonyms, "my.lr"), "lr");
    assert_string_equal(quantity_of(&synonyms, "Temperature"), "tau");
    assert_string_equal(quantity_of(&synonyms, "tau"), "tau");
    /* The quantity's own name speaks before what was added. */
    assert_true(synonyms_find(&synonyms, "lr")->rank < synonyms_find(&synonyms, "my.lr")->rank);
    char name[200];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const char *const LONG[] = {"tau", name};
    assert_true(synonyms_add(&synonyms, LONG, 2));
    assert_null(synonyms_find(&synonyms, name));
    synonyms_done(&synonyms);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frameworks_agree),
        cmocka_unit_test(test_the_table_is_in_order),
        cmocka_unit_test(test_a_person_adds_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
