#include "transport/messages.h"

#include <cstring>
#include <type_traits>
#include <utility>

namespace fashion {
namespace {

class Writer {
 public:
  explicit Writer(std::uint8_t kind) : bytes_{kind} {}

  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void operator()(const Number& value) { append(&value, sizeof value); }

  template <typename Array>
  requires(!std::is_arithmetic_v<Array>) void operator()(const Array& values) {
    (*this)(static_cast<std::uint32_t>(values.size()));
    append(values.data(), values.size() * sizeof values[0]);
  }

  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  void append(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  std::vector<std::uint8_t> bytes_;
};

class Reader {
 public:
  explicit Reader(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void operator()(Number& value) { take(&value, sizeof value); }

  template <typename Array>
  requires(!std::is_arithmetic_v<Array>) void operator()(Array& values) {
    std::uint32_t count = 0;
    (*this)(count);
    // Before the memory is taken: a wrong count must not cost gigabytes.
    if (count > (bytes_.size() - at_) / sizeof values[0]) {
      ok_ = false;
      return;
    }
    values.resize(count);
    take(values.data(), count * sizeof values[0]);
  }

  bool ok_and_at_end() const { return ok_ && at_ == bytes_.size(); }

 private:
  void take(void* out, std::size_t size) {
    if (size > bytes_.size() - at_) {
      ok_ = false;
      return;
    }
    if (size > 0) std::memcpy(out, bytes_.data() + at_, size);
    at_ += size;
  }

  const std::vector<std::uint8_t>& bytes_;
  std::size_t at_ = 1;  // after the kind
  bool ok_ = true;
};

// Visits the fields of a message, for writing and for reading alike.
template <typename Visitor, typename MessageType>
void for_each_field(Visitor& visit, MessageType& message) {
  using Type = std::remove_const_t<MessageType>;
  if constexpr (std::is_same_v<Type, Join>) {
    visit(message.worker);
    visit(message.shard);
  } else if constexpr (std::is_same_v<Type, Assignment>) {
    auto& it = message.hyperparameters;
    visit(it.rounds);
    visit(it.shards);
    visit(it.hidden);
    visit(it.local_epochs);
    visit(it.batch_size);
    visit(it.learning_rate);
    visit(it.concentration);
    visit(it.seed);
  } else if constexpr (std::is_same_v<Type, Train>) {
    visit(message.round);
    visit(message.weights);
  } else if constexpr (std::is_same_v<Type, Update>) {
    visit(message.round);
    visit(message.num_examples);
    visit(message.weights);
  } else {
    visit(message.reason);
  }
}

template <std::size_t Kind = 0>
Message make_message(std::size_t wanted) {
  if constexpr (Kind + 1 < std::variant_size_v<Message>) {
    if (wanted != Kind) return make_message<Kind + 1>(wanted);
  }
  return Message(std::in_place_index<Kind>);
}

}  // namespace

std::vector<std::uint8_t> encode(const Message& message) {
  Writer writer(static_cast<std::uint8_t>(message.index()));
  std::visit([&writer](const auto& fields) { for_each_field(writer, fields); }, message);
  return writer.take();
}

tl::expected<Message, std::string> decode(const std::vector<std::uint8_t>& bytes) {
  if (bytes.empty() || bytes[0] >= std::variant_size_v<Message>) {
    return tl::unexpected<std::string>("a message of an unknown kind");
  }
  Message message = make_message(bytes[0]);
  Reader reader(bytes);
  std::visit([&reader](auto& fields) { for_each_field(reader, fields); }, message);
  if (!reader.ok_and_at_end()) {
    return tl::unexpected<std::string>("a message that is shorter or longer than it says");
  }
  return message;
}

}  // namespace fashion
