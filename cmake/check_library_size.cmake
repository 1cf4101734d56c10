# cmake -D LIBRARY=... -D STRIP=... -D MOST_BYTES=... -P check_library_size.cmake: fails if the library without its symbols is larger.
set(stripped "${LIBRARY}.stripped-${MOST_BYTES}")  # tests run side by side
execute_process(COMMAND "${STRIP}" -o "${stripped}" "${LIBRARY}" COMMAND_ERROR_IS_FATAL ANY)
file(SIZE "${stripped}" bytes)
file(REMOVE "${stripped}")
if(bytes GREATER MOST_BYTES)
  message(FATAL_ERROR "${LIBRARY} has ${bytes} bytes without symbols, at most ${MOST_BYTES} are allowed")
endif()
message(STATUS "${bytes} bytes of at most ${MOST_BYTES}")
