// A request and its answer, between the HTTP server's thread and whoever answers.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace plexus {

struct http_answer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> body;
};

struct http_request {
  std::string path;  ///< without the query
  /// Any thread. The first call counts.
  std::function<void(http_answer)> reply;
};
using http_request_ptr = std::shared_ptr<const http_request>;

}  // namespace plexus
