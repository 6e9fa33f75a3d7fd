#include "apps/plexus/path_text.hpp"

#include "apps/plexus/format.hpp"
#include "apps/plexus/json_text.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace plexus {
namespace {

/// Code points of a reason that are shown.
constexpr std::size_t reason_length_max = 64;

std::string shortened(const std::string& reason) {
  if (length_of(reason) <= reason_length_max)
    return reason;
  std::size_t size = 0;
  for (std::size_t points = 0; size < reason.size(); ++size) {
    points += (static_cast<octet>(reason[size]) & 0xc0) != 0x80;
    if (points == reason_length_max)
      break;
  }
  return reason.substr(0, size) + "…";
}

std::string hourly_rate(const rate_entry& entry, double now) {
  const auto hours = std::max(now - entry.timestamps.front().real(), 3600.0) / 3600.0;
  const auto rate = rounded(static_cast<double>(entry.timestamps.size()) / hours, 3);
  return rate == std::trunc(rate) ? std::to_string(static_cast<std::int64_t>(rate)) : text_of(rate);
}

std::string rate_line(const rate_entry& entry, double now) {
  const auto whole = [](const number& n) { return static_cast<std::int64_t>(n.real()); };
  if (entry.timestamps.empty())
    return "Error while processing entry for " + entry.destination.pretty() + "\nlist index out of range\n";
  auto line = entry.destination.pretty() + " last heard " + pretty_age(whole(entry.last), now) + " ago, " +
              hourly_rate(entry, now) + " announces/hour in the last " +
              pretty_age(whole(entry.timestamps.front()), now);
  if (entry.rate_violations > 0)
    line += ", " + std::to_string(entry.rate_violations) + " active rate violation" +
            (entry.rate_violations == 1 ? "" : "s");
  if (entry.blocked_until.real() > now) {
    const auto mirrored = now - (static_cast<double>(whole(entry.blocked_until)) - now);
    line += ", new announces allowed in " + pretty_age(static_cast<std::int64_t>(mirrored), now);
  }
  return line + "\n";
}

void sort_as_shown(path_entries& table) {
  std::stable_sort(table.begin(), table.end(), [](const path_entry& a, const path_entry& b) {
    return std::tie(a.interface, a.hops) < std::tie(b.interface, b.hops);
  });
}
void sort_as_shown(rate_entries& table) {
  std::stable_sort(table.begin(), table.end(),
                   [](const rate_entry& a, const rate_entry& b) { return a.last.real() < b.last.real(); });
}

}  // namespace

tool_text path_table_text(path_entries table, const std::optional<destination_hash>& only) {
  sort_as_shown(table);
  tool_text out;
  for (const auto& path : table)
    if (!only || *only == path.destination)
      out.text += path.destination.pretty() + " is " + std::to_string(path.hops) + " hop" +
                  (path.hops == 1 ? " " : "s") + " away via " + path.via.pretty() + " on " + path.interface +
                  " expires " + pretty_timestamp(path.expires.real()) + "\n";
  if (only && out.text.empty())
    return {"No path known\n", 1};
  return out;
}

std::string path_table_json(path_entries table) {
  sort_as_shown(table);
  return json_text(encode(table)) + "\n";
}

tool_text rate_table_text(rate_entries table, const std::optional<destination_hash>& only, double now) {
  if (table.empty())
    return {"No information available\n", 0};
  sort_as_shown(table);
  tool_text out;
  for (const auto& entry : table)
    if (!only || *only == entry.destination)
      out.text += rate_line(entry, now);
  if (only && out.text.empty())
    return {"No information available\n", 1};
  return out;
}

std::string rate_table_json(rate_entries table) {
  sort_as_shown(table);
  return json_text(encode(table)) + "\n";
}

tool_text blackhole_text(const blackhole_entries& table, const std::optional<identity_hash>& own,
                         std::string_view filter, double now) {
  if (table.empty())
    return {"No blackholed identity data available\n", 20};
  tool_text out;
  for (const auto& entry : table) {
    std::string until = "indefinitely";
    if (entry.until && *entry.until) {
      const auto left = entry.until->real() - now;
      until = "for " + pretty_time(left > 0 ? number(left) : number(0));
    }
    const auto reason = entry.reason && !entry.reason->empty() ? " (" + shortened(*entry.reason) + ")" : std::string();
    const auto by = own != entry.source ? " by " + entry.source.pretty() : std::string();
    const auto searched = entry.identity.pretty() + " " + until + " " + reason + " " + by;
    if (searched.find(filter) == std::string::npos)
      continue;
    out.text += entry.identity.pretty() + " blackholed " + until + reason + by + "\n";
  }
  return out;
}

std::string path_found_text(const destination_hash& destination, std::int64_t hops, const transport_id& next_hop,
                            std::string_view interface) {
  return "\rPath found, destination " + destination.pretty() + " is " + std::to_string(hops) + " hop" +
         (hops != 1 ? "s" : "") + " away via " + next_hop.pretty() + " on " + std::string(interface) + "\n";
}

}  // namespace plexus
