#include "core/status.h"

#include <gtest/gtest.h>

#include <string>

#include "core/utf8.h"

namespace dcm {
namespace {

TEST(Status, StartsAsSuccess) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), DCM_OK);
  EXPECT_STREQ(status.text(), "");
}

TEST(Status, CarriesCodeAndTextThroughCopies) {
  const Status status = Status::error(DCM_FILE_INDEX, "chunk %d of %s", 3, "fc1");
  Status copy;
  copy = status;
  EXPECT_EQ(copy.code(), DCM_FILE_INDEX);
  EXPECT_STREQ(copy.text(), "chunk 3 of fc1");
  copy = Status();
  EXPECT_TRUE(copy.ok());
  EXPECT_STREQ(copy.text(), "");
}

TEST(Status, InPutsTheWhereInFront) {
  EXPECT_STREQ(Status::error(DCM_FILE_INDEX, "bad").in("chunk %u", 7u).in("weight %u", 2u).text(),
               "weight 2: chunk 7: bad");
  EXPECT_EQ(Status::error(DCM_FILE_INDEX, "bad").in("x").code(), DCM_FILE_INDEX);
  EXPECT_TRUE(Status().in("weight %u", 2u).ok());
}

TEST(Status, TextStaysOneLineOfUtf8) {
  EXPECT_STREQ(Status::error(DCM_FILE_IO, "%s", "a\nb\tc\x7F").text(), "a?b?c?");
  EXPECT_STREQ(Status::error(DCM_FILE_IO, "%s",
                             "gr\xC3\xB6\xC3\x9F"
                             "er")
                   .text(),
               "gr\xC3\xB6\xC3\x9F"
               "er");
  EXPECT_STREQ(Status::error(DCM_FILE_IO, "%s",
                             "a\xFF"
                             "b\xC3")
                   .text(),
               "a?b?");
}

TEST(Status, LongTextIsCutBetweenCharacters) {
  for (size_t lead = 0; lead < 4; ++lead) {
    std::string text(lead, 'x');
    while (text.size() < 400) text += "\xE2\x82\xAC";  // a euro sign
    const std::string cut = Status::error(DCM_FILE_IO, "%s", text.c_str()).text();
    EXPECT_LE(cut.size(), sizeof(dcm_error::text) - 1);
    EXPECT_GE(cut.size(), sizeof(dcm_error::text) - 4);
    EXPECT_TRUE(is_text(cut.data(), cut.size())) << lead;
  }
}

TEST(Result, HoldsOneOrTheOther) {
  const Result<int> good = 5;
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(good.value(), 5);
  const Result<int> bad = Status::error(DCM_FILE_IO, "no");
  EXPECT_FALSE(bad.ok());
  EXPECT_STREQ(bad.status().text(), "no");
}

TEST(Utf8, KnowsValidText) {
  for (const std::string good :
       {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_text(good.data(), good.size()));
}

TEST(Utf8, RefusesInvalidText) {
  const std::string bad[] = {std::string(1, '\0'),
                             "\x80",
                             "\xC0\x80",
                             "\xC1\xBF",
                             "\xC3",
                             "\xC3(",
                             "\xE0\x9F\xBF",
                             "\xED\xA0\x80",
                             "\xE2\x82",
                             "\xF0\x8F\xBF\xBF",
                             "\xF4\x90\x80\x80",
                             "\xF5\x80\x80\x80",
                             "\xF0\x90\x80",
                             "\xFE"};
  for (const std::string& text : bad) EXPECT_FALSE(is_text(text.data(), text.size())) << text;
}

}  // namespace
}  // namespace dcm
