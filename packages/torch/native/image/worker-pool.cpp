#include "worker-pool.h"

#include <algorithm>
#include <new>

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "image-error.h"

namespace image {
namespace {

/** Where training and loading want the same core, training wins; the loader is ahead of it anyway. */
void yieldToTraining() {
#ifdef __linux__
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 5);
#endif
}

}  // namespace

void Job::fail(size_t index, const char* code, const std::string& message) {
  const std::lock_guard<std::mutex> lock(failureMutex_);
  if (index >= firstFailure_) return;
  failure_ = std::make_unique<Failure>(Failure{index, code, message});
  firstFailure_ = index;
}

void Job::runItem(size_t index, Workspace& work) {
  if (index > firstFailure_) return;  // the batch is lost; only an earlier failure could still change the report
  try {
    run(index, work);
  } catch (const ImageError& error) {
    fail(index, error.code, error.what());
  } catch (const std::bad_alloc&) {
    fail(index, "limit", "there is not enough memory for this image");
  } catch (const std::exception& error) {
    fail(index, "corrupt", error.what());
  }
}

WorkerPool::WorkerPool(int workers, Done done) : done_(std::move(done)) {
  for (int i = 0; i < std::max(1, workers); i++) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::add(std::shared_ptr<Job> job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(std::move(job));
  }
  wake_.notify_all();
}

void WorkerPool::work() {
  yieldToTraining();
  Workspace workspace;
  for (;;) {
    std::shared_ptr<Job> job;
    size_t begin, end;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      job = queue_.front();
      begin = job->next_;
      end = std::min(job->count_, begin + job->chunk_);
      job->next_ = end;
      if (end == job->count_) queue_.pop_front();
    }
    for (size_t index = begin; index < end; index++) job->runItem(index, workspace);
    const size_t count = end - begin;
    if (job->finished_.fetch_add(count) + count == job->count_) done_(std::move(job));
  }
}

}  // namespace image
