// Long work: how far it is, how long it still takes, and what came out.

import type { Job } from '../../src/api/schemas.ts'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { latest } from '../state/live.ts'
import { mayDo } from '../state/session.ts'
import { durationText, percentText } from './numbers.ts'
import { ProgressBar } from './progress-bar.tsx'

export function JobCard({ job: asked }: { job: Job }) {
  const job = latest(asked)
  const going = job.state === 'waiting' || job.state === 'running'
  return (
    <section class="job" data-testid="job" data-state={job.state} aria-label={job.label}>
      <div class="job-head">
        <strong>{job.label}</strong>
        <span class="quiet">{stateText(job)}</span>
        {going && mayDo('owner') && (
          <button
            type="button"
            class="plain-button"
            onClick={() => act(() => call('cancelJob', { params: { job: job.id } }))}
          >
            Stop
          </button>
        )}
      </div>
      {going && <ProgressBar value={job.progress} label={job.label} />}
      {job.outcome !== null && <p>{job.outcome}</p>}
      {job.error !== null && (
        <p class="bad" role="alert">
          {job.error}
        </p>
      )}
    </section>
  )
}

function stateText(job: Job): string {
  if (job.state === 'waiting') return 'waits for its turn'
  if (job.state !== 'running') return { done: 'done', failed: 'failed', cancelled: 'stopped' }[job.state]
  const parts = [job.progress === null ? 'at work' : percentText(job.progress)]
  if (job.secondsLeft !== null) parts.push(`about ${durationText(job.secondsLeft)} left`)
  return parts.join(' · ')
}
