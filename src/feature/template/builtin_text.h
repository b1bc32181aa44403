#pragma once
#include "feature/template/builtin.h"
extern const BuiltinSection standard_en[], brief_en[], sre_en[], near_miss_en[];
extern const BuiltinSection standard_zh[], brief_zh[], sre_zh[], near_miss_zh[];
