#include "core/exec/processors.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// Returns how many processors the scheduler may run this process on. Handles any number.
unsigned ScheduledOn() {
  for (int count = CPU_SETSIZE; count <= 1 << 20; count *= 2) {
    cpu_set_t* set = CPU_ALLOC(static_cast<std::size_t>(count));
    const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(count));
    const bool known = sched_getaffinity(0, size, set) == 0;
    const int processors = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (known) { return static_cast<unsigned>(processors); }
  }
  return 1;
}

// A hierarchy of control groups, as /proc/self/mountinfo lists it.
struct Hierarchy {
  fs::path root;  // the group that the mount point shows
  fs::path mount_point;
  bool is_v2 = false;
};

bool Contains(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

// Returns the hierarchies that may limit processor time.
std::vector<Hierarchy> HierarchiesIn(const fs::path& mountinfo) {
  std::vector<Hierarchy> hierarchies;
  std::ifstream in(mountinfo);
  for (std::string line; std::getline(in, line);) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) { continue; }
    std::istringstream place(line.substr(0, dash)), kind(line.substr(dash + 3));
    std::string skipped, root, mount_point, type, options;
    place >> skipped >> skipped >> skipped >> root >> mount_point;
    kind >> type >> skipped >> options;
    if (type == "cgroup2" || (type == "cgroup" && Contains(options, "cpu"))) {
      hierarchies.push_back({root, mount_point, type == "cgroup2"});
    }
  }
  return hierarchies;
}

// Returns this process's group in a hierarchy: "4:cpu,cpuacct:/path" or, in v2, "0::/path".
fs::path GroupIn(const fs::path& groups, bool is_v2) {
  std::ifstream in(groups);
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) { continue; }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (is_v2 ? controllers.empty() : Contains(controllers, "cpu")) {
      return line.substr(second + 1);
    }
  }
  return "/";
}

double Share(const std::string& quota, double period) {
  const double time = std::atof(quota.c_str());  // "max" in v2 and -1 in v1 mean no limit
  return time > 0 && period > 0 ? time / period : kUnlimited;
}

double QuotaOf(const fs::path& group, bool is_v2) {
  std::string quota;
  double period = 0;
  if (is_v2) {
    std::ifstream(group / "cpu.max") >> quota >> period;
  } else {
    std::ifstream(group / "cpu.cfs_quota_us") >> quota;
    std::ifstream(group / "cpu.cfs_period_us") >> period;
  }
  return Share(quota, period);
}

// Returns the smallest quota of a group and its visible ancestors.
double LeastQuota(const fs::path& root, const Hierarchy& hierarchy, const fs::path& group) {
  const fs::path top = root / hierarchy.mount_point.relative_path();
  fs::path below = group.lexically_relative(hierarchy.root);
  if (below.empty() || *below.begin() == "..") {
    below = ".";  // a container sees only its own group, whatever its name outside
  }
  double least = QuotaOf(top, hierarchy.is_v2);
  fs::path at = top;
  for (const fs::path& name : below) {
    at /= name;
    least = std::min(least, QuotaOf(at, hierarchy.is_v2));
  }
  return least;
}

}  // namespace

double CpuQuota(const fs::path& root) {
  double least = kUnlimited;
  for (const Hierarchy& hierarchy : HierarchiesIn(root / "proc/self/mountinfo")) {
    const fs::path group = GroupIn(root / "proc/self/cgroup", hierarchy.is_v2);
    least = std::min(least, LeastQuota(root, hierarchy, group));
  }
  return least;
}

unsigned Processors() {
  const double paid_for = std::max(1.0, std::floor(CpuQuota()));
  return std::max(1u, static_cast<unsigned>(std::min<double>(ScheduledOn(), paid_for)));
}

void WaitPassively() {
  constexpr int kKeep = 0;
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) {  // which the count would override
    setenv("GOMP_SPINCOUNT", "10000", kKeep);
  }
  setenv("OMP_WAIT_POLICY", "PASSIVE", kKeep);
  setenv("OPENBLAS_THREAD_TIMEOUT", "4", kKeep);  // 2^4 cycles, the minimum
}

}  // namespace lode::core
