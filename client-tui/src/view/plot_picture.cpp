#include "view/plot_picture.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "text/display_text.h"
#include "view/dot_canvas.h"

namespace fedwatt::viewer {
namespace {

constexpr char kAcross[] = "┄";  // a limit's line
constexpr char kUpright[] = "┊";

int column_of(const PlotLayout& layout, double value) {
  return static_cast<int>(std::lround(layout.dot_x(value))) / DotCanvas::kDotsX;
}
int row_of(const PlotLayout& layout, double value) {
  return static_cast<int>(std::lround(layout.dot_y(value))) / DotCanvas::kDotsY;
}
bool is_inside(const Axis& axis, double value) {
  const double position = axis.position(value);
  return position >= 0 && position <= 1;
}
bool is_finite(const PlotPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

// ---- axes ---------------------------------------------------------------------------------------

void draw_y_axis(GlyphGrid& picture, const PlotLayout& layout) {
  for (int row = 0; row < layout.rows; ++row) {
    picture.set(layout.label_width + 1, row, "│", Tone::kQuiet);
  }
  for (const double tick : layout.y.scale.ticks) {
    const int row = row_of(layout, tick * layout.y.unit.size);
    const std::string label = fit(layout.y_label(tick), layout.label_width, Align::kRight);
    picture.write(0, row, label, Tone::kQuiet);
    picture.set(layout.label_width + 1, row, "┤", Tone::kQuiet);
  }
}

// Where an axis' label goes: from `start`, `width` cells.
struct Place {
  int start = 0;
  int width = 0;
};

void draw_x_axis(GlyphGrid& picture, const PlotLayout& layout) {
  const int left = layout.left();
  picture.set(left - 1, layout.rows, "└", Tone::kQuiet);
  for (int column = 0; column < layout.columns; ++column) {
    picture.set(left + column, layout.rows, "─", Tone::kQuiet);
  }
  // The last one first: it has the unit.
  std::vector<Place> taken;
  const auto& ticks = layout.x.scale.ticks;
  for (auto tick = ticks.rbegin(); tick != ticks.rend(); ++tick) {
    const int column = column_of(layout, *tick * layout.x.unit.size);
    picture.set(left + column, layout.rows, "┴", Tone::kQuiet);
    std::string label = layout.x.label(*tick);
    const int digits = display_width(label);
    if (tick == ticks.rbegin() && !layout.x.unit.name.empty()) label += " " + layout.x.unit.name;
    const int width = display_width(label);
    const int start = std::min(std::max(0, column - digits / 2), layout.columns - width);
    const bool collides = std::any_of(taken.begin(), taken.end(), [&](const Place& place) {
      return start <= place.start + place.width && place.start <= start + width;
    });
    if (collides) continue;
    taken.push_back({start, width});
    picture.write(left + start, layout.rows + 1, label, Tone::kQuiet);
  }
}

// ---- dots ---------------------------------------------------------------------------------------

void draw_band(DotCanvas& canvas, const PlotBand& band, const PlotLayout& layout) {
  const auto edge = [&](double x, double y) {
    canvas.dot(static_cast<int>(std::lround(x)), static_cast<int>(std::lround(y)), band.tone);
  };
  for (std::size_t i = 1; i < band.slices.size(); ++i) {
    const auto& from = band.slices[i - 1];
    const auto& to = band.slices[i];
    const bool gap = !std::isfinite(from.x + from.low + from.high + to.x + to.low + to.high);
    if (gap) continue;
    const double start = layout.dot_x(from.x);
    const double length = layout.dot_x(to.x) - start;
    const double low = layout.dot_y(from.low);
    const double high = layout.dot_y(from.high);
    const int first = static_cast<int>(std::lround(std::clamp(start, -1.0, 1.0 * canvas.width())));
    const int last =
        static_cast<int>(std::lround(std::clamp(start + length, -1.0, 1.0 * canvas.width())));
    for (int x = first; x <= last; ++x) {
      const double share = length == 0 ? 0 : std::clamp((x - start) / length, 0.0, 1.0);
      const double bottom = low + share * (layout.dot_y(to.low) - low);
      const double top = high + share * (layout.dot_y(to.high) - high);
      if (x % 2 == 0) edge(x, bottom);
      if (x % 2 == 0) edge(x, top);
      const double end = std::min(bottom, 1.0 * canvas.height());
      for (int y = static_cast<int>(std::max(top, 0.0)); band.filled && y < end; ++y) {
        // A dot in eight.
        if (x % 2 == 0 && (y + x) % 4 == 0) canvas.dot(x, y, band.tone);
      }
    }
  }
}

void draw_series(DotCanvas& canvas, const PlotSeries& series, const PlotLayout& layout) {
  if (series.line == PlotSeries::Line::kNone) return;
  const bool dashed = series.line == PlotSeries::Line::kDashed;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const PlotPoint& point = series.points[i];
    if (!is_finite(point)) continue;
    const double x = layout.dot_x(point.x);
    const double y = layout.dot_y(point.y);
    const bool joined = i > 0 && is_finite(series.points[i - 1]);
    const PlotPoint& from = joined ? series.points[i - 1] : point;
    canvas.line(layout.dot_x(from.x), layout.dot_y(from.y), x, y, dashed, series.ink);
  }
}

void draw_dots(GlyphGrid& picture, const Plot& plot, const PlotLayout& layout) {
  DotCanvas canvas(layout.columns, layout.rows);
  for (const auto& band : plot.bands) draw_band(canvas, band, layout);
  for (const auto& series : plot.series) draw_series(canvas, series, layout);
  for (int row = 0; row < layout.rows; ++row) {
    for (int column = 0; column < layout.columns; ++column) {
      std::string glyph = canvas.glyph(column, row);
      if (glyph.empty()) continue;
      picture.set(layout.left() + column, row, std::move(glyph), canvas.ink(column, row));
    }
  }
}

// ---- signs --------------------------------------------------------------------------------------

struct PlacedSign {
  int column = 0;
  int row = 0;
  const PlotPoint* point = nullptr;
};

std::vector<PlacedSign> placed_signs(const Plot& plot, const PlotLayout& layout) {
  std::vector<PlacedSign> signs;
  for (const auto& series : plot.series) {
    for (const auto& point : series.points) {
      const bool seen = !point.sign.text.empty() && is_finite(point) &&
                        is_inside(layout.x, point.x) && is_inside(layout.y, point.y);
      if (!seen) continue;
      signs.push_back({column_of(layout, point.x), row_of(layout, point.y), &point});
    }
  }
  std::stable_sort(signs.begin(), signs.end(), [](const PlacedSign& a, const PlacedSign& b) {
    return a.point->sign.rank < b.point->sign.rank;
  });
  return signs;
}

// Whether one of the cells around, but not the cell itself, has that sign already.
bool touches_same(const GlyphGrid& picture, int x, int y, std::string_view text) {
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      const bool itself = dx == 0 && dy == 0;
      if (itself || !picture.contains(x + dx, y + dy)) continue;
      if (picture.at(x + dx, y + dy).text == text) return true;
    }
  }
  return false;
}

void draw_signs(GlyphGrid& picture, const PlotLayout& layout,
                const std::vector<PlacedSign>& signs) {
  for (const PlacedSign& placed : signs) {
    const int x = layout.left() + placed.column;
    const PlotSign& sign = placed.point->sign;
    if (touches_same(picture, x, placed.row, sign.text)) continue;
    picture.set(x, placed.row, std::string(sign.text), sign.ink);
  }
}

// ---- limits -------------------------------------------------------------------------------------

// Whether nothing is there, or the lines of limits at most.
enum class Covering { kNothing, kLimits };
bool is_free(const GlyphGrid& picture, int x, int y, int width, Covering covering) {
  for (int i = 0; i < width; ++i) {
    if (!picture.contains(x + i, y)) return false;
    const std::string& text = picture.at(x + i, y).text;
    const bool limit = text == kAcross || text == kUpright;
    if (text != " " && !(limit && covering == Covering::kLimits)) return false;
  }
  return true;
}

// In the first row that has room for it at one of `starts`, at best where it covers nothing at all;
// nowhere if it would cover points.
void write_where_free(GlyphGrid& picture, const PlotLayout& layout, const std::vector<int>& starts,
                      const std::string& text, Tone tone) {
  const int width = display_width(text);
  for (const Covering covering : {Covering::kNothing, Covering::kLimits}) {
    for (int row = 0; row < layout.rows; ++row) {
      for (const int start : starts) {
        const bool fits = start >= layout.left() && is_free(picture, start, row, width, covering);
        if (!fits) continue;
        picture.write(start, row, text, tone);
        return;
      }
    }
  }
}

void draw_x_limit(GlyphGrid& picture, const PlotLayout& layout, const PlotLimit& limit) {
  const double position = layout.x.position(limit.at);
  if (!(position >= 0)) return;
  const int width = display_width(limit.label);
  if (position > 1) {
    const int end = layout.left() + layout.columns;
    write_where_free(picture, layout, {end - width - 2}, limit.label + " ▸", limit.tone);
    return;
  }
  const int column = layout.left() + column_of(layout, limit.at);
  for (int row = 0; row < layout.rows; ++row) {
    if (is_free(picture, column, row, 1, Covering::kLimits))
      picture.set(column, row, kUpright, limit.tone);
  }
  write_where_free(picture, layout, {column + 2, column - 1 - width}, limit.label, limit.tone);
}

void draw_y_limit(GlyphGrid& picture, const PlotLayout& layout, const PlotLimit& limit) {
  if (!is_inside(layout.y, limit.at)) return;
  const int row = row_of(layout, limit.at);
  for (int column = 0; column < layout.columns; ++column) {
    const int x = layout.left() + column;
    if (is_free(picture, x, row, 1, Covering::kLimits)) picture.set(x, row, kAcross, limit.tone);
  }
  const int width = display_width(limit.label) + 2;
  for (int x = layout.left() + 1; x + width <= layout.left() + layout.columns; ++x) {
    if (!is_free(picture, x, row, width, Covering::kLimits)) continue;
    picture.write(x, row, " " + limit.label + " ", limit.tone);
    return;
  }
}

// Beside the sign, else a line below or above, to the side that a rising curve leaves free.
void draw_label(GlyphGrid& picture, const PlotLayout& layout, const PlacedSign& placed) {
  const std::string& label = placed.point->label;
  const int width = display_width(label);
  if (width == 0) return;
  const int x = layout.left() + placed.column;
  const int right = x + 2;
  const int left = x - 1 - width;
  const int edge = layout.left() + layout.columns - width;
  struct Start {
    int x;
    int row;
  };
  for (const Start start :
       {Start{right, placed.row}, Start{left, placed.row}, Start{right, placed.row + 1},
        Start{left, placed.row - 1}, Start{right, placed.row - 1}, Start{left, placed.row + 1},
        Start{edge, placed.row + 1}, Start{edge, placed.row - 1}}) {
    // With the cell between it and the sign, and not over the axes.
    const int first = start.x == left ? left : start.x - 1;
    if (first < layout.left() || start.row < 0 || start.row >= layout.rows) continue;
    if (!is_free(picture, first, start.row, width + 1, Covering::kNothing)) continue;
    picture.write(start.x, start.row, label, placed.point->sign.ink);
    return;
  }
}

}  // namespace

GlyphGrid draw_plot(const Plot& plot, const PlotLayout& layout, Size size) {
  GlyphGrid picture(size);
  draw_dots(picture, plot, layout);
  auto signs = placed_signs(plot, layout);
  draw_signs(picture, layout, signs);
  for (const auto& limit : plot.y_limits) draw_y_limit(picture, layout, limit);
  for (const auto& limit : plot.x_limits) draw_x_limit(picture, layout, limit);
  std::reverse(signs.begin(), signs.end());  // the highest ones find room first
  for (const auto& placed : signs) draw_label(picture, layout, placed);
  draw_y_axis(picture, layout);
  draw_x_axis(picture, layout);
  return picture;
}

void add_reading(GlyphGrid& picture, const Plot& plot, const PlotLayout& layout, ScreenCell cell) {
  const auto nearest = nearest_point(plot, layout, cell);
  if (!nearest) return;
  const PlotPoint& point = plot.series[nearest->series].points[nearest->point];
  if (is_inside(layout.x, point.x) && is_inside(layout.y, point.y)) {
    picture.invert(layout.left() + column_of(layout, point.x), row_of(layout, point.y));
  }
  if (!plot.reading) return;
  const std::string text = clip(" " + plot.reading(*nearest) + " ", layout.columns);
  const int row = cell.y < layout.rows / 2 ? layout.rows - 1 : 0;
  picture.write(layout.left() + layout.columns - display_width(text), row, text, Tone::kPlain,
                true);
}

}  // namespace fedwatt::viewer
