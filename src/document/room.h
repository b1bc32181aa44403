#pragma once
/** The open rooms of this node. Inside document/ only; features use document.h. */
#include "document/document.h"

Err  rooms_serve(App *app);
void rooms_quiesce(App *app);
void rooms_stop(App *app);
void rooms_heard(App *app, Str channel, Str payload);
