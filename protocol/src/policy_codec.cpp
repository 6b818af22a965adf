#include "frame.h"
#include "shared_fields.h"

namespace fedwatt::protocol {
namespace {

std::string not_known(const std::string& field, const Json& known) {
  std::string names;
  for (const auto& [name, value] : known.GetObject()) {
    names += (names.empty() ? "" : ", ") + std::string(text_of(name));
  }
  return quotable(field, 200) + " is not known here; known are: " + names;
}

// What is wrong with a field in `object` that `known` has not; empty if there is none. `path`
// stands before the field's name.
std::string unknown_field(const Json& object, const Json& known, const std::string& path = {}) {
  for (const auto& [key, value] : object.GetObject()) {
    const std::string field = path + std::string(text_of(key));
    const auto found = known.FindMember(key);
    if (found == known.MemberEnd()) return not_known(field, known);
    if (!value.IsObject() || !found->value.IsObject()) continue;
    if (auto inner = unknown_field(value, found->value, field + "."); !inner.empty()) return inner;
  }
  return {};
}

Error invalid(const std::string& what) { return {"invalid_policy", what, {}, {}}; }

}  // namespace

std::string encode(const Policies& policies) { return encode_object(policies); }

tl::expected<Policies, Error> decode_policies(std::string_view json) {
  const JsonText text(json);
  if (text.error()) return tl::unexpected(*text.error());
  const Json& object = text.root();
  if (!object.IsObject()) return tl::unexpected(invalid("policies must be a JSON object"));
  Policies policies;
  Reader reader(object);
  fields(reader, policies);
  // A name that is misspelt is what is wrong, rather than the field that is missed for it.
  const JsonText known(encode(policies));
  if (const auto problem = unknown_field(object, known.root()); !problem.empty()) {
    return tl::unexpected(invalid(problem));
  }
  if (!reader.problem().empty()) return tl::unexpected(invalid(reader.problem()));
  return policies;
}

}  // namespace fedwatt::protocol
