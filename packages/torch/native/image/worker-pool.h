// Threads that decode and augment while the training step runs on others.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pipeline.h"

namespace image {

/** What went wrong with one item of a job. */
struct Failure {
  size_t index;
  std::string code;
  std::string message;
};

/** A number of items that do not depend on each other. */
class Job {
 public:
  /** `chunk` items are taken at a time. */
  Job(size_t count, size_t chunk) : count_(count), chunk_(chunk) {}
  virtual ~Job() = default;
  virtual void run(size_t index, Workspace& work) = 0;

  /** The failure with the lowest index, or null; the same for any number of threads. Valid once the job is done. */
  const Failure* failure() const { return failure_.get(); }

 private:
  friend class WorkerPool;
  const size_t count_, chunk_;
  size_t next_ = 0;                  // guarded by the pool's mutex
  std::atomic<size_t> finished_{0};  // items
  std::mutex failureMutex_;
  std::unique_ptr<Failure> failure_;
  std::atomic<size_t> firstFailure_{SIZE_MAX};

  void runItem(size_t index, Workspace& work);
  void fail(size_t index, const char* code, const std::string& message);
};

class WorkerPool {
 public:
  using Done = std::function<void(std::shared_ptr<Job>)>;

  /** `done` is called on a worker thread when the last item of a job is finished. */
  WorkerPool(int workers, Done done);
  /** Waits for the items in hand; jobs that are not finished by then are never reported. */
  ~WorkerPool();

  /** Jobs are begun in the order in which they came, so the batch that is needed first is made first. */
  void add(std::shared_ptr<Job> job);

 private:
  Done done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;

  void work();
};

}  // namespace image
