/*
 * Files as tables: types, headers, damage; and tables by themselves: names, decimals, what is cut.
 */
#include "scene.h"

#include "temp.h"
#include "work/data_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The table that TEXT gives as FILE; NULL with ERR. */
static struct data_table *read_bytes(
    const char *file, const char *text, size_t length, struct err *err)
{
    return data_file_read(temp_file(temp_dir(), file, text, length), NULL, err);
}

static struct data_table *read_text(const char *file, const char *text)
{
    struct err err = {0};
    struct data_table *table = read_bytes(file, text, strlen(text), &err);
    if (!table)
        print_error("%s\n", err.text);
    assert_non_null(table);
    return table;
}

/* The whole table in one text: "a:number b:text|1;x|2;-|", absent cells as '-'. */
static const char *spell(const struct data_table *table)
{
    static char out[4096];
    char cell[256];
    size_t used = 0;
    out[0] = '\0';
    for (size_t c = 0; c < table->column_count; c++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%s:%s", c ? " " : "",
            table->columns[c].name, data_type_name(table->columns[c].type));
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t c = 0; c < table->column_count; c++) {
            data_table_print(table, r, c, cell, sizeof cell);
            bool absent = data_table_get(table, r, c).type == DATA_ABSENT;
            used += (size_t)snprintf(out + used, sizeof out - used, "%s%s", c ? ";" : "|",
                absent ? "-" : cell);
        }
    return out;
}

static void expect(const char *file, const char *text, const char *spelt, const char *note)
{
    struct data_table *table = read_text(file, text);
    assert_string_equal(spell(table), spelt);
    if (note && (table->note_count != 1 || !strstr(table->notes[0], note)))
        fail_msg("note of %s: %s", file, table->note_count ? table->notes[0] : "none");
    if (!note)
        assert_int_equal(table->note_count, 0);
    data_table_release(table);
}

static void test_separated(void **state)
{
    (void)state;
    expect("types.csv", "n,t,b,e\n1,x,true,\n2.5,y,FALSE,\n", "n:number t:text b:bool e:absent"
        "|1.0;x;true;-|2.5;y;false;-", NULL);
    expect("bom.csv", "\xef\xbb\xbf" "a,b\r\n1,2\r\n\r\n3,4\r\n", "a:number b:number|1;2|3;4", NULL);
    expect("quotes.csv", "a,b\n\"x, \"\"y\"\"\",1\n\"two\nlines\",2\n\"\",3\n",
        "a:text b:number|x, \"y\";1|two\nlines;2|;3", NULL);
    expect("semi.csv", "a;b\n1;2\n", "a:number b:number|1;2", NULL);
    expect("tabs.tsv", "a\tb\n1\t\n", "a:number b:absent|1;-", NULL);
    expect("twice.csv", "a,a,,a\n1,2,3,4\n", "a:number a (2):number column 3:number a (3):number"
        "|1;2;3;4", NULL);
    expect("numbers.csv", "1,2\n3,4\n", "column 1:number column 2:number|1;2|3;4", NULL);
    expect("no-end.csv", "a,b\n1,2", "a:number b:number|1;2", NULL);
    expect("header.csv", "a,b\n", "a:absent b:absent", NULL);
    expect("empty.csv", "", "", "empty");
}

static void test_numbers(void **state)
{
    (void)state;
    struct data_table *table =
        read_text("n.csv", "a\n1e400\nnan\n-inf\n-0\n9007199254740991\n1e-300\n");
    assert_int_equal(table->columns[0].type, DATA_NUMBER);
    assert_true(isinf(data_table_get(table, 0, 0).number));
    assert_true(isnan(data_table_get(table, 1, 0).number));
    assert_true(data_table_get(table, 2, 0).number == -INFINITY);
    assert_true(signbit(data_table_get(table, 3, 0).number));
    assert_true(data_table_get(table, 4, 0).number == 9007199254740991.0);
    assert_true(data_table_get(table, 5, 0).number == 1e-300);
    assert_int_equal(table->columns[0].present, 6);
    data_table_release(table);
    /* Spellings that a number would lose are ids. */
    expect("ids.csv", "a,b\n0042,1\n12345678901234567890,0.5\n", "a:text b:number|0042;1.0|"
        "12345678901234567890;0.5", NULL);
    expect("mixed.csv", "a\n1\noops\n", "a:text|1|oops", NULL);
}

static void test_decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } CASES[] = {
        {"a\n1\n20\n", "a:number|1|20"},
        {"a\n0.5\n0.25\n", "a:number|0.50|0.25"},
        {"a\n0.123456\n12.5\n", "a:number|0.123|12.500"},
        {"a\n0.000123456\n0.5\n", "a:number|0.00012346|0.5"},
        {"a\n1714543200\n", "a:number|1714543200"},
        {"a\n123456.789123\n1\n", "a:number|123456.8|1.0"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        expect("decimals.csv", CASES[i].text, CASES[i].shown, NULL);
}

static void test_damage(void **state)
{
    (void)state;
    expect("ragged.csv", "a,b\n1\n1,2,3\n4,5\n", "a:number b:number|1;-|1;2|4;5",
        "1 rows have fewer cells than the header and 1 more (the first in line 2)");
    expect("open.csv", "a\n\"x\ny\n", "a:text|x|y", "line 2: a quote is never closed");
    expect("lines.jsonl", "{\"a\": 1}\nnot json\n[\n{\"q\": 1, \"a\": }\n{\"a\": 2, \"q\": 5}\n{\"a\": 3} {}\n", "a:number q:number|1;-|2;5",
        "4 lines are no JSON and left out (the first is line 2)");
    expect("cut.jsonl", "{\"a\": 1}\n{\"a\": 2, \"b\": tr", "a:number|1",
        "the last line, 2, is cut off");
    expect("cut.json", "[{\"a\": 1},\n{\"a\": 2}, {\"a\"", "a:number|1|2", "the rows before are shown");
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *file, *text;
    } CASES[] = {{"prose.txt", "This is a letter.\nIt has no columns.\n"}, {"empty.txt", ""},
        {"bad.jsonl", "{\"a\n{\"b\n"}, {"bad.json", "{\"a\": [1, 2"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct err err = {0};
        struct data_table *table =
            read_bytes(CASES[i].file, CASES[i].text, strlen(CASES[i].text), &err);
        if (table)
            fail_msg("%s gives %s", CASES[i].file, spell(table));
        assert_int_equal(err.code, ERR_FORMAT);
        assert_non_null(strstr(err.file, CASES[i].file));
    }
    struct err err = {0};
    assert_null(data_file_read(temp_dir(), NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    atomic_bool stale = true;
    char *many = calloc(1, 1 << 16);
    for (int i = 0; i < (1 << 15); i++)
        memcpy(many + 2 * i, "1\n", 2);
    many[0] = 'a';
    const char *path = temp_file(temp_dir(), "many.csv", many, 1 << 16);
    err = (struct err){0};
    assert_null(data_file_read(path, &stale, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    free(many);
}

static void test_json(void **state)
{
    (void)state;
    expect("rows.jsonl",
        "{\"a\": 1, \"b\": {\"c\": \"x\", \"d\": [1, {\"e\": null}]}, \"t\": true}\n\n"
        "{\"t\": false, \"z\": \"NaN\", \"a\": null}\n",
        "a:number b.c:text b.d:text t:bool z:number|1;x;[1, {\"e\": null}];true;-|-;-;-;false;NaN",
        NULL);
    expect("list.json", "\n [{\"a\": 1}, 5, \"s\", {\"a\": 2}]", "a:number value:text|1;-|-;5|-;s|2;-",
        NULL);
    expect("object.json", "{\n \"a\": {\"b\": 1},\n \"c\": [\"x\"]\n}\n", "a.b:number c:text|1;[\"x\"]",
        NULL);
    expect("metrics.json", "{\"a\": 1}\n{\"a\": 2}\n", "a:number|1|2", NULL);
    expect("text.jsonl", "{\"a\": \"0.5\"}\n{\"a\": \"\\u00e9\\n\"}\n", "a:text|0.5|\xc3\xa9\n", NULL);
    expect("one.json", "{\"a\": 1}", "a:number|1", NULL);
    expect("log.txt", "{\"a\": 1}\n{\"a\": 2}\n", "a:number|1|2", NULL);
}

/* Wide, long and hostile: everything has an end. */
static void test_bounds(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf text;
    buf_init(&text, 64 << 20);
    for (int i = 0; i < 600; i++)
        buf_printf(&text, "%sc%d", i ? "," : "", i);
    buf_add_char(&text, '\n');
    struct data_table *table = read_bytes("wide.csv", text.data, text.length, &err);
    assert_non_null(table);
    assert_int_equal(table->column_count, DATA_MOST_COLUMNS);
    assert_int_equal(table->note_count, 1);
    data_table_release(table);
    buf_clear(&text);
    buf_add_string(&text, "a\n");
    for (int i = 0; i < 100000; i++)
        buf_add_char(&text, 'x');
    table = read_bytes("long.csv", text.data, text.length, &err);
    assert_int_equal(strlen(data_table_get(table, 0, 0).text), DATA_MOST_CELL_BYTES);
    data_table_release(table);
    buf_clear(&text);
    for (int i = 0; i < 600; i++)
        buf_printf(&text, "{\"k%d\": 1}\n", i);
    assert_null(read_bytes("keys.jsonl", text.data, text.length, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    /* Quotes that every line opens anew must not be looked for to the end of the file each time. */
    buf_clear(&text);
    buf_add_string(&text, "a,b\n\"\n");
    for (int i = 0; i < 300000; i++)
        buf_add_string(&text, "x\"\"\"\"y\n");
    table = read_bytes("quotes.csv", text.data, text.length, &err);
    assert_non_null(table);
    assert_true(table->note_count >= 1);
    data_table_release(table);
    buf_done(&text);
}

static void test_equal_texts_are_kept_once(void **state)
{
    (void)state;
    struct data_table *table = read_text("t.csv", "a,b\nx,long text\ny,long text\n");
    assert_ptr_equal(data_table_get(table, 0, 1).text, data_table_get(table, 1, 1).text);
    data_table_release(table);
}

static void test_names(void **state)
{
    (void)state;
    struct data_table *table =
        read_text("names.csv", "train/loss,val/loss,Best Epoch,val.AP,ap\n1,2,3,4,5\n");
    assert_int_equal(data_table_find(table, "val/loss"), 1);
    assert_int_equal(data_table_find(table, "bestepoch"), 2);
    assert_int_equal(data_table_find(table, "loss"), -1); /* two end so */
    assert_int_equal(data_table_find(table, "AP"), 4);
    assert_int_equal(data_table_find(table, "nothing"), -1);
    data_table_release(table);
}

static void test_sniff(void **state)
{
    (void)state;
    static const struct {
        const char *name, *head;
        bool whole;
        enum data_format format;
    } CASES[] = {
        {"a.csv", "", true, DATA_CSV},
        {"a.txt", "epoch,loss\n1,2\n", true, DATA_CSV},
        {"a.txt", "epoch,loss\n1,2,3\n", true, DATA_NO_TABLE},
        {"a.txt", "one line", true, DATA_NO_TABLE},
        {"a.log", "{\"a\":1}\n{\"a\":2}", true, DATA_JSON_LINES},
        {"a.json", "{\"a\":1}\n", true, DATA_JSON},
        {"a.json", "{\"a\":1}\n", false, DATA_JSON_LINES},
        {"a.json", "  [", false, DATA_JSON},
        {"a.jsonl", "", true, DATA_JSON_LINES},
        {"a.json", "nonsense", true, DATA_NO_TABLE},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (data_sniff(CASES[i].name, CASES[i].head, strlen(CASES[i].head), CASES[i].whole) !=
            CASES[i].format)
            fail_msg("%s: %s", CASES[i].name, CASES[i].head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_separated),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_equal_texts_are_kept_once),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_sniff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
