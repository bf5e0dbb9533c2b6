#include "work/run_groups.h"
