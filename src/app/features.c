#include "app/feature.h"

#define FEATURE(name) extern const Feature name##_feature;
#include "features.def"
#undef FEATURE
#define FEATURE(name) &name##_feature,
const Feature *const features[] = {
#include "features.def"
    NULL
};
