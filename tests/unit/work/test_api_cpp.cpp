/* The public header and its test, as a C++ compiler takes them. */
#include "test_api.c"
