#pragma once

#include <fstream>
#include <list>
#include <mutex>
#include <string>
#include <tl/expected.hpp>

namespace fedwatt::viewer {

// Files that come into being whole or not at all: each is written under another name beside its
// own, which it gets when all are complete. What is not complete is removed with this object.
class OutputFiles {
 public:
  explicit OutputFiles(bool overwrite) : overwrite_(overwrite) {}
  ~OutputFiles() { discard(); }
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  // Makes the folder that files are to be in, if it is not there. An error is one sentence.
  tl::expected<void, std::string> make_folder(const std::string& path);
  // A stream into a new file, which lives as long as this object.
  tl::expected<std::ostream*, std::string> create(const std::string& path);
  // Gives all files their names.
  tl::expected<void, std::string> complete();

  // Removes what there is, unless it is complete. Any thread; nothing else may be called after it.
  void discard();

 private:
  struct File {
    std::string path;
    std::string partial_path;
    std::ofstream stream;
  };

  bool overwrite_;
  std::mutex mutex_;
  std::list<File> files_;  // guarded by mutex_, but for what is written to their streams
  std::string folder_;     // that was made; guarded by mutex_
};

}  // namespace fedwatt::viewer
