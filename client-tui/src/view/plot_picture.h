#pragma once

#include <string>

#include "view/glyph_grid.h"
#include "view/plot.h"

namespace fedwatt::viewer {

// The plot in `size` cells, as it was laid out.
GlyphGrid draw_plot(const Plot& plot, const PlotLayout& layout, Size size);

// Writes a reading into the upper or the lower edge, away from the cell that it is about, and
// points out the point.
void add_reading(GlyphGrid& picture, const Plot& plot, const PlotLayout& layout, ScreenCell cell);

}  // namespace fedwatt::viewer
