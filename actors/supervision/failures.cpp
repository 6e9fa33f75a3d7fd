#include "actors/supervision/failures.hpp"

#include "actors/log.hpp"

namespace plexus {

caf::error report_failure(const char* actor, std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    log(log_level::error, "The actor \"{}\" ends because of an error: {}", actor, e.what());
  } catch (...) {
    log(log_level::error, "The actor \"{}\" ends because of an error without description", actor);
  }
  return caf::sec::runtime_error;
}

}  // namespace plexus
