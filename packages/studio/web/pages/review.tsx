// Review: images that people disagree on, and how far people agree.

import { useEffect, useState } from 'preact/hooks'
import { AgreementPanel } from '../components/agreement-panel.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Picture } from '../components/picture.tsx'
import { ReviewItem } from '../components/review-item.tsx'
import { RoundPicker } from '../components/round-picker.tsx'
import { Shown } from '../components/shown.tsx'
import { project } from '../state/project.ts'
import { useResource } from '../state/resource.ts'

const SHOWN = ['disagreed', 'unsure', 'settled', 'all'] as const
type Show = (typeof SHOWN)[number]

const NAMES: Record<Show, string> = {
  disagreed: 'Disagreed',
  unsure: 'Unsure',
  settled: 'Settled',
  all: 'All',
}
const NONE: Record<Show, string> = {
  disagreed: 'Where people see different things in an image, it comes here.',
  unsure: 'Images that nobody could name come here.',
  settled: 'What a reviewer decides comes here.',
  all: 'As soon as people answer, their images come here.',
}

export function ReviewPage() {
  const [tab, setTab] = useState<'queue' | 'agreement'>('queue')
  const [round, setRound] = useState<number | undefined>(undefined)
  return (
    <div class="page" data-testid="page-review">
      <div class="toolbar">
        <h1>Review</h1>
        <div class="segments" role="group" aria-label="Part">
          <button type="button" aria-pressed={tab === 'queue'} onClick={() => setTab('queue')}>
            Images
          </button>
          <button
            type="button"
            data-testid="agreement-tab"
            aria-pressed={tab === 'agreement'}
            onClick={() => setTab('agreement')}
          >
            Agreement
          </button>
        </div>
        <RoundPicker round={round} onRound={setRound} />
      </div>
      {(project.value?.rounds.length ?? 0) === 0 ? (
        <EmptyState title="Nothing to review yet">
          <p>{NONE.disagreed}</p>
        </EmptyState>
      ) : tab === 'queue' ? (
        <ReviewQueue round={round} />
      ) : (
        <AgreementPanel round={round} />
      )}
    </div>
  )
}

function ReviewQueue({ round }: { round: number | undefined }) {
  const [show, setShow] = useState<Show>('disagreed')
  const [at, setAt] = useState(0)
  const query = { show, limit: 200, ...(round !== undefined && { round }) }
  const queue = useResource('disagreements', { query }, ['answers', 'classes', 'settings'])
  useEffect(() => setAt(0), [show, round])

  return (
    <>
      <div class="segments" role="group" aria-label="Which images">
        {SHOWN.map((one) => (
          <button key={one} type="button" aria-pressed={show === one} onClick={() => setShow(one)}>
            {NAMES[one]}
            {show === one && queue.data && <span class="count">{queue.data.total}</span>}
          </button>
        ))}
      </div>
      <Shown resource={queue}>
        {({ items }) => {
          const index = Math.max(0, Math.min(at, items.length - 1))
          const item = items[index]
          if (item === undefined) {
            return (
              <EmptyState title={show === 'disagreed' ? 'No disagreement waits' : 'None'}>
                <p>{NONE[show]}</p>
              </EmptyState>
            )
          }
          const move = (by: number) => setAt(Math.max(0, Math.min(items.length - 1, index + by)))
          return (
            <>
              <ReviewItem key={item.task} item={item} onDone={queue.reload} onMove={move} />
              <div class="film" role="group" aria-label="The images that follow">
                {items.slice(Math.max(0, index - 3), index + 24).map((one) => (
                  <button
                    key={one.task}
                    type="button"
                    class="image-button"
                    aria-current={one.task === item.task}
                    aria-label={one.consensus.text}
                    onClick={() => setAt(items.indexOf(one))}
                  >
                    <Picture image={one.image} />
                  </button>
                ))}
              </div>
            </>
          )
        }}
      </Shown>
    </>
  )
}
