#pragma once

#include <cstdint>

// What other processes of this machine use, from /proc.

namespace fedwatt::bench {

// Seconds of processor time, user and system, of all threads that a process has now; 0: no process.
double cpu_s(int pid);
// The same of a process and its children together, as PostgreSQL's server is made of.
double family_cpu_s(int pid);
// Of this process.
double own_cpu_s();

// Resident memory in bytes, now and at its most.
std::int64_t resident_bytes(int pid);
std::int64_t most_resident_bytes(int pid);

}  // namespace fedwatt::bench
