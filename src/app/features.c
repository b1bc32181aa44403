#include "app/feature.h"

#define FEATURE(name) extern const Feature name##_feature;
#include "features.def"
#undef FEATURE
#define FEATURE(name) &name##_feature,
extern const Feature app_feature;
const Feature *const features[] = {
    &app_feature,
#include "features.def"
    NULL
};
