// JSON as RFC 8259 has it.
#include "json_writer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bench {
namespace {

TEST(JsonWriter, ObjectsArraysAndValues) {
  JsonWriter json;
  json.begin_object();
  json.add("text", "a");
  json.add("count", uint64_t{18446744073709551615u});
  json.add("number", 0.1);
  json.begin_array("list");
  json.begin_object();
  json.add("x", 1u);
  json.end_object();
  json.begin_object();
  json.end_object();
  json.end_array();
  json.begin_array("empty");
  json.end_array();
  json.end_object();
  EXPECT_EQ(json.text(),
            "{\n  \"text\": \"a\",\n  \"count\": 18446744073709551615,\n  \"number\": 0.1,\n  \"list\": [\n    {\n"
            "      \"x\": 1\n    },\n    {}\n  ],\n  \"empty\": []\n}\n");
}

TEST(JsonWriter, EscapesText) {
  JsonWriter json;
  json.begin_object();
  json.add("quo\"te", "back\\slash \n\x01 caf\xC3\xA9");
  json.end_object();
  EXPECT_EQ(json.text(), "{\n  \"quo\\\"te\": \"back\\\\slash \\u000a\\u0001 caf\xC3\xA9\"\n}\n");
}

TEST(JsonWriter, NumbersThatJsonHasNot) {
  JsonWriter json;
  json.begin_object();
  json.add("a", std::nan(""));
  json.add("b", HUGE_VAL);
  json.end_object();
  EXPECT_EQ(json.text(), "{\n  \"a\": null,\n  \"b\": null\n}\n");
}

}  // namespace
}  // namespace bench
