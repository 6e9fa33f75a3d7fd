// A handler that throws ends its actor, never the process; the supervisor hears of it as an error.
#pragma once

#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace plexus {

/// Logs what was thrown under the actor's name and gives the error that the actor ends with.
caf::error report_failure(const char* actor, std::exception_ptr& thrown);

template <class Self>
void end_on_exception(Self* self) {
  self->set_exception_handler(
      [self](caf::scheduled_actor*, std::exception_ptr& thrown) { return report_failure(self->name(), thrown); });
}

}  // namespace plexus
