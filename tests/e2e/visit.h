/*
 * Sits down at the program's screen: opens it in a pseudo terminal, looks, leaves.
 * Knows: program.h, pty.h. Must not know: what the screens show.
 *
 * Every wait has a deadline and fails the test with the screen in its log when it passes.
 */
#pragma once

#include "program.h"
#include "pty.h"

struct visit {
    const char *const *words; /* NULL-terminated */
    enum wire_terminal terminal;
    int cols, rows;              /* 0 for 80x24 */
    const char *const *more_env; /* as in struct program */
    bool hold_answers;
};

struct pty *visit_open(const struct visit *visit);
void visit_expect(struct pty *pty, const char *text); /* it comes */
void visit_gone(struct pty *pty, const char *text);   /* it goes */
void visit_type(struct pty *pty, const char *keys, const char *then_expect);
/* No byte for a moment: what was asked for has been drawn. */
void visit_settle(struct pty *pty);
/* Waits for the end, by exit status CODE or by SIGNAL; nothing may be left on and nothing harmful
 * may have been sent. Closes the pty. */
void visit_over(struct pty *pty, int code, int signal_number);
void visit_quit(struct pty *pty); /* types Q; visit_over() with 0 */
