// Notices when the time for the claimed images is over, and asks for images anew once somebody is here to see them: a laptop
// that was closed, a tab that was left. Claims of who is at work begin anew before they end.

import { computed, signal } from '@preact/signals'
import { unreachable } from './api.ts'
import { claim, currentTask, leaseMs } from './label-queue.ts'

const LOOK_EVERY_MS = 1000
/** Between two looks of a page that is awake it is never this long. */
const SLEPT_MS = 10_000
const ASK_EVERY_MS = 3000
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'focus'] as const

const now = signal(Date.now())
const remaining = computed(() => (currentTask.value?.until ?? Number.POSITIVE_INFINITY) - now.value)

/**
 * Whether the image before a person may be with others by now, and so is not shown. While the server is away nothing better
 * can be had: they go on with what they have, and each answer counts.
 */
export const lapsed = computed(() => remaining.value <= 0 && !unreachable.value)

/** Watches until what it returns is called. */
export function watchLeases(): () => void {
  let asked = Number.NEGATIVE_INFINITY
  const look = () => {
    const slept = Date.now() - now.value > SLEPT_MS
    now.value = Date.now()
    // A hidden page sleeps, too, and nobody is there.
    if (slept && document.visibilityState === 'visible') somebodyIsHere()
  }
  const somebodyIsHere = () => {
    now.value = Date.now()
    if (remaining.value > leaseMs.value / 2 || now.value - asked < ASK_EVERY_MS) return
    asked = now.value
    claim()
  }
  const onVisible = () => document.visibilityState === 'visible' && somebodyIsHere()
  const timer = setInterval(look, LOOK_EVERY_MS)
  const back = unreachable.subscribe((away) => {
    if (!away && remaining.peek() <= 0) somebodyIsHere()
  })
  document.addEventListener('visibilitychange', onVisible)
  for (const sign of SIGNS) addEventListener(sign, somebodyIsHere)
  return () => {
    clearInterval(timer)
    back()
    document.removeEventListener('visibilitychange', onVisible)
    for (const sign of SIGNS) removeEventListener(sign, somebodyIsHere)
  }
}
