#include "frame.h"
#include "shared_fields.h"

namespace fedwatt::protocol {
namespace {

std::string not_known(const std::string& field, const Writer::Json& known) {
  std::string names;
  for (const auto& [name, value] : known.items()) names += (names.empty() ? "" : ", ") + name;
  return quotable(field, 200) + " is not known here; known are: " + names;
}

// What is wrong with a field in `object` that `known` has not; empty if there is none. `path`
// stands before the field's name.
std::string unknown_field(const nlohmann::json& object, const Writer::Json& known,
                          const std::string& path = {}) {
  for (const auto& [key, value] : object.items()) {
    const std::string field = path + key;
    const auto found = known.find(key);
    if (found == known.end()) return not_known(field, known);
    if (!value.is_object() || !found->is_object()) continue;
    if (auto inner = unknown_field(value, *found, field + "."); !inner.empty()) return inner;
  }
  return {};
}

Writer::Json to_json(const Policies& policies) {
  Writer::Json object = Writer::Json::object();
  Writer writer(object);
  fields(writer, policies);
  return object;
}

Error invalid(const std::string& what) { return {"invalid_policy", what, {}, {}}; }

}  // namespace

std::string encode(const Policies& policies) { return to_json(policies).dump(); }

tl::expected<Policies, Error> decode_policies(std::string_view json) {
  const auto object = parse_json(json);
  if (!object) return tl::unexpected(object.error());
  if (!object->is_object()) return tl::unexpected(invalid("policies must be a JSON object"));
  Policies policies;
  Reader reader(*object);
  fields(reader, policies);
  // A name that is misspelt is what is wrong, rather than the field that is missed for it.
  if (const auto problem = unknown_field(*object, to_json(policies)); !problem.empty()) {
    return tl::unexpected(invalid(problem));
  }
  if (!reader.problem().empty()) return tl::unexpected(invalid(reader.problem()));
  return policies;
}

}  // namespace fedwatt::protocol
