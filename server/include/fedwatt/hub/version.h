#pragma once

namespace fedwatt::hub {

inline constexpr char kHubVersion[] = FEDWATT_VERSION;

}  // namespace fedwatt::hub
