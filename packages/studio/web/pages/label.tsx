// Label: the images that wait for this person, or what to do when there are none.

import { useSignalEffect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { EmptyState } from '../components/empty-state.tsx'
import { LabelDesk } from '../components/label-desk.tsx'
import { counted } from '../components/numbers.ts'
import { StartPanel } from '../components/start-panel.tsx'
import {
  claim,
  claiming,
  claimProblem,
  currentTask,
  past,
  queue,
  redo,
  startQueue,
  undo,
} from '../state/label-queue.ts'
import { lapsed, watchLeases } from '../state/lease-watch.ts'
import { changesOf } from '../state/live.ts'
import { newestRound, project, roundToLearn } from '../state/project.ts'
import { addressOfPage } from '../state/route.ts'
import { mayDo } from '../state/session.ts'

/** While nothing is left, images whose claim by somebody else ran out are looked for. */
const LOOK_AGAIN_MS = 20_000
let started = false

export function LabelPage() {
  const task = currentTask.value

  useEffect(() => {
    if (started) claim()
    else startQueue()
    started = true
    const timer = setInterval(() => queue.value.length === 0 && claim(), LOOK_AGAIN_MS)
    addEventListener('keydown', onUndoKey)
    const stopWatching = watchLeases()
    return () => {
      stopWatching()
      clearInterval(timer)
      removeEventListener('keydown', onUndoKey)
    }
  }, [])

  useSignalEffect(() => {
    changesOf(['rounds', 'answers', 'settings'])
    if (queue.peek().length === 0) claim()
  })

  return (
    <div class="page page-label" data-testid="page-label">
      {lapsed.value ? <Lapsed /> : task ? <LabelDesk task={task} /> : <NothingToLabel />}
    </div>
  )
}

function Lapsed() {
  return (
    <EmptyState title="Welcome back">
      <p>
        You were away for a while, and others may have your images by now. Move the mouse, or press a key, to
        go on with what is left.
      </p>
    </EmptyState>
  )
}

/** `z` by its sign, since people know it by that; the browser's own undo stays in text fields. */
function onUndoKey(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
  if (event.target instanceof HTMLElement && event.target.matches('input, textarea')) return
  event.preventDefault()
  if (event.shiftKey) redo()
  else undo()
}

function NothingToLabel() {
  const state = project.value
  if (claimProblem.value !== null) {
    return (
      <EmptyState title="No images could be fetched">
        <p>{claimProblem.value}</p>
        <button type="button" onClick={() => claim()}>
          Try again
        </button>
      </EmptyState>
    )
  }
  if (state === undefined || (claiming.value && state.rounds.length > 0)) {
    return (
      <p class="quiet waiting" role="status">
        Loading…
      </p>
    )
  }
  if (state.rounds.length === 0) {
    if (mayDo('owner')) return <StartPanel />
    return (
      <EmptyState title="No images yet">
        <p>The owner of this project has not picked images so far. They appear here by themselves.</p>
      </EmptyState>
    )
  }
  return <AllDone />
}

function AllDone() {
  const round = newestRound.value
  const given = past.value.some(({ undone }) => !undone)
  return (
    <EmptyState title={given ? 'All done, thank you' : 'Nothing is left for you'}>
      {round !== null && round.done < round.images ? (
        <p>
          {counted(round.images - round.done, 'image')} of round {round.round} still wait for other people.
          Whatever comes back appears here by itself.
        </p>
      ) : (
        <p>Every image of the round has its answers.</p>
      )}
      <div class="row row-centre">
        {given && (
          <button type="button" data-testid="undo" onClick={() => undo()}>
            ↶ Undo the last answer
          </button>
        )}
        {mayDo('reviewer') && round !== null && round.disagreements > 0 && (
          <a class="button" href={addressOfPage('review')}>
            Settle {counted(round.disagreements, 'disagreement')}
          </a>
        )}
        {mayDo('owner') && roundToLearn.value !== null && (
          <a class="button main-button" href={addressOfPage('model')}>
            Update the model
          </a>
        )}
      </div>
    </EmptyState>
  )
}
