#pragma once
/** Helpers of specs. */
#include "feature/exchange/internal.h"

/** A fresh system with a data folder that goes away with the arena. */
App *given_a_system_with_files(Arena *a);
/** PM-1 about INC-1, with every kind of block, a picture and guides. */
Report given_a_written_report(App *app, Arena *a);
