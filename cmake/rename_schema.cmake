# cmake -D FROM=... -D TO=... -P rename_schema.cmake: the schema in the namespace dcmobile.described_format, so that code generated from it can
# stand beside the runtime's.
file(READ "${FROM}" text)
string(REPLACE "namespace dcmobile.format;" "namespace dcmobile.described_format;" renamed "${text}")
if(renamed STREQUAL text)
  message(FATAL_ERROR "${FROM} is not in the namespace dcmobile.format")
endif()
file(WRITE "${TO}" "${renamed}")
