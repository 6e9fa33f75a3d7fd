#include "actors/api/node.hpp"

#include "actors/api/internal/engine.hpp"
#include "actors/interfaces/local_instance.hpp"
#include "actors/log.hpp"
#include "actors/node_identity.hpp"
#include "actors/supervision/failures.hpp"
#include "actors/system_random.hpp"
#include "storage/config/config_directory.hpp"
#include "storage/state/file_access.hpp"
#include "transport/control/mac.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"

namespace plexus::api {
namespace {

struct application_state {
  explicit application_state(application_actor::base*) {}
  ~application_state() {
    if (of)
      of->end();
  }

  const char* name = "application";
  std::shared_ptr<engine> of;
};

using started_ptr = std::shared_ptr<std::promise<std::thread::id>>;

application_actor::behavior_type application_behavior(application_actor::stateful_pointer<application_state> self,
                                                      const std::shared_ptr<engine>& of,
                                                      const endpoints_actor& endpoints, const started_ptr& started) {
  end_on_exception(self);
  self->state.of = of;
  of->self = self;
  of->endpoints = endpoints;
  started->set_value(std::this_thread::get_id());
  auto& e = *of;
  return {
      [&e](const link_news_ptr& news) { e.on_news(*news); },
      [&e](const packets_received& packets) { e.on_packets(*packets); },
      [&e](const announces_learned_ptr& learned) { e.on_announces(*learned); },
      [](const job& work) { (*work)(); },
  };
}

std::string config_text(const node_options& options) {
  std::string text = "[reticulum]\n";
  if (!options.reticulum.contains("share_instance"))
    text += "  share_instance = No\n";
  for (const auto& [key, content] : options.reticulum)
    text += "  " + key + " = " + content + "\n";
  text += "[interfaces]\n";
  for (const auto& one : options.interfaces) {
    text += "  [[" + one.name + "]]\n    type = " + one.type + "\n    enabled = Yes\n";
    for (const auto& [key, content] : one.keys)
      text += "    " + key + " = " + content + "\n";
  }
  return text;
}

node_setup setup_of(const node_options& options) {
  node_setup setup;
  system_random random;
  if (options.directory)
    setup.config_directory = expand_home(options.directory->string(), home_directory());
  setup.config = options.directory ? load_or_create_config(setup.config_directory).node
                                   : read_node_config(config_text(options), "node_options");
  setup.config.metrics.enabled = false;
  auto& reticulum = setup.config.reticulum;
  const bool may_attach =
      options.role == instance_role::client || (options.role == instance_role::automatic && reticulum.share_instance);
  setup.on_shared_instance = may_attach && local_instance_runs(reticulum);
  if (options.role == instance_role::client && !setup.on_shared_instance)
    throw std::runtime_error("no shared instance \"" + reticulum.instance_name + "\" is running");
  if (setup.on_shared_instance)
    reticulum.enable_transport = false;
  if (options.directory && !setup.on_shared_instance) {
    setup.state = state_directory(setup.config_directory);
    if (const auto failed = setup.state->prepare())
      throw std::system_error(failed, setup.config_directory.string());
    const auto key = load_transport_key(*setup.state, random);
    setup.keys = wire_identity(key, reticulum, random);
    setup.network = network_identity(reticulum, random);
    setup.rpc_key = reticulum.rpc_key.value_or(rpc_key_of_identity(key.bytes()));
  } else {
    const auto fresh = std::make_shared<const identity>(identity::generate(random));
    setup.identity = rename<transport_id>(fresh->hash());
    if (!setup.on_shared_instance)
      setup.keys = fresh;
    const auto key = private_key::from(fresh->secret().bytes());
    setup.rpc_key = reticulum.rpc_key.value_or(rpc_key_of_identity(key.bytes()));
  }
  if (setup.keys)
    setup.identity = rename<transport_id>(setup.keys->hash());
  setup.hash_secret = random.number();
  setup.jitter_seed = random.number();
  return setup;
}

void log_once(int level) {
  static const bool begun = [level] {
    log_settings settings;
    settings.level = static_cast<log_level>(std::clamp(level, 0, 8));
    settings.to_stderr = true;
    start_logging(settings);
    return true;
  }();
  (void)begun;
}

std::shared_ptr<engine> launch(const node_options& options) {
  log_once(options.log_level);
  auto of = std::make_shared<engine>();
  auto life = std::make_shared<running>();
  auto setup = setup_of(options);
  of->on_shared_instance = setup.on_shared_instance;
  life->core = std::make_unique<plexus::node>(std::move(setup));
  life->core->start_interfaces();
  life->core->wait_for_interfaces(options.connect_wait);
  life->core->start_control_socket();
  life->endpoints = life->core->endpoints();
  const auto started = std::make_shared<std::promise<std::thread::id>>();
  auto thread = started->get_future();
  life->application = life->core->system().spawn<caf::detached>(application_behavior, of, life->endpoints, started);
  life->thread = thread.get();
  caf::anon_send(life->endpoints, announce_listener(life->application));
  of->alive.store(life);
  return of;
}

error problem(const node_options& options, const std::string& text, error e) {
  if (options.problem)
    *options.problem = text;
  return e;
}

error error_of(parse_error e) {
  return e == parse_error::oversized ? error::too_large : error::bad_argument;
}

/// Sends a packet, and ends with its fate; `wanted` is what that has to be.
template <class T, class Then>
void transmit(engine& e, outgoing_packet what, const done_ptr<T>& done, Then then) {
  if (!e.self)
    return done->fail(error::stopped);
  e.self->request(e.endpoints, caf::infinite, std::make_shared<const outgoing_packet>(std::move(what)))
      .then([done, then](const packet_fate& fate) { done->finish(then(fate)); },
            [done](const caf::error&) { done->fail(error::failed); });
}

template <class T>
operation<T> failed(error e) {
  return operation<T>([e](const completion<T>& done) { done(unexpected(e)); });
}

operation<void> send_unproved(const std::shared_ptr<engine>& of, expected<octet_string> packet) {
  if (!packet)
    return failed<void>(error_of(packet.error()));
  return on_application_thread<void>(of, [packet = std::move(*packet)](engine& e, const done_ptr<void>& done) {
    transmit(e, {packet, {}, {}}, done, [](const packet_fate&) { return result<void>(); });
  });
}

}  // namespace

interface_wish tcp_server(std::string name, std::string host, std::uint16_t port) {
  return {
      std::move(name), "TCPServerInterface", {{"listen_ip", std::move(host)}, {"listen_port", std::to_string(port)}}};
}

interface_wish tcp_client(std::string name, std::string host, std::uint16_t port) {
  return {
      std::move(name), "TCPClientInterface", {{"target_host", std::move(host)}, {"target_port", std::to_string(port)}}};
}

result<std::unique_ptr<node>> node::start(node_options options) {
  try {
    return std::unique_ptr<node>(new node(launch(options)));
  } catch (const std::exception& e) {
    return unexpected(problem(options, e.what(), error::cannot_start));
  }
}

node::~node() {
  stop();
}

namespace {

/// What was posted before is done; a callback that does not come back is not waited for.
void end_application(running& life, engine& of) {
  caf::scoped_actor waiting{life.core->system()};
  waiting->monitor(life.application);
  const std::function<void()> last = [&of] {
    if (of.self)
      of.self->quit(caf::exit_reason::user_shutdown);
  };
  caf::anon_send(life.application, std::make_shared<const std::function<void()>>(last));
  waiting->receive(
      [](const caf::down_msg&) {},
      caf::after(std::chrono::seconds(5)) >> [&] { caf::anon_send_exit(life.application, caf::exit_reason::kill); });
  life.application = nullptr;
}

}  // namespace

void node::stop(std::chrono::milliseconds within) {
  const auto life = engine_->alive.exchange(nullptr);
  if (!life)
    return;
  end_application(*life, *engine_);
  life->endpoints = nullptr;
  life->core->stop(within);
}

bool node::on_shared_instance() const {
  return engine_->on_shared_instance;
}

void node::post(std::function<void()> what) const {
  engine_->post(std::move(what));
}

operation<void> node::sleep(duration time) const {
  return on_application_thread<void>(
      engine_, [time](engine& e, const done_ptr<void>& done) { e.after(time, [done] { done->finish({}); }); });
}

operation<destination> node::add_destination(destination_options options) const {
  if (options.name.empty() || (options.type == destination_type::group && !options.group))
    return failed<destination>(error::bad_argument);
  if (!options.owner && options.type != destination_type::plain)
    options.owner = new_identity();
  return on_application_thread<destination>(engine_, [o = std::move(options)](engine& e,
                                                                              const done_ptr<destination>& done) {
    if (!e.self)
      return done->fail(error::stopped);
    destination_record record;
    auto& spec = record.spec;
    spec.type = o.type;
    spec.owner = o.owner;
    spec.name = o.name;
    spec.group = o.group;
    spec.accepts_links = o.accepts_links && o.type == destination_type::single;
    spec.proofs = o.proofs;
    spec.app_data = o.app_data;
    spec.links.proofs = o.link_proofs;
    spec.links.resources = resource_strategy::accept_app;
    spec.links.request_size_max = o.request_size_max;
    if (o.ratchets)
      spec.ratchets = ratchet_settings{*o.ratchets, o.ratchets_retained, o.ratchet_interval, o.ratchets_enforced};
    spec.listener = e.self;
    const auto hash = spec.hash();
    if (!e.destinations.try_emplace(hash, std::move(record)).second)
      return done->fail(error::already_exists);
    e.self->request(e.endpoints, caf::infinite, std::make_shared<const destination_spec>(e.destinations.at(hash).spec))
        .then(
            [&e, hash, owner = o.owner, done](const registered& made) {
              if (made.problem.empty())
                return done->finish(destination(e.shared_from_this(), hash, owner));
              e.destinations.erase(hash);
              done->fail(error::file_error);
            },
            [done](const caf::error&) { done->fail(error::stopped); });
  });
}

subscription node::watch_announces(std::optional<std::string> name,
                                   std::function<void(const announce_heard&)> each) const {
  announce_watcher watcher{name ? std::optional(hash_name(*name)) : std::nullopt, std::move(each)};
  const auto number = std::make_shared<std::uint64_t>(0);
  engine_->post([e = engine_, watcher = std::move(watcher), number] {
    *number = ++e->numbers;
    e->watchers.emplace(*number, watcher);
  });
  return subscription(std::shared_ptr<void>(nullptr, [e = std::weak_ptr(engine_), number](void*) {
    if (const auto held = e.lock())
      held->post([held, number] { held->watchers.erase(*number); });
  }));
}

operation<peer> node::find(destination_hash destination, std::chrono::milliseconds timeout) const {
  return on_application_thread<peer>(engine_, [destination, timeout](engine& e, const done_ptr<peer>& done) {
    if (!e.self)
      return done->fail(error::stopped);
    e.search(destination, timeout, done);
  });
}

operation<link> node::connect(destination_hash destination, link_wish_options options) const {
  return on_application_thread<link>(engine_, [destination, options](engine& e, const done_ptr<link>& done) {
    if (!e.self)
      return done->fail(error::stopped);
    link_settings settings;
    settings.proofs = options.proofs;
    settings.resources = resource_strategy::accept_app;
    e.search(destination, options.path_timeout,
             std::make_shared<guarded<peer>>([&e, settings, done](result<peer> found) {
               if (!found)
                 return done->fail(found.error());
               if (!e.self)
                 return done->fail(error::stopped);
               e.open(*found, settings, done);
             }));
  });
}

operation<delivery> node::send(peer to, bytes data, std::optional<duration> timeout) const {
  system_random random;
  auto packet = make_single_packet(to.owner, to.destination, data, random, to.ratchet ? &*to.ratchet : nullptr);
  if (!packet)
    return failed<delivery>(error_of(packet.error()));
  outgoing_packet what{std::move(*packet), signing_key_of(to.owner.key()), timeout};
  return on_application_thread<delivery>(engine_, [what](engine& e, const done_ptr<delivery>& done) {
    transmit(e, what, done, [](const packet_fate& fate) {
      return fate.state == receipt_state::delivered ? result<delivery>(delivery{fate.rtt})
                                                    : result<delivery>(unexpected(error::undelivered));
    });
  });
}

operation<void> node::send_plain(std::string name, bytes data) const {
  return send_unproved(engine_, make_plain_packet(hash_destination(name), data));
}

operation<void> node::send_group(destination_hash to, group_key key, bytes data) const {
  system_random random;
  return send_unproved(engine_, make_group_packet(key, to, data, random));
}

void destination::announce(bytes app_data) const {
  if (engine_)
    engine_->post([e = engine_, hash = hash_, app_data = std::move(app_data)] {
      if (e->self)
        e->self->send(e->endpoints, announce_atom::value, hash, app_data);
    });
}

void destination::on_packet(std::function<void(packet_heard)> each) const {
  if (engine_)
    engine_->post([e = engine_, hash = hash_, each = std::move(each)] {
      if (const auto at = e->destinations.find(hash); at != e->destinations.end())
        at->second.on_packet = each;
    });
}

void destination::on_link(std::function<void(link)> each) const {
  if (engine_)
    engine_->post([e = engine_, hash = hash_, each = std::move(each)] {
      if (const auto at = e->destinations.find(hash); at != e->destinations.end())
        at->second.on_link = each;
    });
}

void destination::on_request(std::string path, request_handler handler, request_permission allow,
                             std::set<identity_hash> allowed) const {
  if (!engine_)
    return;
  engine_->post([e = engine_, hash = hash_, path = std::move(path), handler = std::move(handler), allow,
                 allowed = std::move(allowed)] {
    const auto at = e->destinations.find(hash);
    if (at == e->destinations.end() || !e->self)
      return;
    auto& record = at->second;
    record.handlers[path] = handler;
    record.policies[path] = {path, allow, allowed};
    auto registry = std::make_shared<request_registry>();
    for (const auto& [name, policy] : record.policies)
      registry->allow(policy);
    record.spec.links.requests = std::move(registry);
    e->register_again(record);
  });
}

void destination::close() const {
  if (engine_)
    engine_->post([e = engine_, hash = hash_] {
      if (e->self && e->destinations.erase(hash) > 0)
        e->self->send(e->endpoints, close_atom::value, hash);
    });
}

void packet_heard::prove() const {
  if (of)
    of->post([e = of, to = destination, packet = hash, from = arrived_on] {
      if (e->self)
        e->self->send(e->endpoints, prove_atom::value, to, packet, from);
    });
}

result<std::shared_ptr<const identity>> load_identity(const std::filesystem::path& file) {
  std::error_code failed;
  const auto content = file_contents::read(file, failed);
  if (failed)
    return unexpected(error::file_error);
  const auto secret = identity_secret::from_exactly(content.bytes());
  if (!secret)
    return unexpected(error::bad_argument);
  return std::make_shared<const identity>(*secret);
}

result<void> save_identity(const identity& who, const std::filesystem::path& file) {
  write_options options;
  options.mode = 0600;
  if (replace_file(file, who.secret().bytes(), options))
    return unexpected(error::file_error);
  return {};
}

std::shared_ptr<const identity> new_identity() {
  system_random random;
  return std::make_shared<const identity>(identity::generate(random));
}

}  // namespace plexus::api
