#include "figures_fields.h"
#include "frame.h"

namespace fedwatt::protocol {
namespace {

template <class Document>
std::string encode_document(const Document& document) {
  Writer::Json object = Writer::Json::object();
  Writer writer(object);
  fields(writer, document);
  return object.dump(-1, ' ', false, Writer::Json::error_handler_t::replace);
}

template <class Document>
tl::expected<Document, Error> decode_document(std::string_view json) {
  const auto object = parse_json(json);
  if (!object) return tl::unexpected(object.error());
  if (!object->is_object()) {
    return tl::unexpected(Error{"malformed_document", "figures must be a JSON object", {}, {}});
  }
  Document document;
  Reader reader(*object);
  fields(reader, document);
  if (reader.problem().empty()) return document;
  return tl::unexpected(Error{"invalid_document", reader.problem(), {}, {}});
}

}  // namespace

std::string encode(const DetailedFigures& figures) { return encode_document(figures); }

std::string encode(const Comparison& comparison) { return encode_document(comparison); }

tl::expected<DetailedFigures, Error> decode_figures(std::string_view json) {
  return decode_document<DetailedFigures>(json);
}

tl::expected<Comparison, Error> decode_comparison(std::string_view json) {
  return decode_document<Comparison>(json);
}

}  // namespace fedwatt::protocol
