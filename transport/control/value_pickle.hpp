// Values as Python pickles: what daemons and tools of the 1.0 line and older put into the same frames.
//
// A pickle is a program for a stack machine. Only the opcodes that plain values need are known here (protocols 2 to 5:
// None, booleans, integers of at most 64 bits, floats, str, bytes, list, tuple, dict and the memo); whatever could name
// or call a Python object is an error, but for the two spellings of `bytes` in protocol 2, which are matched as text.
// Source: CPython, Lib/pickletools.py (opcode table).
#pragma once

#include "messages/expected.hpp"
#include "transport/control/value.hpp"

namespace plexus {

/// Protocol 4 without frames and memo. Python 3.4 and later load it.
octet_string to_pickle(const value& v);

/// Reads exactly one pickle. Tuples become lists. `bad_value`: an opcode outside the subset, a stack that does not fit,
/// text that is not UTF-8, or octets after the end; `oversized`: beyond the limits, also by repeated references or by a
/// container that holds itself.
expected<value> from_pickle(octets from, const value_limits& limits = {});

}  // namespace plexus
