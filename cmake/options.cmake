# Warnings, sanitizers and coverage, as one interface target that every room links.
add_library(plexus_options INTERFACE)
target_include_directories(plexus_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(plexus_options INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wcast-align -fno-strict-aliasing)
# GCC 12, at -O3, warns of overlapping, endless and uninitialised copies inside its own std::string and std::optional
# (its bugs 105651 and 105562).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(plexus_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
                                                  -Wno-maybe-uninitialized)
endif()
# Clang warns of a function that libstdc++ itself still uses for its stable_sort.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(plexus_options INTERFACE -Wno-deprecated-declarations)
endif()
# What the metrics say of the sources; empty trees and archives have no revision.
execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE PLEXUS_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE no_revision)
if(no_revision)
  set(PLEXUS_REVISION unknown)
endif()
if(PLEXUS_SANITIZE)
  target_compile_options(plexus_options INTERFACE -fsanitize=${PLEXUS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(plexus_options INTERFACE -fsanitize=${PLEXUS_SANITIZE})
endif()
# The thread sanitizer knows no fences; Asio does without them where it is told to, and locks order the same.
if(PLEXUS_SANITIZE MATCHES thread)
  target_compile_options(plexus_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  target_compile_definitions(plexus_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
if(PLEXUS_COVERAGE)
  target_compile_options(plexus_options INTERFACE --coverage -O0)
  target_link_options(plexus_options INTERFACE --coverage)
endif()
find_program(PLEXUS_CCACHE ccache)
if(PLEXUS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${PLEXUS_CCACHE})
endif()
