#pragma once

// What libfedwatt shows to programs; everything else in it is hidden.
#define FEDWATT_EXPORT __attribute__((visibility("default")))
