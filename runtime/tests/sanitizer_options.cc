// Read by AddressSanitizer, where it is there: an allocation that cannot succeed returns null, as without it.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1";
}
