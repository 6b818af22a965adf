#pragma once

#include "fedwatt/protocol/messages.h"

namespace fedwatt::carbon {

// From `start` up to, but not including, `end`; if both are the same, that moment.
struct Interval {
  protocol::Timestamp start;
  protocol::Timestamp end;
};

// When a report was measured, by the hub's clock, which is ahead of the worker's by the offset.
Interval interval_of(const protocol::Report& report, double clock_offset_s);

}  // namespace fedwatt::carbon
