// One image that people disagree on: what each said, and what a reviewer can do about it.

import { useState } from 'preact/hooks'
import type { Response, StudioVerdict } from '../../src/api/schemas.ts'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { useKeys } from '../state/hotkeys.ts'
import { newUuid } from '../state/uuid.ts'
import { verdictText } from './answer-buttons.tsx'
import { type ChosenClass, ClassSearch } from './class-search.tsx'
import { Dialog } from './dialog.tsx'
import { KeyCap } from './key-cap.tsx'
import { percentText } from './numbers.ts'
import { Picture } from './picture.tsx'

export type ReviewEntry = Response<'disagreements'>['items'][number]

export interface GivenVerdict {
  readonly verdict: StudioVerdict
  readonly text: string
  readonly by: readonly { person: string; note: string | null }[]
}

/** Each verdict once, with those who gave it, the most frequent first. */
export function verdictsOf({ answers }: ReviewEntry): GivenVerdict[] {
  const groups = Map.groupBy(answers, ({ verdict }) => JSON.stringify(verdict))
  return [...groups.values()]
    .map((group) => ({
      verdict: group[0]!.verdict,
      text: verdictText(group[0]!.verdict, group[0]!.className),
      by: group.map(({ person, note }) => ({ person, note })),
    }))
    .sort((a, b) => b.by.length - a.by.length)
}

function headingOf({ settled, consensus }: ReviewEntry, different: number): string {
  if (settled) return settled.text
  if (different > 1) return `${different} different answers`
  return consensus.className ?? consensus.text
}

interface Props {
  readonly item: ReviewEntry
  readonly onDone: () => void
  readonly onMove: (by: number) => void
}

export function ReviewItem({ item, onDone, onMove }: Props) {
  const [window, setWindow] = useState<'search' | 'send-back' | 'control' | null>(null)
  const given = verdictsOf(item)

  const decide = async (body: Parameters<typeof call<'decide'>>[1]['body'], done: string) => {
    setWindow(null)
    if (await act(() => call('decide', { body }), done)) onDone()
  }
  const approve = (verdict: StudioVerdict, text: string) =>
    decide({ decision: 'approve', uuid: newUuid(), task: item.task, verdict }, `Settled: ${text}.`)
  const approveGiven = (index: number) => {
    const chosen = given[index]
    if (chosen) approve(chosen.verdict, chosen.text)
  }
  const control = (chosen: ChosenClass | null) => {
    setWindow(null)
    const body = { uuid: newUuid(), task: item.task, class: chosen?.class ?? null }
    act(
      () => call('setControl', { body }),
      chosen ? `A hidden control now: ${chosen.name}.` : 'No control any more.',
    )
  }

  useKeys({
    choose: approveGiven,
    accept: () => approveGiven(0),
    search: () => setWindow('search'),
    'send-back': () => setWindow('send-back'),
    control: () => setWindow('control'),
    previous: () => onMove(-1),
    next: () => onMove(1),
  })

  return (
    <article class="review-item" data-testid="review-item" data-task={item.task}>
      <div class="review-image">
        <Picture image={item.image} size="whole" alt="To be settled" />
      </div>
      <div class="stack">
        <h2>{headingOf(item, given.length)}</h2>
        <p class="quiet">
          {item.settled
            ? `Settled by ${item.settled.by}`
            : `The answers come to: ${item.consensus.text}, sure to ${percentText(item.consensus.certainty)}`}
          {item.control && ' · hidden control'}
        </p>
        <ol class="choices" aria-label="Answers given">
          {given.map(({ verdict, text, by }, index) => (
            <li key={text}>
              <button
                type="button"
                class="choice choice-tall"
                data-testid={`review-answer-${index + 1}`}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => approve(verdict, text)}
              >
                <span class="key" aria-hidden="true">
                  {index + 1}
                </span>
                <span class="choice-name">
                  {text}
                  <span class="quiet block">{by.map(({ person }) => person).join(', ')}</span>
                  {by.map(({ person, note }) =>
                    note === null || note === '' ? null : (
                      <span key={person} class="block note">
                        {person}: “{note}”
                      </span>
                    ),
                  )}
                </span>
              </button>
            </li>
          ))}
        </ol>
        <div class="row wrap">
          <button
            type="button"
            class="main-button"
            data-testid="approve"
            disabled={given.length === 0}
            onClick={() => approveGiven(0)}
          >
            <KeyCap action="accept" /> Approve {given[0]?.text}
          </button>
          <button type="button" onClick={() => setWindow('search')}>
            <KeyCap action="search" /> Another class
          </button>
          <button type="button" data-testid="send-back" onClick={() => setWindow('send-back')}>
            <KeyCap action="send-back" /> Send back
          </button>
          {item.settled && (
            <button
              type="button"
              onClick={() => decide({ decision: 'reopen', uuid: newUuid(), task: item.task }, 'Open again.')}
            >
              Reopen
            </button>
          )}
          <button
            type="button"
            class="plain-button"
            onClick={() => (item.control ? control(null) : setWindow('control'))}
          >
            <KeyCap action="control" /> {item.control ? 'No control any more' : 'Hidden control'}
          </button>
        </div>
        {item.guesses.length > 0 && (
          <p class="quiet">
            The model:{' '}
            {item.guesses.map(({ name, confidence }) => `${name} ${percentText(confidence)}`).join(', ')}
          </p>
        )}
      </div>
      {window === 'search' && (
        <Dialog title="What is it?" onClose={() => setWindow(null)}>
          <ClassSearch
            folded={false}
            onChoose={(chosen) => approve({ kind: 'class', class: chosen.class }, chosen.name)}
          />
        </Dialog>
      )}
      {window === 'control' && (
        <Dialog title="Hidden control: which class is right?" onClose={() => setWindow(null)}>
          <p class="quiet">
            Everybody gets this image among the others; their answers are compared with this.
          </p>
          <ClassSearch folded={false} onChoose={control} />
        </Dialog>
      )}
      {window === 'send-back' && (
        <SendBack
          onClose={() => setWindow(null)}
          onSend={(comment) =>
            decide({ decision: 'send-back', uuid: newUuid(), task: item.task, comment }, 'Sent back.')
          }
        />
      )}
    </article>
  )
}

function SendBack({ onClose, onSend }: { onClose: () => void; onSend: (comment: string) => void }) {
  const [comment, setComment] = useState('')
  return (
    <Dialog title="Send back" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onSend(comment.trim())
        }}
      >
        <label class="field">
          <span>What should they look at?</span>
          <input
            data-first
            data-testid="send-back-comment"
            value={comment}
            maxLength={1000}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
        </label>
        <div class="row row-end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="main-button" data-testid="send-back-confirm">
            Send back
          </button>
        </div>
      </form>
    </Dialog>
  )
}
