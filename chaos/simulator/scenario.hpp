// What a simulated network goes through: it comes up, announces, weathers a storm, calms down, and must then work as if
// nothing had been. In the storm only what must never happen is checked; in the calm, everything that must happen.
#pragma once

#include "chaos/simulator/topology.hpp"

namespace plexus::chaos {

struct scenario_config {
  std::uint64_t seed = 1;
  std::size_t nodes = 16;  ///< 4 at least
  duration storm = std::chrono::seconds{120};
  unsigned rounds = 1;           ///< storms
  std::size_t events_kept = 80;  ///< for the report of a failure
};

class scenario {
public:
  explicit scenario(const scenario_config& config);

  /// Throws `violation`.
  void run();

  network& net() { return net_; }
  const plan& shape_of_it() const { return plan_; }
  /// Tables so small that they overflow; then only bounds are checked.
  bool tight() const { return tight_; }
  std::uint64_t links_opened() { return net_.book().links.size(); }

private:
  void come_up();
  void announce_round();
  void storm();
  void settle();
  void questions();
  void traffic();
  void silence();

  void mischief();
  void clear_up();
  void run_checked(duration time);
  void check_reach();
  void check_way(std::size_t from, const contact& to, bool hops_fit);
  void check_links();
  void open_links();
  void use_link(const link_id& id);
  void check_messages(std::uint64_t first);
  duration announce_time();
  bool hears_announces(std::size_t node);
  std::vector<std::size_t> living();
  std::vector<contact> contacts();
  /// Whether there are living relays, few enough, from one node to the other.
  bool reaches(std::size_t from, std::size_t to);
  std::optional<std::pair<std::size_t, contact>> draw_pair();
  std::vector<link_id> active_links();

  scenario_config config_;
  plan plan_;
  bool tight_ = false;
  network net_;
};

}  // namespace plexus::chaos
