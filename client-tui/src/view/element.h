#pragma once

#include <memory>

// FTXUI's types by name, so that headers need not include it.
namespace ftxui {
class Node;
class Screen;
using Element = std::shared_ptr<Node>;
}  // namespace ftxui
