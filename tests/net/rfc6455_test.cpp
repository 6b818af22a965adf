#include "net/rfc6455.h"

#include <gtest/gtest.h>

namespace fedwatt::net {
namespace {

TEST(Rfc6455, AKeyIsSixteenBytesInBase64) {
  EXPECT_TRUE(is_handshake_key("dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_TRUE(is_handshake_key("++//++//++//++//++//++=="));
  for (const auto* key :
       {"", "==", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQAA", "dGhlIHNhbXBsZSBub25jZQA=",
        "dGhlIHNhbXBsZSBub25jZ\n==", "dGhlIHNhbXBsZSBub25jZQ==\n", "!!!!!!!!!!!!!!!!!!!!!!=="}) {
    EXPECT_FALSE(is_handshake_key(key)) << key;
  }
}

TEST(Rfc6455, ATextEndsInsideACharacterIfBytesOfItAreMissing) {
  for (const auto* whole : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9d\x84\x9e", "a\xc3\xa9"}) {
    EXPECT_FALSE(ends_inside_character(whole)) << whole;
  }
  for (const auto* torn : {"\xc3", "\xe2", "\xe2\x82", "\xf0", "\xf0\x9d", "\xf0\x9d\x84", "a\xc3",
                           "\xe2\x82\xac\xf0\x9d\x84"}) {
    EXPECT_TRUE(ends_inside_character(torn)) << torn;
  }
}

}  // namespace
}  // namespace fedwatt::net
