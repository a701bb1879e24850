// Review: images that people disagree on, and how far people agree.

import { useEffect, useState } from 'preact/hooks'
import { AgreementPanel } from '../components/agreement-panel.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Picture } from '../components/picture.tsx'
import { ReviewItem } from '../components/review-item.tsx'
import { RoundPicker } from '../components/round-picker.tsx'
import { Segments } from '../components/segments.tsx'
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
        <Segments
          label="Part"
          value={tab}
          onChoose={setTab}
          options={[
            { value: 'queue', text: 'Images' },
            { value: 'agreement', text: 'Agreement', testId: 'agreement-tab' },
          ]}
        />
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
      <Segments
        label="Which images"
        value={show}
        onChoose={setShow}
        options={SHOWN.map((one) => ({
          value: one,
          testId: `show-${one}`,
          text: (
            <>
              {NAMES[one]}
              {show === one && queue.data && <span class="count">{queue.data.total}</span>}
            </>
          ),
        }))}
      />
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
              <fieldset class="film" aria-label="The images that follow">
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
              </fieldset>
            </>
          )
        }}
      </Shown>
    </>
  )
}
