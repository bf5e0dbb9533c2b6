/*
 * Secrets masked before anything is written down: told by the name they go by, and by their shape.
 * Knows: names such as "api_key" and "--password", passwords in URLs, the tokens of known services.
 * Must not know: where a text came from or where it goes.
 *
 * A guess, on the side of masking: what has no telling name and no telling shape is not seen.
 */
#pragma once

#include "base/buf.h"

#define SECRET_MASK "***"

/* VALUE, known by NAME ("WANDB_API_KEY", "hub-token", "db.password"), must not be written. Numbers,
 * true, false and short plain words are no secrets under a name that may mean something else
 * ("key", "token"). */
bool secret_is(const char *name, size_t name_length, const char *value, size_t value_length);
/* TEXT onto OUT with what looks like a secret masked: passwords in URLs, "NAME=VALUE", "NAME:
 * VALUE" and "--NAME VALUE" with a telling name, "Bearer ...", and tokens of known shapes. */
void secret_add(struct buf *out, const char *text, size_t length);
/* VALUE onto OUT, masked whole by its NAME or in part by its shape. */
void secret_add_value(struct buf *out, const char *name, const char *value);
/* One WORD of a command onto OUT; BEFORE is the word before it, NULL for none. */
void secret_add_word(struct buf *out, const char *before, const char *word);
