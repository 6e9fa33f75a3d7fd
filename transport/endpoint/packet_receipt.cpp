#include "transport/endpoint/packet_receipt.hpp"

#include "transport/crypto/sha256.hpp"
#include "transport/packet_proof_check.hpp"

namespace plexus {
namespace {

void erase(std::multimap<instant, packet_hash>& from, instant at, const packet_hash& packet) {
  for (auto [i, end] = from.equal_range(at); i != end; ++i)
    if (i->second == packet) {
      from.erase(i);
      return;
    }
}

}  // namespace

std::optional<packet_receipt> receipt_table::expect(instant now, const packet_hash& packet,
                                                    const ed25519_public& receiver, duration timeout) {
  cancel(packet);
  std::optional<packet_receipt> culled;
  if (waiting_.size() >= capacity_)
    culled = remove(waiting_.find(by_age_.begin()->second));
  waiting_.emplace(packet, packet_receipt{packet, receiver, now, now + timeout});
  by_age_.emplace(now, packet);
  by_deadline_.emplace(now + timeout, packet);
  return culled;
}

std::optional<packet_receipt> receipt_table::take_proved(const packet_proof& proof, const address& addressed) {
  if (proof.proved) {
    const auto found = waiting_.find(*proof.proved);
    if (found == waiting_.end() || !proves(proof, found->first, found->second.receiver))
      return std::nullopt;
    return remove(found);
  }
  packet_hash first{};
  std::copy_n(addressed.data(), address::size, first.data());
  for (auto i = waiting_.lower_bound(first); i != waiting_.end() && proof_address(i->first) == addressed; ++i)
    if (proves(proof, i->first, i->second.receiver))
      return remove(i);
  return std::nullopt;
}

bool receipt_table::cancel(const packet_hash& packet) {
  const auto found = waiting_.find(packet);
  if (found == waiting_.end())
    return false;
  remove(found);
  return true;
}

std::vector<packet_receipt> receipt_table::take_expired(instant now) {
  std::vector<packet_receipt> expired;
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now)
    expired.push_back(remove(waiting_.find(by_deadline_.begin()->second)));
  return expired;
}

std::optional<instant> receipt_table::next_deadline() const {
  if (by_deadline_.empty())
    return std::nullopt;
  return by_deadline_.begin()->first;
}

packet_receipt receipt_table::remove(entries::iterator entry) {
  const auto receipt = entry->second;
  erase(by_age_, receipt.sent_at, receipt.packet);
  erase(by_deadline_, receipt.expires_at, receipt.packet);
  waiting_.erase(entry);
  return receipt;
}

}  // namespace plexus
