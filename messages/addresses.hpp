// The names that Reticulum gives to things, as types that cannot be swapped.
// Source: Reticulum manual, "Understanding Reticulum"; lengths from Identity.py and Reticulum.py.
#pragma once

#include "messages/tagged_bytes.hpp"

namespace plexus {

/// The 16 octets in a packet's destination field, whatever they name: destination, link or proved packet.
using address = tagged_bytes<struct address_tag, 16>;
using destination_hash = tagged_bytes<struct destination_tag, 16>;
/// The identity hash of a transport node, as it stands in HEADER_2 packets.
using transport_id = tagged_bytes<struct transport_tag, 16>;
using link_id = tagged_bytes<struct link_tag, 16>;
using identity_hash = tagged_bytes<struct identity_tag, 16>;
/// First 10 octets of SHA-256 over the dotted destination name.
using name_hash = tagged_bytes<struct name_tag, 10>;
/// SHA-256 over a packet's hashable part.
using packet_hash = tagged_bytes<struct packet_tag, 32>;
/// First 10 octets of SHA-256 over a ratchet's public key.
using ratchet_id = tagged_bytes<struct ratchet_tag, 10>;
/// SHA-256 over the interface's textual name (rns-1.5.7 section 8.1).
using interface_hash = tagged_bytes<struct interface_tag, 32>;
/// SHA-256 over public key and interface hash of the far side.
using tunnel_id = tagged_bytes<struct tunnel_tag, 32>;
/// 5 random octets and 5 octets of Unix seconds, big-endian, that make an announce unique.
using random_blob = tagged_bytes<struct random_blob_tag, 10>;
/// X25519 public key (32) and Ed25519 public key (32).
using public_key = tagged_bytes<struct public_key_tag, 64>;
using signature = tagged_bytes<struct signature_tag, 64>;
/// X25519 public key that an announce offers for forward secrecy.
using ratchet_key = tagged_bytes<struct ratchet_key_tag, 32>;

/// The same octets under another name; for the places where the protocol itself changes their meaning.
template <class To, class From>
To rename(const From& from) {
  static_assert(To::size <= From::size);
  return To::from(from.bytes());
}

}  // namespace plexus
