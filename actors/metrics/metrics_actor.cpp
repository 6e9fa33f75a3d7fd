#include "actors/metrics/metrics_actor.hpp"

#include "actors/clock.hpp"
#include "actors/interfaces/tcp.hpp"
#include "actors/log.hpp"
#include "actors/metrics/http_server.hpp"
#include "actors/metrics/node_figures.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <netinet/in.h>
#include <sys/socket.h>

namespace plexus {
namespace {

/// What was gathered is good for so long.
constexpr std::chrono::seconds text_life{1};
/// Whoever has not answered by then is left out.
constexpr std::chrono::seconds answer_time{2};
constexpr std::chrono::seconds health_answer_time{1};
constexpr std::chrono::seconds listen_wait_first{1}, listen_wait_max{60};

struct metrics_state {
  explicit metrics_state(metrics_actor::base*) {}

  const char* name = "metrics";
  metrics_config config;
  io_pool* pool = nullptr;
  metrics_sources sources;
  std::uint64_t restarts = 0;

  std::unique_ptr<http_server> server;
  std::uint16_t port = 0;
  duration listen_wait = listen_wait_first;

  shard_ledger shards;
  std::shared_ptr<const std::string> text;
  instant text_at{};
  std::vector<http_request_ptr> waiting;  ///< for the text that is being gathered; bounded by the server's connections
};

using self_ptr = metrics_actor::stateful_pointer<metrics_state>;

std::uint16_t port_of(int descriptor) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
    return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

void listen(self_ptr self) {
  auto& s = self->state;
  try {
    listen_settings wish;
    wish.address = s.config.address;
    wish.port = s.config.port;
    const auto address = resolve_listen_address(wish);
    const int descriptor = open_listener(address, {});
    s.port = port_of(descriptor);
    // Without an execution unit the request wakes this actor on the scheduler.
    const auto on_request = [owner = metrics_actor(self)](http_request_ptr asked) { caf::anon_send(owner, asked); };
    s.server = std::make_unique<http_server>(s.pool->next(), descriptor, address.host.find(':') != std::string::npos,
                                             on_request);
    log(log_level::verbose, "Metrics are served at {} port {}", address.host, s.port);
  } catch (const std::exception& e) {
    log(log_level::warning, "Metrics are not served: {}; the next attempt is in {:.0f} s", e.what(),
        seconds_of(s.listen_wait));
    self->delayed_send(self, s.listen_wait, connect_atom::value);
    s.listen_wait = std::min<duration>(s.listen_wait * 2, listen_wait_max);
  }
}

http_answer sentence(unsigned status, std::string_view text) {
  http_answer answer;
  answer.status = status;
  answer.body = std::make_shared<const std::string>(std::string(text) + "\n");
  return answer;
}

http_answer answer_of(const std::shared_ptr<const std::string>& text) {
  http_answer answer;
  answer.content_type = exposition::content_type;
  answer.body = text;
  return answer;
}

/// One round of questions, and how many are still open.
struct gathering {
  node_figures figures;
  instant started = now();
  unsigned open = 1;
};

void close_one(self_ptr self, const std::shared_ptr<gathering>& round) {
  auto& s = self->state;
  if (--round->open > 0)
    return;
  round->figures.gathered_in = now() - round->started;
  s.text = std::make_shared<const std::string>(text_of(round->figures, s.shards));
  s.text_at = now();
  for (const auto& asked : std::exchange(s.waiting, {}))
    asked->reply(answer_of(s.text));
}

/// Asks `whom`; without an answer in time the figures stay as they are.
template <class Answer, class Whom, class Question, class Use>
void ask(self_ptr self, const std::shared_ptr<gathering>& round, const std::string& name, const Whom& whom,
         Question question, Use use) {
  ++round->open;
  self->request(whom, answer_time, question)
      .then(
          [=](const Answer& answer) {
            round->figures.note_answer(name, true);
            use(answer);
            close_one(self, round);
          },
          [=](const caf::error&) {
            round->figures.note_answer(name, false);
            close_one(self, round);
          });
}

void ask_shards(self_ptr self, const std::shared_ptr<gathering>& round, const std::vector<shard_actor>& shards) {
  for (std::size_t i = 0; i < shards.size(); ++i)
    ask<shard_status>(self, round, "shard_" + std::to_string(i), shards[i], status_atom::value,
                      [self, i, life = shards[i].id()](const shard_status& status) {
                        self->state.shards.on_status(i, life, status);
                      });
}

void gather(self_ptr self) {
  auto& s = self->state;
  const auto round = std::make_shared<gathering>();
  auto& figures = round->figures;
  figures.restarts.emplace_back("metrics", s.restarts);
  figures.discovery = s.sources.discovery;
  ask<node_progress>(self, round, "root", s.sources.root, status_atom::value,
                     [&figures](const node_progress& progress) { figures.progress = progress; });
  ask<shard_started>(self, round, "router", s.sources.router, paths_atom::value,
                     [self, round](const shard_started& now_running) { ask_shards(self, round, now_running.shards); });
  ask<std::uint64_t>(self, round, "router", s.sources.router, status_atom::value,
                     [&figures](std::uint64_t restarts) { figures.restarts.emplace_back("router", restarts); });
  if (s.sources.storage)
    ask<storage_status>(self, round, "storage", s.sources.storage, status_atom::value,
                        [&figures](const storage_status& status) { figures.on_storage(status); });
  ask<interfaces_figures_ptr>(self, round, "interfaces", s.sources.interfaces, figures_atom::value,
                              [&figures](const interfaces_figures_ptr& all) {
                                figures.interfaces = all;
                                figures.restarts.emplace_back("interfaces", all->restarts);
                              });
  close_one(self, round);
}

void on_scrape(self_ptr self, const http_request_ptr& asked) {
  auto& s = self->state;
  if (s.text && now() - s.text_at < text_life)
    return asked->reply(answer_of(s.text));
  s.waiting.push_back(asked);
  if (s.waiting.size() == 1)
    gather(self);
}

void on_health(self_ptr self, const http_request_ptr& asked, bool readiness) {
  self->request(self->state.sources.root, health_answer_time, status_atom::value)
      .then(
          [asked, readiness](const node_progress& progress) {
            const auto reason = readiness ? progress.reason_not_ready() : std::string_view{};
            asked->reply(reason.empty() ? sentence(200, "ok") : sentence(503, reason));
          },
          [asked](const caf::error&) { asked->reply(sentence(503, "the root supervisor does not answer")); });
}

void on_request(self_ptr self, const http_request_ptr& asked) {
  if (asked->path == "/metrics")
    return on_scrape(self, asked);
  if (asked->path == "/healthz" || asked->path == "/readyz")
    return on_health(self, asked, asked->path == "/readyz");
  asked->reply(sentence(404, "here are /metrics, /healthz and /readyz"));
}

metrics_actor::behavior_type metrics_behavior(self_ptr self, const metrics_config& config, io_pool* pool,
                                              const metrics_sources& sources, std::uint64_t restarts) {
  auto& s = self->state;
  end_on_exception(self);
  s.config = config;
  s.pool = pool;
  s.sources = sources;
  s.restarts = restarts;
  listen(self);
  return {
      [self](const http_request_ptr& asked) { on_request(self, asked); },
      [self](connect_atom) { listen(self); },
      [&s](find_atom) { return s.port; },
  };
}

}  // namespace

metrics_actor spawn_metrics_actor(caf::actor_system& system, const metrics_config& config, io_pool& pool,
                                  const metrics_sources& sources, std::uint64_t restarts) {
  return system.spawn(metrics_behavior, config, &pool, sources, restarts);
}

}  // namespace plexus
