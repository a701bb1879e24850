// How far one is with the round, and how fast.

import { left, past } from '../state/label-queue.ts'
import { answersToday } from '../state/session.ts'
import { counted, countText } from './numbers.ts'
import { ProgressBar } from './progress-bar.tsx'

const HOUR_MS = 3_600_000
/** A pause this long is not work. */
const PAUSE_MS = 120_000

/** Answers per hour of work over the last hour, pauses left out; null for too few. */
export function speedOf(times: readonly number[], now: number): number | null {
  const recent = times.filter((time) => now - time < HOUR_MS).toSorted((a, b) => a - b)
  if (recent.length < 5) return null
  let worked = 0
  for (let i = 1; i < recent.length; i += 1) worked += Math.min(PAUSE_MS, recent[i]! - recent[i - 1]!)
  return worked < 10_000 ? null : Math.round((recent.length - 1) / (worked / HOUR_MS))
}

export function LabelProgress() {
  const given = past.value.filter(({ undone }) => !undone)
  const open = left.value
  const round = given.length
  const speed = speedOf(
    given.map(({ at }) => at),
    Date.now(),
  )
  const session = given.filter(({ step }) => step !== undefined).length
  return (
    <div class="label-progress">
      <span data-testid="progress">
        {open === null ? '' : `${countText(open)} left for you`}
        <span class="quiet">
          {' '}
          · {counted(answersToday.value + session, 'answer')} today
          {speed !== null && ` · ${countText(speed)} an hour`}
        </span>
      </span>
      {open !== null && (
        <ProgressBar value={round / Math.max(1, round + open)} label="Done of what is yours" />
      )}
    </div>
  )
}
