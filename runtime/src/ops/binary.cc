// Functions of two elements, broadcast against each other.
#include "ops/broadcast.h"
#include "ops/op_rule.h"

namespace dcm {
namespace {

template <typename Table>
Status parse(const fb::Op& from, Op* op) {
  return parse_activation(from.attributes_as<Table>()->activation(), op);
}

Status parse_nothing(const fb::Op&, Op*) {
  return {};
}

Status infer(const Site& site, Op*, Shape* output) {
  return broadcast(site.input(0), site.input(1), output);
}

constexpr OpRule rule(const char* type, Status (*parse)(const fb::Op&, Op*) = parse_nothing) {
  return {type, {2, 2}, 1, {}, Makes::kNew, parse, infer, nullptr};
}

}  // namespace

const OpRule kAddRule = rule("Add", parse<fb::Add>);
const OpRule kSubtractRule = rule("Subtract", parse<fb::Subtract>);
const OpRule kMultiplyRule = rule("Multiply", parse<fb::Multiply>);
const OpRule kDivideRule = rule("Divide", parse<fb::Divide>);
const OpRule kMinimumRule = rule("Minimum");
const OpRule kMaximumRule = rule("Maximum");
const OpRule kPowerRule = rule("Power");

}  // namespace dcm
