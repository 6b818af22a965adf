#include "figures_fields.h"
#include "frame.h"

namespace fedwatt::protocol {
namespace {

template <class Document>
tl::expected<Document, Error> decode_document(std::string_view json) {
  const JsonText text(json);
  if (text.error()) return tl::unexpected(*text.error());
  if (!text.root().IsObject()) {
    return tl::unexpected(Error{"malformed_document", "figures must be a JSON object", {}, {}});
  }
  Document document;
  Reader reader(text.root());
  fields(reader, document);
  if (reader.problem().empty()) return document;
  return tl::unexpected(Error{"invalid_document", reader.problem(), {}, {}});
}

}  // namespace

std::string encode(const DetailedFigures& figures) { return encode_object(figures); }

std::string encode(const Comparison& comparison) { return encode_object(comparison); }

tl::expected<DetailedFigures, Error> decode_figures(std::string_view json) {
  return decode_document<DetailedFigures>(json);
}

tl::expected<Comparison, Error> decode_comparison(std::string_view json) {
  return decode_document<Comparison>(json);
}

}  // namespace fedwatt::protocol
