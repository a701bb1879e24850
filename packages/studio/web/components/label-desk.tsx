// Where images are named: the image or its cluster, the numbered classes, the search, and everything else one may say.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { StudioVerdict, Task } from '../../src/api/schemas.ts'
import { useKeys } from '../state/hotkeys.ts'
import { answer, clusterTasks, currentTask, move, postpone, recents, undo } from '../state/label-queue.ts'
import { AnswerButtons, type PlainKind } from './answer-buttons.tsx'
import { ChoiceList } from './choice-list.tsx'
import { choicesFor } from './choices.ts'
import { type ChosenClass, ClassSearch } from './class-search.tsx'
import { ClusterGrid } from './cluster-grid.tsx'
import { KeyCap } from './key-cap.tsx'
import { LabelProgress } from './label-progress.tsx'
import { NewClassDialog } from './new-class-dialog.tsx'
import { Segments } from './segments.tsx'
import { TaskView } from './task-view.tsx'
import { WhyPanel } from './why-panel.tsx'

const VIEW = 'oltr-label-view'
const NOTHING: ReadonlySet<string> = new Set()

export function LabelDesk({ task }: { task: Task }) {
  const [view, setView] = useState<'image' | 'cluster'>(
    localStorage.getItem(VIEW) === 'cluster' ? 'cluster' : 'image',
  )
  const [out, setOut] = useState(NOTHING)
  const [why, setWhy] = useState(false)
  const [note, setNote] = useState<string | null>(null)
  const [naming, setNaming] = useState<string | null>(null)
  const desk = useRef<HTMLDivElement>(null)

  const cluster = clusterTasks.value
  const chosen = view === 'cluster' ? cluster.filter(({ id }) => !out.has(id)) : [task]
  const choices = choicesFor(chosen.length > 0 ? chosen : [task], recents.value)

  useEffect(() => setOut(NOTHING), [task.round, task.cluster, view])
  useEffect(() => setNote(null), [task.id])

  const give = (verdict: StudioVerdict, className: string | null) => {
    const later = view === 'cluster' ? cluster.filter(({ id }) => out.has(id)) : []
    answer(chosen, verdict, className, note?.trim() ?? '')
    if (later.length > 0) postpone(later)
    setOut(NOTHING)
    setNote(null)
    setNaming(null)
  }
  const giveClass = (found: ChosenClass | undefined) => {
    if (found) give({ kind: 'class', class: found.class }, found.name)
  }
  const givePlain = (kind: PlainKind) => give({ kind }, null)
  const changeView = () => {
    const next = view === 'cluster' ? 'image' : 'cluster'
    localStorage.setItem(VIEW, next)
    setView(next)
  }
  /** In the cluster view the next image is one of another cluster. */
  const go = (by: number) => {
    if (view === 'image') return move(by)
    const here = currentTask.value?.cluster
    if (by > 0 && here !== undefined) postpone(cluster)
    else move(by)
  }
  const focusSearch = () =>
    desk.current?.querySelector<HTMLInputElement>('[data-testid=class-search]')?.focus()

  useKeys({
    choose: (index) => giveClass(choices[index]),
    accept: () => giveClass(choices[0]),
    search: focusSearch,
    'new-class': () => setNaming(''),
    known: () => givePlain('known'),
    unsure: () => givePlain('unsure'),
    'not-an-object': () => givePlain('not-an-object'),
    'several-objects': () => givePlain('several-objects'),
    skip: () => givePlain('skip'),
    note: () => setNote((now) => now ?? ''),
    previous: () => go(-1),
    next: () => go(1),
    view: changeView,
    why: () => setWhy((now) => !now),
  })

  return (
    <div class="desk" ref={desk}>
      <div class="desk-bar">
        <LabelProgress />
        <Segments
          label="View"
          value={view}
          onChoose={changeView}
          options={[
            { value: 'image', text: 'Image', testId: 'view-image' },
            {
              value: 'cluster',
              testId: 'view-cluster',
              text: (
                <>
                  Cluster <span class="count">{cluster.length}</span>
                </>
              ),
            },
          ]}
        />
        <button type="button" data-testid="undo" onClick={() => undo()}>
          ↶ Undo
        </button>
      </div>

      <section class="desk-look" aria-label={view === 'image' ? 'Image' : 'Cluster'}>
        {task.comment !== null && (
          <p class="notice" data-testid="task-comment">
            <strong>A reviewer asks:</strong> {task.comment}
          </p>
        )}
        {view === 'image' ? (
          <TaskView task={task} />
        ) : (
          <ClusterGrid tasks={cluster} out={out} onOut={setOut} />
        )}
        {why && <WhyPanel task={task.id} />}
      </section>

      <section class="desk-say" aria-label="What is it?">
        <h1 class="desk-question">
          {view === 'image'
            ? 'What is it?'
            : out.size === 0
              ? `What are these ${cluster.length}?`
              : `What are these ${chosen.length}? ${out.size} left for later`}
        </h1>
        <ChoiceList choices={choices} onChoose={giveClass} />
        <div class="row">
          <div class="grow">
            <ClassSearch
              onChoose={giveClass}
              onCreate={setNaming}
              recents={recents.value}
              placeholder="Search a class (F or /)"
            />
          </div>
          <button type="button" data-testid="new-class" onClick={() => setNaming('')}>
            <KeyCap action="new-class" /> New class
          </button>
        </div>
        <AnswerButtons onAnswer={givePlain} />
        {note === null ? (
          <div class="row quiet-row">
            <button type="button" class="plain-button" onClick={() => setNote('')}>
              <KeyCap action="note" /> Note
            </button>
            <button type="button" class="plain-button" aria-pressed={why} onClick={() => setWhy(!why)}>
              <KeyCap action="why" /> Why this image
            </button>
            <button type="button" class="plain-button" onClick={changeView}>
              <KeyCap action="view" /> {view === 'image' ? 'Whole cluster' : 'One image'}
            </button>
            <span class="quiet">
              <kbd>?</kbd> all keys
            </span>
          </div>
        ) : (
          <NoteField note={note} onNote={setNote} />
        )}
      </section>

      {naming !== null && (
        <NewClassDialog
          image={chosen[0]?.image}
          startName={naming}
          onChoose={giveClass}
          onClose={() => setNaming(null)}
        />
      )}
    </div>
  )
}

function NoteField({ note, onNote }: { note: string; onNote: (note: string | null) => void }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <label class="field">
      <span>Note, goes with the next answer</span>
      <input
        ref={field}
        data-testid="note"
        value={note}
        maxLength={1000}
        onInput={(event) => onNote(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') field.current?.blur()
          if (event.key === 'Escape') onNote(null)
        }}
      />
    </label>
  )
}
