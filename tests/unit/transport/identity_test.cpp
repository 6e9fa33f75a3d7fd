#include "transport/identity.hpp"

#include "tests/unit/reference_vectors.hpp"
#include "transport/destination_name.hpp"

#include <deque>

using namespace plexus;
using namespace plexus::test;

namespace {

/// Gives out the octets that the reference drew.
class replayed_random final : public random_source {
public:
  explicit replayed_random(const octet_string& drawn) : left_(drawn.begin(), drawn.end()) {}
  void fill(mutable_octets out) override {
    for (auto& o : out) {
      o = left_.at(0);
      left_.pop_front();
    }
  }

private:
  std::deque<octet> left_;
};

std::vector<x25519_secret> ratchets_of(const nlohmann::json& c) {
  std::vector<x25519_secret> ratchets;
  for (const auto& r : c["ratchets"])
    ratchets.push_back(x25519_secret::from(bytes_of(r)));
  return ratchets;
}

identity identity_of(const nlohmann::json& c) {
  return identity(identity_secret::from(bytes_of(c["private"])));
}

}  // namespace

TEST_CASE("an identity's keys and hash are the reference's") {
  for (const auto& c : reference_cases("identities")) {
    const auto self = identity_of(c);
    CHECK(self.key().hex() == c["public"]);
    CHECK(self.hash().hex() == c["hash"]);
    CHECK(to_hex(self.secret().bytes()) == c["private"]);
  }
}

TEST_CASE("signatures are the reference's, and each changed octet of them is refused") {
  for (const auto& c : reference_cases("identities")) {
    const auto self = identity_of(c);
    const auto message = bytes_of(c["signed"]);
    auto signed_by_self = self.sign(message);
    CHECK(signed_by_self.hex() == c["signature"]);
    CHECK(self.open().validates(message, signed_by_self));
    signed_by_self.data()[message.size() % signature::size] ^= 1;
    CHECK_FALSE(self.open().validates(message, signed_by_self));
  }
}

TEST_CASE("messages for an identity are the reference's, with and without ratchet") {
  for (const auto& c : reference_cases("identities")) {
    const public_identity receiver(public_key::from(bytes_of(c["public"])));
    replayed_random random(bytes_of(c["drawn"]));
    const auto target = maybe_bytes(c, "target");
    const auto ratchet = target ? std::optional(ratchet_key::from(*target)) : std::nullopt;
    const auto message = receiver.encrypt(bytes_of(c["plaintext"]), random, ratchet ? &*ratchet : nullptr);
    REQUIRE(message);
    CHECK(to_hex(*message) == c["message"]);
  }
}

TEST_CASE("messages open with the ratchet they were made for, or with the identity's own key") {
  std::size_t by_ratchet = 0;
  for (const auto& c : reference_cases("identities")) {
    const auto self = identity_of(c);
    const auto ratchets = ratchets_of(c);
    const auto message = bytes_of(c["message"]);
    const auto opened = self.decrypt(message, ratchets);
    REQUIRE(opened);
    CHECK(to_hex(opened->plaintext) == c["plaintext"]);
    CHECK((opened->ratchet ? to_hex(opened->ratchet->bytes()) : "") ==
          (c["target_id"].is_null() ? "" : c["target_id"]));
    const auto enforced = self.decrypt(message, ratchets, ratchet_policy::enforced);
    CHECK(enforced.has_value() == c["opens_enforced"].get<bool>());
    by_ratchet += opened->ratchet.has_value();
  }
  CHECK(by_ratchet > 20);
}

TEST_CASE("no truncation of a message for an identity opens") {
  seeded_random random(1);
  const auto self = identity::generate(random);
  const auto message = *self.open().encrypt(as_octets("attack at dawn"), random);
  CHECK(message.size() == encrypted_size_for_identity(14));
  for (std::size_t size = 0; size < message.size(); ++size)
    CHECK_FALSE(self.decrypt(octets(message).first(size)));
  CHECK(self.decrypt(message));
}

TEST_CASE("nobody shares a secret with a key of small order") {
  seeded_random random(2);
  const public_identity nobody{public_key{}};
  CHECK(nobody.encrypt({}, random) == tl::make_unexpected(parse_error::bad_value));
}

TEST_CASE("addresses are the reference's for every kind of name") {
  for (const auto& c : reference_cases("destinations")) {
    const auto dotted = c["name"].get<std::string>();
    const auto parts = c["parts"].get<std::vector<std::string>>();
    const std::vector<std::string_view> aspects(parts.begin() + 1, parts.end());
    CHECK(expand_name(parts.front(), aspects) == dotted);
    CHECK(hash_name(dotted).hex() == c["name_hash"]);
    const auto owner = maybe_bytes(c, "owner");
    const auto hash = owner ? hash_destination(dotted, identity_hash::from(*owner)) : hash_destination(dotted);
    CHECK(hash.hex() == c["hash"]);
  }
}

TEST_CASE("names take no dots inside their parts") {
  const std::string_view dotted = "a.b", plain = "a";
  CHECK_FALSE(expand_name(dotted, {}));
  CHECK_FALSE(expand_name(plain, {&dotted, 1}));
}

TEST_CASE("names are put together and taken apart") {
  const std::vector<std::string_view> aspects{"one", "two"};
  identity_hash owner;
  owner.data()[0] = 0xab;
  CHECK(expand_name("app", aspects) == "app.one.two");
  CHECK(expand_name("app", aspects, owner) == "app.one.two.ab" + std::string(30, '0'));
  CHECK(expand_name("a.b", aspects, owner) == unexpected(parse_error::bad_value));
  CHECK(split_name("app.one.two") == std::vector<std::string_view>{"app", "one", "two"});
  CHECK(split_name("") == std::vector<std::string_view>{""});
  CHECK(split_name(".a.") == std::vector<std::string_view>{"", "a", ""});
}
