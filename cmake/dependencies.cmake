# Libraries, all from Debian; docs/dependencies.md says what each is for.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(BZip2 REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
add_library(plexus_sodium ALIAS PkgConfig::SODIUM)

if(NOT PLEXUS_CORE_ONLY)
  find_package(spdlog REQUIRED)
  # Only its core: the registry's types and the text format. Its exposer cannot answer /healthz and /readyz.
  find_package(prometheus-cpp REQUIRED)

  find_path(CAF_INCLUDE caf/all.hpp REQUIRED)
  find_library(CAF_CORE caf_core REQUIRED)
  add_library(plexus_caf INTERFACE)
  target_include_directories(plexus_caf SYSTEM INTERFACE ${CAF_INCLUDE})
  target_link_libraries(plexus_caf INTERFACE ${CAF_CORE})
  # CAF 0.17 binds the empty argument list of an actor's function through a null pointer; the address sanitizer still
  # sees whoever reads one.
  if(PLEXUS_SANITIZE MATCHES undefined)
    target_compile_options(plexus_caf INTERFACE -fno-sanitize=null)
  endif()

  find_package(Boost 1.81 REQUIRED)
  add_library(plexus_asio INTERFACE)
  target_link_libraries(plexus_asio INTERFACE Boost::headers Threads::Threads)
  target_compile_definitions(plexus_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_EPOLL_TIMERFD=0)

  # Debian 12's libmsgpack-cxx-dev conflicts with libboost1.81-dev, so its headers may lie in a prefix of the build's own.
  find_path(MSGPACK_INCLUDE msgpack.hpp HINTS ${PROJECT_SOURCE_DIR}/.deps/usr/include REQUIRED)
  add_library(plexus_msgpack INTERFACE)
  target_include_directories(plexus_msgpack SYSTEM INTERFACE ${MSGPACK_INCLUDE})
  target_compile_definitions(plexus_msgpack INTERFACE MSGPACK_NO_BOOST)
endif()
