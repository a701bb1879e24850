// Classes: all of them, one of them, what may be one, and what was done.

import { useState } from 'preact/hooks'
import { ClassDetail } from '../components/class-detail.tsx'
import { ClassHistory } from '../components/class-history.tsx'
import { ClassSuggestions } from '../components/class-suggestions.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { counted, countText } from '../components/numbers.ts'
import { Segments } from '../components/segments.tsx'
import { Shown } from '../components/shown.tsx'
import { VirtualGrid } from '../components/virtual-grid.tsx'
import { useResource } from '../state/resource.ts'
import { addressOfPage, goTo, route } from '../state/route.ts'

interface Row {
  readonly class: string
  readonly name: string
  readonly known: boolean
  readonly named: number
}

export function ClassesPage() {
  const [tab, setTab] = useState<'list' | 'history'>('list')
  const id = route.value.rest
  return (
    <div class="page page-classes" data-testid="page-classes">
      <div class="toolbar">
        <h1>Classes</h1>
        <Segments
          label="Part"
          value={tab}
          onChoose={setTab}
          options={[
            { value: 'list', text: 'All' },
            { value: 'history', text: 'History', testId: 'class-history' },
          ]}
        />
      </div>
      {tab === 'history' ? (
        <ClassHistory />
      ) : (
        <>
          <ClassSuggestions />
          <div class={id === '' ? 'split-page' : 'split-page split-page-open'}>
            <ClassList chosen={id} />
            {id === '' ? (
              <EmptyState title="Choose a class">
                <p>Its images, its names, and what can be done about it are shown here.</p>
              </EmptyState>
            ) : (
              <div>
                <a class="only-narrow" href={addressOfPage('classes')}>
                  ← All classes
                </a>
                <ClassDetail key={id} id={id} />
              </div>
            )}
          </div>
        </>
      )}
    </div>
  )
}

function ClassList({ chosen }: { chosen: string }) {
  const [search, setSearch] = useState('')
  const all = useResource('longTail', {}, ['classes', 'versions', 'answers'])
  const text = search.trim()
  const found = useResource('searchClasses', text === '' ? null : { query: { search: text, limit: 100 } }, [
    'classes',
  ])
  const hits = text === '' ? undefined : found.data

  return (
    <section class="class-list" aria-label="All classes">
      <input
        type="search"
        data-testid="classes-search"
        aria-label="Search classes"
        placeholder="Search classes"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <Shown resource={all}>
        {(classes) => {
          const rows: readonly Row[] = hits
            ? hits.classes.map(({ id, ...one }) => ({ ...one, class: id }))
            : classes.toSorted((a, b) => Number(a.known) - Number(b.known) || b.named - a.named)
          return (
            <>
              <p class="quiet">
                {hits ? `${countText(hits.total)} found` : counted(classes.length, 'class', 'classes')}
                {hits && hits.total > rows.length && `, the best ${rows.length} shown`}
              </p>
              <VirtualGrid
                list
                total={rows.length}
                cellWidth={240}
                cellHeight={44}
                label="Classes"
                cellTestId="class-row"
                isSelected={(index) => rows[index]?.class === chosen}
                onOpen={(index) => goTo('classes', rows[index]!.class)}
                render={(index) => <ClassRow row={rows[index]!} />}
              />
            </>
          )
        }}
      </Shown>
    </section>
  )
}

function ClassRow({ row }: { row: Row }) {
  return (
    <span class="class-row">
      <span class="grow clip">{row.name}</span>
      {!row.known && <span class="badge badge-new">new</span>}
      <span class="quiet">{row.named > 0 ? countText(row.named) : ''}</span>
    </span>
  )
}
